"""Spectral normalisation against singular values."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, nn
from gradus.base.tree import leaves
from gradus.nn.layer import Forward

LAYERS = {
    "dense": (nn.Dense(7, use_bias=False), (5,)),
    "convolution": (nn.Conv(3, 3, use_bias=False), (6, 6, 2)),
}


def many_passes(layer, x, count=60):
    """The layer after some passes in training."""
    for _ in range(count):
        forward = Forward(training=True)
        layer(x, forward)
        layer = forward.updated(layer)
    return layer


@pytest.mark.parametrize("name", LAYERS)
def test_the_divisor_is_the_largest_singular_value(name, key, float64):
    inner, shape = LAYERS[name]
    x = jax.random.normal(key, (2, *shape))
    layer = many_passes(nn.SpectralNorm(inner).init(key, shape), x)
    weight = layer.inner.weight
    largest = np.linalg.svd(weight.reshape(-1, weight.shape[-1]), compute_uv=False)[0]
    np.testing.assert_allclose(layer(x), layer.inner(x) / largest, rtol=1e-9)


def test_the_slope_runs_through_the_divisor(key, float64):
    """σ(W) = uᵀWv has the slope u vᵀ at W (Miyato and others, 2018, equation 10)."""
    layer = many_passes(
        nn.SpectralNorm(nn.Dense(2, use_bias=False)).init(key, (3,)), jnp.ones((1, 3))
    )

    def scaled(weight):
        return layer.replace(inner=layer.inner.replace(weight=weight))(jnp.eye(3))

    def by_svd(weight):
        return weight / jnp.linalg.norm(weight, ord=2)

    slopes = [jax.jacobian(f)(layer.inner.weight) for f in (scaled, by_svd)]
    np.testing.assert_allclose(*slopes, atol=1e-8)


def test_the_direction_moves_in_training_alone(key):
    layer = nn.SpectralNorm(nn.Dense(4)).init(key, (4,))
    forward = Forward()
    layer(jnp.ones((1, 4)), forward)
    assert forward.updated(layer).direction is layer.direction
    assert not np.array_equal(many_passes(layer, jnp.ones((1, 4)), 1).direction, layer.direction)
    assert {leaf.name: leaf.kind for leaf in leaves(layer)}["direction"] == "state"


def test_it_keeps_its_weights(key):
    layer = nn.SpectralNorm(nn.Dense(4)).init(key, (4,))
    assert layer.init(jax.random.key(1), (4,)) is layer


def test_slips_are_refused(key):
    with pytest.raises(InputError, match="Sequential without\n.*one by one"):
        nn.SpectralNorm(nn.Sequential(nn.Dense(2))).init(key, (2,))
    with pytest.raises(InputError, match="iterations"):
        nn.SpectralNorm(nn.Dense(2), iterations=0)
