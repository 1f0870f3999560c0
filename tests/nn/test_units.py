"""Known values of the units, and PyTorch's PReLU and RReLU."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError


def test_prelu_as_pytorch(float64, key):
    torch = pytest.importorskip("torch")
    slopes = np.array([0.25, -0.5, 1.5])
    theirs = torch.nn.PReLU(3).double()
    theirs.weight.data = torch.tensor(slopes)
    ours = nn.PReLU().replace(slope=jnp.asarray(slopes))
    x = np.asarray(jax.random.normal(key, (6, 3)))
    at = torch.tensor(x, requires_grad=True)
    theirs(at).square().sum().backward()

    gradient, slope = jax.grad(lambda m, x: jnp.square(m(x)).sum(), (0, 1))(ours, jnp.asarray(x))
    np.testing.assert_allclose(ours(jnp.asarray(x)), theirs(at).detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(gradient.slope, theirs.weight.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(slope, at.grad.numpy(), rtol=1e-12)


def test_rrelu_draws_slopes_between_its_bounds(key):
    layer, x = nn.RReLU(0.2, 0.4), -jnp.ones((100, 100))
    slopes = -layer(x, nn.Forward(key=key))
    assert 0.2 <= slopes.min() < 0.201
    assert 0.399 < slopes.max() <= 0.4
    assert abs(slopes.mean() - 0.3) < 5 * 0.2 / 12**0.5 / 100
    np.testing.assert_allclose(layer(x), -0.3, rtol=1e-6)
    np.testing.assert_array_equal(layer(-x, nn.Forward(key=key)), -x)


def test_rrelu_at_inference_as_pytorch(key):
    torch = pytest.importorskip("torch")
    x = np.array(jax.random.normal(key, (6, 3)))
    theirs = torch.nn.RReLU().eval()(torch.tensor(x))
    np.testing.assert_allclose(nn.RReLU()(jnp.asarray(x)), theirs.numpy(), rtol=1e-6)


def test_maxout_of_two_pieces_can_be_the_absolute_value():
    """max(x, −x) = |x|, and with two inputs max(x₁, x₂)."""
    x = jnp.array([[-3.0], [2.0]])
    layer = nn.Maxout(1).replace(weight=jnp.array([[1.0, -1.0]]), bias=jnp.zeros(2))
    np.testing.assert_array_equal(layer(x), jnp.abs(x))
    layer = nn.Maxout(1).replace(weight=jnp.eye(2), bias=jnp.array([0.0, 0.5]))
    np.testing.assert_array_equal(layer(jnp.array([[1.0, 3.0], [1.0, 0.0]])), [[3.5], [1.0]])


def test_maxout_of_one_piece_is_dense(key):
    layer = nn.Maxout(2, pieces=1).init(key, (3,))
    dense = nn.Dense(2).replace(weight=layer.weight, bias=layer.bias)
    x = jax.random.normal(key, (4, 3))
    np.testing.assert_array_equal(layer(x), dense(x))


def test_maxout_keeps_the_size_of_signals(key):
    x = jax.random.normal(key, (256, 128))
    y = nn.Maxout(128).init(key, (128,))(x)
    assert jnp.mean(jnp.square(y)) == pytest.approx(1, abs=0.1)


def test_maxout_needs_a_piece():
    with pytest.raises(InputError, match="Maxout"):
        nn.Maxout(2, pieces=0)


def test_rbf_by_hand():
    """Distances² from (0,0): to (0,0) 0; to (3,4) 25, with σ = 5 that is e⁻¹."""
    layer = nn.RBF(2).replace(
        centres=jnp.array([[0.0, 3.0], [0.0, 4.0]]), log_widths=jnp.log(jnp.array([1.0, 5.0]))
    )
    np.testing.assert_allclose(layer(jnp.zeros((1, 2))), [[1, np.exp(-1)]], rtol=1e-6)


def test_rbf_of_many_standardised_inputs_does_not_vanish(key):
    layer = nn.RBF(8).init(key, (200,))
    y = layer(jax.random.normal(jax.random.key(1), (16, 200)))
    assert 0.2 < y.mean() < 0.6


def test_cosine_layer_by_hand():
    layer = nn.Dense(1, nn.cosine).replace(weight=jnp.array([[2.0]]), bias=jnp.array([0.5]))
    np.testing.assert_allclose(layer(jnp.array([[3.0]])), [[np.cos(6.5)]], rtol=1e-6)
