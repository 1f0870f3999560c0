"""Statistics by hand, and PyTorch's layers with the same weights."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

GAIN, BIAS = np.array([0.5, 1.0, -1.5, 2.0]), np.array([0.1, 0.0, -0.3, 1.0])


def weighted(layer: nn.Layer) -> nn.Layer:
    ready = layer.init(jax.random.key(0), (4,))
    return ready.replace(gain=jnp.asarray(GAIN), bias=jnp.asarray(BIAS))


def weigh(theirs, torch):
    theirs = theirs.double()
    theirs.weight.data, theirs.bias.data = torch.tensor(GAIN), torch.tensor(BIAS)
    return theirs


def images(seed: int = 0) -> np.ndarray:
    """Three images of 2 × 2 with four channels, far from mean 0 and variance 1."""
    return 5 + 3 * np.random.default_rng(seed).normal(size=(3, 2, 2, 4))


def channels_second(x, torch):
    return torch.tensor(np.moveaxis(x, -1, 1), requires_grad=True)


def assert_same_values_and_gradients(ours, theirs, x, torch, forward=None):
    """Outputs and the gradients of Σ y³ for gains, biases and inputs."""
    at = channels_second(x, torch)
    y = theirs(at)
    y.pow(3).sum().backward()

    def loss(layer, x):
        return (layer(x, forward or nn.Forward()) ** 3).sum()

    gradient, slope = jax.grad(loss, (0, 1))(ours, jnp.asarray(x))
    expected = np.moveaxis(y.detach().numpy(), 1, -1)
    result = ours(jnp.asarray(x), forward or nn.Forward())
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gradient.gain, theirs.weight.grad.numpy(), rtol=1e-8)
    np.testing.assert_allclose(gradient.bias, theirs.bias.grad.numpy(), rtol=1e-8)
    np.testing.assert_allclose(slope, np.moveaxis(at.grad.numpy(), 1, -1), rtol=1e-6, atol=1e-7)


def test_batch_norm_as_pytorch_in_training_and_after(float64):
    torch = pytest.importorskip("torch")
    theirs = weigh(torch.nn.BatchNorm2d(4, momentum=0.3), torch)
    ours = weighted(nn.BatchNorm(momentum=0.7))
    assert_same_values_and_gradients(ours, theirs, images(), torch, nn.Forward(training=True))

    for seed in range(3):  # running averages over several batches
        if seed > 0:
            theirs(channels_second(images(seed), torch))
        forward = nn.Forward(training=True)
        ours(jnp.asarray(images(seed)), forward)
        ours = forward.updated(ours)
    np.testing.assert_allclose(ours.mean, theirs.running_mean.numpy(), rtol=1e-12)
    np.testing.assert_allclose(ours.variance, theirs.running_var.numpy(), rtol=1e-12)

    theirs.eval().zero_grad()
    assert_same_values_and_gradients(ours, theirs, images(7), torch)


def test_batch_norm_by_hand():
    """Numbers 1 and 5: mean 3, variance 4, so −1 and 1; unbiased variance 8."""
    layer = nn.BatchNorm(momentum=0.75, epsilon=0.0).init(jax.random.key(0), (1,))
    forward = nn.Forward(training=True)
    np.testing.assert_allclose(layer(jnp.array([[1.0], [5.0]]), forward), [[-1.0], [1.0]])
    after = forward.updated(layer)
    np.testing.assert_allclose(after.mean, [0.75 * 0 + 0.25 * 3])
    np.testing.assert_allclose(after.variance, [0.75 * 1 + 0.25 * 8])
    np.testing.assert_array_equal(layer.mean, [0.0])  # the layer itself is never changed


def test_batch_norm_takes_the_scale_of_what_comes_before_away():
    x = jnp.asarray(images(), jnp.float32)
    layer = nn.BatchNorm().init(jax.random.key(0), (4,))
    y, scaled = (layer(factor * x, nn.Forward(training=True)) for factor in (1, 1000))
    np.testing.assert_allclose(y, scaled, atol=1e-4)


def test_batch_norm_far_from_zero_keeps_its_digits():
    x = jnp.array([[4096.0], [4097.0], [4098.0]])
    y = nn.BatchNorm().init(jax.random.key(0), (1,))(x, nn.Forward(training=True))
    np.testing.assert_allclose(y, [[-1.22474], [0], [1.22474]], atol=1e-4)


def test_batch_norm_refuses_a_single_number_in_training():
    layer = nn.BatchNorm().init(jax.random.key(0), (3,))
    with pytest.raises(InputError, match="one number per channel") as refusal:
        layer(jnp.ones((1, 3)), nn.Forward(training=True))
    assert "LayerNorm" in str(refusal.value)
    assert layer(jnp.ones((1, 3))).shape == (1, 3)


def test_layer_norm_as_pytorch(float64):
    torch = pytest.importorskip("torch")
    theirs = weigh(torch.nn.LayerNorm(4), torch)

    def channels_last(x):
        return theirs(x.movedim(1, -1)).movedim(-1, 1)

    channels_last.weight, channels_last.bias = theirs.weight, theirs.bias
    assert_same_values_and_gradients(weighted(nn.LayerNorm()), channels_last, images(), torch)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm_as_pytorch(groups, float64):
    torch = pytest.importorskip("torch")
    theirs = weigh(torch.nn.GroupNorm(groups, 4), torch)
    assert_same_values_and_gradients(weighted(nn.GroupNorm(groups)), theirs, images(), torch)


@pytest.mark.parametrize("groups", [0, 3])
def test_group_norm_refuses_groups_that_do_not_divide(groups):
    with pytest.raises(InputError, match="GroupNorm") as refusal:
        nn.GroupNorm(groups).init(jax.random.key(0), (4,))
    assert "divide 4 channels" in str(refusal.value)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_local_response_norm_as_pytorch(size, float64):
    torch = pytest.importorskip("torch")
    theirs = torch.nn.LocalResponseNorm(size, alpha=size * 0.02, beta=0.75, k=2.0)
    at = channels_second(images(), torch)
    expected = theirs(at)
    expected.pow(3).sum().backward()
    ours = nn.LocalResponseNorm(size, alpha=0.02)
    x = jnp.asarray(images())
    np.testing.assert_allclose(ours(x), np.moveaxis(expected.detach().numpy(), 1, -1), rtol=1e-12)
    slope = jax.grad(lambda x: (ours(x) ** 3).sum())(x)
    np.testing.assert_allclose(slope, np.moveaxis(at.grad.numpy(), 1, -1), rtol=1e-10)


def test_local_response_norm_refuses_an_even_size():
    with pytest.raises(InputError, match="LocalResponseNorm"):
        nn.LocalResponseNorm(4)


def test_rows_that_fill_up_a_batch_do_not_enter_its_statistics(key):
    layer = nn.BatchNorm().init(key, (3,))
    x = jax.random.normal(key, (6, 3))
    filled = jnp.concatenate([x, jnp.full((2, 3), 100.0)])
    alone = nn.Forward(training=True)
    padded = nn.Forward(training=True, present=jnp.array([1.0] * 6 + [0.0] * 2))
    expected, got = layer(x, alone), layer(filled, padded)[:6]
    assert jnp.allclose(got, expected, atol=1e-6)
    for name in ("mean", "variance"):
        expected, got = getattr(alone.updated(layer), name), getattr(padded.updated(layer), name)
        assert jnp.allclose(got, expected, atol=1e-6)


def test_a_single_example_in_a_filled_batch_is_normalised_by_the_running_averages(key):
    layer = nn.BatchNorm().init(key, (2,)).replace(mean=jnp.ones(2), variance=jnp.full(2, 4.0))
    forward = nn.Forward(training=True, present=jnp.array([1.0, 0.0]))
    y = layer(jnp.array([[3.0, 1.0], [7.0, 7.0]]), forward)
    assert jnp.allclose(y[0], jnp.array([1.0, 0.0]), atol=1e-3)
    assert jnp.allclose(forward.updated(layer).variance, 4.0)


def test_the_pass_that_all_calls_share_keeps_nothing():
    nn.INFERENCE.update(nn.BatchNorm(), mean=jnp.zeros(1))
    nn.INFERENCE.note("activation", jnp.zeros(1))
    layer = weighted(nn.BatchNorm())
    assert nn.INFERENCE.updated(layer) is not None  # an update without a place would be refused
    assert not nn.INFERENCE.notes
