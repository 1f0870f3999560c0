"""Layers that see the whole batch, against loops over its examples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, nn
from gradus.nn.layer import Forward

PRESENT = Forward(training=True, present=jnp.array([1.0, 1.0, 1.0, 0.0]))


def test_deviation_is_the_mean_of_those_of_all_numbers(key):
    x = jax.random.normal(key, (5, 3, 3, 2))
    y = nn.MinibatchDeviation()(x)
    assert y.shape == (5, 3, 3, 3)
    np.testing.assert_array_equal(y[..., :2], x)
    np.testing.assert_allclose(y[..., 2], np.asarray(x).std(axis=0).mean(), rtol=1e-5)


def test_deviation_of_examples_that_are_alike_has_a_finite_slope():
    slope = jax.grad(lambda x: nn.MinibatchDeviation()(x)[..., -1].sum())(jnp.ones((3, 2)))
    np.testing.assert_array_equal(slope, 0)


def test_discrimination_against_a_loop(key):
    layer = nn.MinibatchDiscrimination(2, size=3).init(key, (4,))
    x = jax.random.normal(jax.random.key(1), (5, 4))
    m = np.asarray(x @ layer.weight).reshape(5, 2, 3)
    expected = [
        [sum(np.exp(-np.abs(m[i, k] - m[j, k]).sum()) for j in range(5) if j != i) for k in (0, 1)]
        for i in range(5)
    ]
    np.testing.assert_allclose(layer(x)[:, 4:], expected, rtol=1e-5)


@pytest.mark.parametrize("layer", [nn.MinibatchDeviation(), nn.MinibatchDiscrimination(2)], ids=str)
def test_rows_that_only_fill_up_are_not_seen(layer, key):
    layer = layer.init(key, (3,))
    assert layer.output_shape((3,)) == layer(jnp.ones((4, 3))).shape[1:]
    x = jax.random.normal(key, (4, 3))
    np.testing.assert_allclose(layer(x, PRESENT)[:3], layer(x[:3]), rtol=1e-5)


def test_slips_are_refused(key):
    with pytest.raises(InputError, match="units"):
        nn.MinibatchDiscrimination(0)
    with pytest.raises(InputError, match="wrong input shape"):
        nn.MinibatchDiscrimination(2).init(key, (3,))(jnp.ones((2, 4)))
