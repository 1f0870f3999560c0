"""Between convolution and full connection: unshared and tiled windows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

OPTIONS = [{}, {"stride": 2}, {"padding": "same", "dilation": 2}, {"padding": "circular"}]
SHAPES = [(7, 2), (5, 6, 2), (4, 3, 5, 2)]


def conv_of(layer, weight, bias) -> nn.Conv:
    """The convolution with one window of a layer."""
    conv = nn.Conv(layer.filters, layer.kernel_size, layer.activation)
    conv = conv.replace(stride=layer.stride, padding=layer.padding, dilation=layer.dilation)
    return conv.replace(weight=weight, bias=bias)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_equal_windows_are_a_convolution(shape, options, float64, key):
    layer = nn.LocallyConnected(3, 2, nn.tanh, **options).init(key, shape)
    places = layer.output_shape(shape)[:-1]
    weight = jax.random.normal(key, layer.weight.shape[len(places) :])
    bias = jax.random.normal(key, (3,))
    layer = layer.replace(
        weight=jnp.broadcast_to(weight, layer.weight.shape),
        bias=jnp.broadcast_to(bias, layer.bias.shape),
    )
    x = jax.random.normal(key, (2, *shape))
    np.testing.assert_allclose(layer(x), conv_of(layer, weight, bias)(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("tiles", [1, 2, 3])
def test_tiles_are_convolutions_that_take_turns(tiles, shape, options, float64, key):
    layer = nn.TiledConv(3, 2, nn.tanh, tiles=tiles, **options).init(key, shape)
    layer = layer.replace(bias=jax.random.normal(key, layer.bias.shape))
    x = jax.random.normal(key, (2, *shape))
    y = layer(x)
    axes = len(shape) - 1
    for tile in np.ndindex(*(tiles,) * axes):
        mine = (slice(None), *(slice(r, None, tiles) for r in tile))
        expected = conv_of(layer, layer.weight[tile], layer.bias[tile])(x)[mine]
        np.testing.assert_allclose(y[mine], expected, rtol=1e-12, atol=1e-12)


def test_as_many_tiles_as_positions_are_locally_connected(float64, key):
    tiled = nn.TiledConv(3, 2, tiles=4).init(key, (5, 5, 2))
    local = nn.LocallyConnected(3, 2).init(key, (5, 5, 2))
    local = local.replace(weight=tiled.weight, bias=tiled.bias)
    x = jax.random.normal(key, (2, 5, 5, 2))
    np.testing.assert_allclose(tiled(x), local(x), rtol=1e-12, atol=1e-12)


def test_windows_start_with_the_variance_of_a_convolution(key):
    """Positions are no fan: W has variance 2 / (fan in + fan out) of one window."""
    for layer in (nn.LocallyConnected(16, 3), nn.TiledConv(16, 3, tiles=4)):
        weight = layer.init(key, (12, 12, 8)).weight
        assert float(weight.var()) == pytest.approx(2 / (9 * 8 + 9 * 16), rel=0.05)


def test_images_of_another_size_are_refused(key):
    layer = nn.LocallyConnected(2, 3).init(key, (8, 8, 1))
    with pytest.raises(InputError, match=r"with \(6, 6\) windows\n.*with \(7, 6\)"):
        layer(jnp.ones((1, 9, 8, 1)))
    assert nn.TiledConv(2, 3).init(key, (8, 8, 1))(jnp.ones((1, 9, 8, 1))).shape == (1, 7, 6, 2)


@pytest.mark.parametrize("layer", [nn.LocallyConnected(2, 3), nn.TiledConv(2, 3)])
def test_what_makes_no_layer_is_refused(layer, key):
    with pytest.raises(InputError, match="no weights yet"):
        layer(jnp.ones((1, 8, 8, 1)))
    with pytest.raises(InputError, match="larger than its input"):
        layer.init(key, (2, 8, 1))


def test_separable_is_depthwise_then_pointwise(float64, key):
    layer = nn.SeparableConv(5, 3, padding="same", stride=2, multiplier=2).init(key, (6, 6, 3))
    depthwise = nn.Conv(6, 3, padding="same", stride=2, groups=3).replace(weight=layer.depthwise)
    x = jax.random.normal(key, (2, 6, 6, 3))
    expected = depthwise(x) @ layer.pointwise
    np.testing.assert_allclose(layer(x), expected, rtol=1e-12, atol=1e-12)
