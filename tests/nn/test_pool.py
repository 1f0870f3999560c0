"""Pooling by hand, and as in PyTorch."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError


def column(*numbers: float) -> jax.Array:
    """One example, one channel."""
    return jnp.array(numbers)[None, :, None]


def slopes(layer: nn.Layer, x: jax.Array) -> list[float]:
    return jax.grad(lambda x: layer(x).sum())(x)[0, :, 0].tolist()


def test_by_hand():
    """Windows (1, 3), (2, 0) and, one apart, (1, 3), (3, 2), (2, 0)."""
    x = column(1.0, 3.0, 2.0, 0.0)
    assert nn.MaxPool(2)(x)[0, :, 0].tolist() == [3, 2]
    assert nn.MaxPool(2, stride=1)(x)[0, :, 0].tolist() == [3, 3, 2]
    assert nn.MeanPool(2, stride=1)(x)[0, :, 0].tolist() == [2, 2.5, 1]
    assert nn.GlobalMaxPool()(x).tolist() == [[3]]
    assert nn.GlobalMeanPool()(x).tolist() == [[1.5]]


@pytest.mark.parametrize("layer", [nn.MaxPool(3), nn.GlobalMaxPool()])
def test_of_equal_numbers_the_first_gets_the_gradient(layer):
    assert slopes(layer, column(1.0, 2.0, 2.0)) == [0, 1, 0]
    assert slopes(layer, column(2.0, 2.0, 2.0)) == [1, 0, 0]


def test_a_number_that_is_the_largest_of_two_windows_gets_both_gradients():
    assert slopes(nn.MaxPool(2, stride=1), column(0.0, 5.0, 1.0, 7.0)) == [0, 2, 0, 1]


@pytest.mark.parametrize("layer", [nn.MaxPool(2), nn.MeanPool(2), nn.GlobalMaxPool()])
@pytest.mark.parametrize("place", [0, 1])
def test_nan_is_not_hidden(layer, place):
    x = column(1.0, 2.0).at[0, place, 0].set(jnp.nan)
    assert jnp.isnan(layer(x)).all()


def test_what_is_added_at_the_edge_is_no_input():
    x = column(-1.0, -2.0, -3.0)
    assert nn.MaxPool(3, stride=1, padding="same")(x)[0, :, 0].tolist() == [-1, -1, -2]
    assert nn.MeanPool(3, stride=1, padding="same")(x)[0, :, 0].tolist() == [-1.5, -2, -2.5]


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(("k", "s", "p"), [(2, 2, 0), (3, 2, 1), (3, 1, 0), (2, 3, 0), (2, 1, 1)])
@pytest.mark.filterwarnings("ignore:MaxPool|MeanPool")
def test_as_pytorch(axes, k, s, p, float64, key):
    torch = pytest.importorskip("torch")
    x = np.asarray(jax.random.normal(key, (2, *(7, 6, 5)[:axes], 3)))
    peers = {
        nn.MaxPool(k, s, p): getattr(torch.nn, f"MaxPool{axes}d")(k, s, p),
        nn.MeanPool(k, s, p): getattr(torch.nn, f"AvgPool{axes}d")(
            k, s, p, count_include_pad=False
        ),
    }
    for ours, theirs in peers.items():
        at = torch.tensor(np.moveaxis(x, -1, 1), requires_grad=True)
        y = theirs(at)
        y.square().sum().backward()
        np.testing.assert_allclose(
            ours(jnp.asarray(x)), np.moveaxis(y.detach().numpy(), 1, -1), rtol=1e-12
        )
        slope = jax.grad(lambda x, ours=ours: jnp.square(ours(x)).sum())(jnp.asarray(x))
        np.testing.assert_allclose(slope, np.moveaxis(at.grad.numpy(), 1, -1), rtol=1e-12)


def test_weights_of_a_gaussian_pool():
    """exp(−½ · ¼) : 1 : 1 : exp(−½ · ¼) … for std 1 and four taps, halves away from the middle."""
    near, far = np.exp(-0.5 * 0.25), np.exp(-0.5 * 2.25)
    y = nn.GaussianPool(4)(column(1.0, 2.0, 4.0, 8.0))
    expected = (1 * far + 2 * near + 4 * near + 8 * far) / (2 * near + 2 * far)
    np.testing.assert_allclose(y.ravel(), [expected], rtol=1e-6)
    assert nn.GaussianPool(3, stride=1, padding="same")(jnp.ones((1, 4, 4, 2))).round(6).min() == 1


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_norms_as_pytorch(p, float64, key):
    torch = pytest.importorskip("torch")
    x = jnp.abs(jax.random.normal(key, (2, 6, 4, 3)))  # PyTorch takes no absolute value
    at = torch.tensor(np.asarray(x), requires_grad=True)
    theirs = torch.nn.LPPool2d(p, 2)(at.movedim(-1, 1)).movedim(1, -1)
    theirs.square().sum().backward()
    ours = nn.LpPool(2, p=p)
    np.testing.assert_allclose(ours(x), theirs.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(ours(-x), theirs.detach().numpy(), rtol=1e-12)
    slope = jax.grad(lambda x: jnp.square(ours(x)).sum())(x)
    np.testing.assert_allclose(slope, at.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_global_pools_as_pytorch(axes, float64, key):
    torch = pytest.importorskip("torch")
    x = jax.random.normal(key, (2, *(4, 3, 2)[:axes], 3))
    for ours, name in ((nn.GlobalMaxPool(), "Max"), (nn.GlobalMeanPool(), "Avg")):
        at = torch.tensor(np.moveaxis(np.asarray(x), -1, 1), requires_grad=True)
        theirs = getattr(torch.nn, f"Adaptive{name}Pool{axes}d")(1)(at).flatten(1)
        theirs.square().sum().backward()
        slope = jax.grad(lambda x, ours=ours: jnp.square(ours(x)).sum())(x)
        np.testing.assert_allclose(ours(x), theirs.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(slope, np.moveaxis(at.grad.numpy(), 1, -1), rtol=1e-12)


def test_norm_of_nothing_has_no_slope():
    assert slopes(nn.LpPool(2), column(0.0, 0.0)) == [0, 0]


def test_pooling_over_channels():
    x = jnp.array([[[1.0, 4.0, 2.0, 2.0]]])
    assert nn.ChannelMaxPool(2)(x).tolist() == [[[4, 2]]]
    slope = jax.grad(lambda x: nn.ChannelMaxPool(2)(x).sum())(x)
    assert slope.tolist() == [[[0, 1, 1, 0]]]
    assert nn.ChannelMaxPool(2).output_shape((7, 7, 6)) == (7, 7, 3)


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: nn.ChannelMaxPool(3)(jnp.ones((2, 4))), "divides 4 channels"),
        (lambda: nn.ChannelMaxPool(0), "ChannelMaxPool: size"),
        (lambda: nn.LpPool(2, p=0.5), "LpPool: p"),
        (lambda: nn.GaussianPool(2, std=0.0), "GaussianPool: std"),
        (lambda: nn.MaxPool(4)(jnp.ones((1, 3, 5, 1))), "window is larger than its input"),
        (lambda: nn.MaxPool((2, 2))(jnp.ones((1, 4, 1))), "MaxPool: window"),
    ],
)
def test_what_makes_no_pooling_is_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()


def test_small_shifts_matter_little():
    """A max over windows of 4 keeps at least 3 of 4 numbers that a shift by one may change."""
    x = jax.random.normal(jax.random.key(0), (1, 200, 1))
    moved = jnp.roll(x, 1, axis=1)
    kept = [float((l(x) == l(moved)).mean()) for l in (nn.MaxPool(1), nn.MaxPool(8, stride=1))]
    assert kept[0] == 0
    assert kept[1] > 0.7


@pytest.mark.parametrize("layer", [nn.GlobalMaxPool(), nn.GlobalMeanPool(), nn.MaxPool()])
def test_inputs_without_positions_are_refused(layer):
    with pytest.raises(InputError, match=r"\(height, width, channels\)"):
        layer(jnp.ones((2, 3)))
