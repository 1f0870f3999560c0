"""Known values, derivatives and far ends of every activation function."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from gradus import nn
from gradus.base.record import decode, encode

FAR = 1e4
SELU_LEFT = 1.0507009873554805 * 1.6732632423543772  # λα
WAVES = ("cosine", "sine")

# name: g(-1), g(0), g(2), g'(0), g(-10⁴), g(10⁴), worked from the formulas
VALUES = {
    "linear": (-1, 0, 2, 1, -FAR, FAR),
    "relu": (0, 0, 2, 0, 0, FAR),
    "absolute": (1, 0, 2, 1, FAR, FAR),
    "leaky_relu": (-0.01, 0, 2, 1, -100, FAR),
    "elu": (np.exp(-1) - 1, 0, 2, 1, -1, FAR),
    "selu": (
        SELU_LEFT * (np.exp(-1) - 1),
        0,
        2 * 1.0507009873554805,
        SELU_LEFT,
        -SELU_LEFT,
        FAR * 1.0507009873554805,
    ),
    # z Φ(z), with Φ(-1) = 0.15865525 and Φ(2) = 0.97724987
    "gelu": (-0.15865525393, 0, 1.95449973610, 0.5, 0, FAR),
    "silu": (-1 / (1 + np.e), 0, 2 / (1 + np.exp(-2)), 0.5, 0, FAR),
    "sigmoid": (1 / (1 + np.e), 0.5, 1 / (1 + np.exp(-2)), 0.25, 0, 1),
    "tanh": (-np.tanh(1), 0, np.tanh(2), 1, -1, 1),
    "softplus": (np.log(1 + np.exp(-1)), np.log(2), np.log(1 + np.exp(2)), 0.5, 0, FAR),
    "hard_tanh": (-1, 0, 1, 1, -1, 1),
    "cosine": (np.cos(1), 1, np.cos(2), 0, np.cos(FAR), np.cos(FAR)),
    "sine": (-np.sin(1), 0, np.sin(2), 1, -np.sin(FAR), np.sin(FAR)),
}

TORCH = {
    "relu": "relu",
    "absolute": "abs",
    "leaky_relu": "leaky_relu",
    "elu": "elu",
    "selu": "selu",
    "gelu": "gelu",
    "silu": "silu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softplus": "softplus",
    "hard_tanh": "hardtanh",
    "cosine": "cos",
    "sine": "sin",
}


@pytest.fixture(params=nn.ACTIVATIONS)
def name(request):
    return request.param


def test_known_values(name, float64):
    *expected, slope, left, right = VALUES[name]
    g = nn.ACTIVATIONS[name]
    points = jnp.array([-1.0, 0.0, 2.0, -FAR, FAR])
    np.testing.assert_allclose(g(points), [*expected, left, right], rtol=1e-9, atol=1e-300)
    assert jax.grad(g)(0.0) == pytest.approx(slope, rel=1e-9)


def test_far_ends_in_float32(name):
    g = nn.ACTIVATIONS[name]
    *_, left, right = VALUES[name]
    ends = jnp.array([-FAR, FAR])
    np.testing.assert_allclose(g(ends), [left, right], rtol=1e-5, atol=1e-4)
    slopes = jax.vmap(jax.grad(g))(ends)
    assert np.all(np.isfinite(slopes))
    if name not in WAVES:  # straight lines by then: the slope is that of the secant
        secant = (g(2 * ends) - g(ends)) / ends
        np.testing.assert_allclose(slopes, secant, rtol=1e-3, atol=1e-6)


def test_derivative_is_the_difference_quotient(name, float64):
    z = jnp.array([-3.1, -0.7, -0.2, 0.3, 0.8, 2.5])
    check_grads(nn.ACTIVATIONS[name], (z,), order=2, modes=["rev"], atol=1e-6, rtol=1e-6)


def test_keeps_shape_and_type(name):
    for dtype in (jnp.float16, jnp.bfloat16, jnp.float32):
        y = nn.ACTIVATIONS[name](jnp.ones((2, 3), dtype))
        assert y.shape == (2, 3)
        assert y.dtype == dtype


def test_can_be_saved(name):
    g = nn.ACTIVATIONS[name]
    assert decode(encode(g, {}), {}) is g


def test_tanh_is_a_sigmoid():
    z = jnp.linspace(-3, 3, 13)
    np.testing.assert_allclose(nn.tanh(z), 2 * nn.sigmoid(2 * z) - 1, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TORCH)
def test_as_pytorch(name, float64):
    torch = pytest.importorskip("torch")
    z = np.linspace(-4.03, 4.03, 24)
    theirs_at = torch.tensor(z, requires_grad=True)
    room = torch if hasattr(torch, TORCH[name]) else torch.nn.functional
    theirs = getattr(room, TORCH[name])(theirs_at)
    theirs.sum().backward()
    ours, slope = jax.vmap(jax.value_and_grad(nn.ACTIVATIONS[name]))(jnp.asarray(z))
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(slope, theirs_at.grad.numpy(), rtol=1e-12, atol=1e-14)
