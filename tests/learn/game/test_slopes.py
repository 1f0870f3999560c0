"""Penalties on slopes against derivatives known by hand, by autodiff and by differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import models, nn
from gradus.learn.game.slopes import gradient_penalty, r1, squared_slope


def quadratic(x):
    """D(x) = ½‖x‖², whose slope is x."""
    return 0.5 * jnp.sum(jnp.square(x), axis=tuple(range(1, x.ndim)))


def test_r1_by_hand():
    """½‖(3, 4)‖² = 12.5 and ½‖(1, 0)‖² = 0.5."""
    np.testing.assert_allclose(r1(quadratic, jnp.array([[3.0, 4.0], [1.0, 0.0]])), [12.5, 0.5])


def test_gradient_penalty_by_hand(key):
    """Between (3, 4) and (3, 4) there is one point only: (5 − 1)² = 16."""
    x = jnp.array([[3.0, 4.0]])
    np.testing.assert_allclose(gradient_penalty(quadratic, x, x, key), [16.0], rtol=1e-6)


def test_points_lie_between(key):
    """From 0 to (2, 0) the slope's length is 2 (1 − u), so that u can be read off."""
    zero, two = jnp.zeros((1000, 2)), jnp.tile(jnp.array([[2.0, 0.0]]), (1000, 1))
    share = jax.random.uniform(key, (1000, 1))
    found = gradient_penalty(quadratic, zero, two, key)
    np.testing.assert_allclose(found, (2 * (1 - share[:, 0]) - 1) ** 2, atol=1e-5)


def test_a_flat_discriminator_has_a_finite_slope(key):
    def loss(scale):
        flat = gradient_penalty(lambda x: scale * x[:, 0], jnp.ones((2, 2)), jnp.ones((2, 2)), key)
        return flat.sum()

    assert np.isfinite(jax.grad(loss)(0.0))


JUDGES = {
    "dense": (models.dense_gan(2, [5], activation=nn.tanh)[1], (2,)),
    "convolution": (
        nn.Sequential(
            nn.Conv(3, 4, nn.tanh, stride=2, padding="same"),
            nn.ConvTranspose(2, 2, nn.tanh, stride=2),
            *(nn.Flatten(), nn.Dense(1)),
        ),
        (4, 4, 2),
    ),
}


@pytest.mark.parametrize("name", JUDGES)
def test_slopes_and_their_slopes_in_the_weights(name, key, float64):
    """‖∇D‖² from the Jacobian of every example, and its derivative along a random direction of
    all weights from differences: through our own convolutions twice.
    """
    judge, shape = JUDGES[name]
    x = jax.random.normal(key, (3, *shape))
    judge = jax.jit(lambda: judge.init(key, shape))()
    arrays, structure = jax.tree.flatten(judge)
    way = [np.random.default_rng(i).normal(size=a.shape) for i, a in enumerate(arrays)]

    @jax.jit
    def slopes(t):
        moved = structure.unflatten([a + t * d for a, d in zip(arrays, way, strict=True)])
        return squared_slope(lambda x: moved(x)[:, 0], x)

    jacobians = jax.jit(jax.vmap(jax.grad(lambda one: judge(one[None])[0, 0])))(x)
    expected = np.sum(np.square(jacobians.reshape(3, -1)), axis=1)
    np.testing.assert_allclose(slopes(0.0), expected, rtol=1e-10)
    by_differences = (slopes(1e-5).sum() - slopes(-1e-5).sum()) / 2e-5
    found = jax.jit(jax.grad(lambda t: slopes(t).sum()))(0.0)
    np.testing.assert_allclose(found, by_differences, rtol=1e-6)
