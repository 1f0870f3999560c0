"""A convolution and its matrix give the same numbers, and say the same of their cost."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

OPTIONS = [
    {"stride": 2, "padding": "same"},
    {"stride": 3, "padding": 2, "dilation": 2},
    {"groups": 2, "padding": "full"},
    {"groups": 4, "padding": "circular"},
    {"flip": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_same_numbers(axes, options, float64, key):
    shape = (*(5, 4, 3)[:axes], 4)
    layer = nn.Conv(8, 3, **options).init(key, shape)
    x = jax.random.normal(key, (1, *shape))
    found = nn.as_matrix(layer, shape) @ np.asarray(x).ravel()
    np.testing.assert_allclose(found, layer(x).ravel(), rtol=1e-12, atol=1e-12)


def test_gradients_are_products_with_the_transpose(float64, key):
    layer = nn.Conv(3, 3, stride=2, padding="same").init(key, (5, 4, 2))
    x = jax.random.normal(key, (1, 5, 4, 2))
    y, back = jax.vjp(layer, x)
    g = jax.random.normal(key, y.shape)
    expected = nn.as_matrix(layer, (5, 4, 2)).T @ np.asarray(g).ravel()
    np.testing.assert_allclose(back(g)[0].ravel(), expected, rtol=1e-12, atol=1e-12)


def test_toeplitz_and_circulant(key):
    """Constant diagonals; around the edge every row is the one above, moved on by one."""
    layer = nn.Conv(1, 3, padding="same").init(key, (6, 1))
    matrix = nn.as_matrix(layer, (6, 1)).todense()
    np.testing.assert_array_equal(matrix[1:, 1:], matrix[:-1, :-1])
    around = nn.as_matrix(layer.replace(padding="circular"), (6, 1)).todense()
    np.testing.assert_array_equal(around[1:], np.roll(around[:-1], 1, axis=1))


def test_cost_of_edges():
    """Neighbours subtracted in a 320 × 280 image: 319 · 280 · 3 operations, two products and a sum
    each, in the place of a matrix of 8 billion entries.
    """
    edges = nn.Conv(1, (1, 2), use_bias=False)
    edges = edges.replace(weight=jnp.array([-1.0, 1.0]).reshape(1, 2, 1, 1))
    matrix = nn.as_matrix(edges, (280, 320, 1))
    assert matrix.shape == (280 * 319, 280 * 320)
    products, sums = matrix.nnz, matrix.nnz - matrix.shape[0]
    assert products + sums == 267_960
    assert matrix.shape[0] * matrix.shape[1] > 8e9


def test_other_layers_are_refused():
    with pytest.raises(InputError, match="a Conv with weights"):
        nn.as_matrix(nn.Conv(1, 2), (4, 1))
