"""Cut connections stay cut."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError


def test_degrees_say_what_is_connected():
    """Inputs of degrees 1, 2, 3 and outputs of degrees 1 and 2: ≤ keeps (1,1), (1,2), (2,2)."""
    layer = nn.MaskedDense((1, 2, 3), (1, 2))
    assert layer.mask.tolist() == [[True, True], [False, True], [False, False]]
    strict = nn.MaskedDense((1, 2, 3), (1, 2), strict=True)
    assert strict.mask.tolist() == [[False, True], [False, False], [False, False]]


def test_cut_connections_have_no_gradient_and_no_effect(key):
    layer = nn.MaskedDense((1, 2), (1, 2)).init(key, (2,))
    x = jnp.array([[3.0, 5.0]])
    slope = jax.grad(lambda layer: layer(x).sum())(layer).weight
    np.testing.assert_array_equal(slope, [[3, 3], [0, 5]])
    ones = layer.replace(weight=jnp.ones((2, 2)))
    np.testing.assert_array_equal(ones(x), [[3, 8]])


def test_without_a_cut_it_is_dense(key):
    masked = nn.MaskedDense((0, 0, 0), (0, 0), nn.tanh).init(key, (3,))
    dense = nn.Dense(2, nn.tanh).replace(weight=masked.weight, bias=masked.bias)
    x = jax.random.normal(key, (4, 3))
    np.testing.assert_array_equal(masked(x), dense(x))


@pytest.mark.parametrize(
    ("make", "wording"),
    [
        (lambda: nn.MaskedDense((), (1,)), "degrees of the inputs"),
        (lambda: nn.MaskedDense((1,), (0.5,)), "degrees of the outputs\n.*whole number"),
        (lambda: nn.MaskedDense((1,), (1,), "relu"), r"MaskedDense: activation"),
    ],
)
def test_what_makes_no_layer_is_refused(make, wording):
    with pytest.raises(InputError, match=wording):
        make()
