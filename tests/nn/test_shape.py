"""Reshape and Flatten."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError


def test_order_is_kept():
    x = jnp.arange(12.0).reshape(2, 6)
    np.testing.assert_array_equal(nn.Reshape((2, 3))(x)[1], [[6, 7, 8], [9, 10, 11]])
    np.testing.assert_array_equal(nn.Flatten()(nn.Reshape((2, 3))(x)), x)


@pytest.mark.parametrize(
    ("shape", "given", "found"),
    [((-1,), (2, 3), (6,)), ((2, -1), (4, 3), (2, 6)), ((), (1,), ()), ((0, 2), (0,), (0, 2))],
)
def test_lengths_are_found(shape, given, found):
    assert nn.Reshape(shape).output_shape(given) == found
    assert nn.Reshape(shape)(jnp.ones((5, *given))).shape == (5, *found)


@pytest.mark.parametrize("shape", [(4,), (4, -1), (0, -1)])
def test_what_does_not_fit_is_refused(shape):
    with pytest.raises(InputError, match="6 numbers do not fill the shape") as refusal:
        nn.Reshape(shape)(jnp.ones((5, 2, 3)))
    assert "(2, 3)" in str(refusal.value)


@pytest.mark.parametrize("shape", [(-1, -1), (-2, -3)])
def test_impossible_shapes_are_refused(shape):
    with pytest.raises(InputError, match="Reshape") as refusal:
        nn.Reshape(shape)
    assert "at most one −1" in str(refusal.value)


def test_flatten():
    assert nn.Flatten()(jnp.ones((5, 2, 3))).shape == (5, 6)
    assert nn.Flatten()(jnp.ones(5)).shape == (5, 1)
    with pytest.raises(InputError, match="a single number"):
        nn.Flatten()(jnp.ones(()))
