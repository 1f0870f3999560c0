"""What turns and moves with its input, and what does not."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError


def quarter_turned(x: jax.Array) -> jax.Array:
    return jnp.rot90(x, axes=(1, 2))


def turned_features(y: jax.Array) -> jax.Array:
    """The outputs of an image that was turned: turned, and moved on to the next turn."""
    groups = quarter_turned(y).reshape(*y.shape[:-1], -1, 4)
    return jnp.roll(groups, 1, axis=-1).reshape((*groups.shape[:3], -1))


@pytest.fixture(params=["valid", "same", "circular", "full"])
def model(request, key):
    layers = [
        nn.P4Conv(3, 3, nn.relu, padding=request.param, lifting=True),
        nn.P4Conv(2, 3, nn.relu, padding=request.param),
        nn.P4Conv(2, 5, padding=request.param),
    ]
    return nn.Sequential(*layers).init(key, (11, 11, 2))


@pytest.fixture
def x(key):
    return jax.random.normal(key, (2, 11, 11, 2))


def test_the_outputs_turn_with_the_image(model, x):
    for _ in range(4):
        expected = turned_features(model(x))
        np.testing.assert_allclose(model(quarter_turned(x)), expected, atol=1e-5)
        x = quarter_turned(x)


def test_pooled_over_turns_and_places_nothing_of_the_turn_is_left(model, x):
    pooled = nn.Sequential(model, nn.ChannelMaxPool(4), nn.GlobalMeanPool())
    np.testing.assert_allclose(pooled(quarter_turned(x)), pooled(x), atol=1e-5)
    assert float(jnp.ptp(pooled(x), axis=0).max()) > 1e-2  # the images still differ


def test_plain_convolution_does_not_turn(x, key):
    layer = nn.Conv(8, 3, padding="same").init(key, (11, 11, 2))
    away = layer(quarter_turned(x)) - quarter_turned(layer(x))
    assert float(jnp.abs(away).max()) > 0.1


def test_even_windows_turn_too(x, key):
    layer = nn.P4Conv(2, 4, lifting=True).init(key, (11, 11, 2))
    np.testing.assert_allclose(layer(quarter_turned(x)), turned_features(layer(x)), atol=1e-5)


def test_four_times_the_outputs_with_the_weights_of_one(key):
    found = nn.summary(nn.P4Conv(8, 3, lifting=True), (28, 28, 1))
    assert found.rows[0].output == (26, 26, 32)
    assert found.parameters == 8 * 9 + 8


@pytest.mark.parametrize(
    ("layer", "shape", "wording"),
    [
        (nn.P4Conv(2, 3), (9, 9, 3), "lifting=True"),
        (nn.P4Conv(2, 3), (9, 4), "one length of a square window"),
        (nn.P4Conv(2, (3, 3)), (9, 9, 4), "one length of a square window"),
    ],
)
def test_what_makes_no_layer_is_refused(layer, shape, wording, key):
    with pytest.raises(InputError, match=wording):
        layer.init(key, shape)
