"""Penalties on the slope of the discriminator: by differentiating it at its inputs."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import random

Judge = Callable[[jax.Array], jax.Array]  # examples -> one number each


def squared_slope(judge: Judge, x: jax.Array) -> jax.Array:
    """‖∇ₓ D(x)‖² of every example, shape (B,).

    Where layers let the examples of a batch see each other, it is the slope of Σ D.

    >>> squared_slope(lambda x: 3 * x[:, 0] + 4 * x[:, 1], jnp.zeros((2, 2)))
    Array([25., 25.], dtype=float32)
    """
    slope = jax.grad(lambda x: jnp.sum(judge(x)))(x)
    return jnp.sum(jnp.square(slope), axis=tuple(range(1, x.ndim)))


def r1(judge: Judge, x: jax.Array) -> jax.Array:
    """½ ‖∇ₓ D(x)‖² at real examples: D may not be steep where the data is.

    Mescheder, Geiger and Nowozin (2018), equation 9.
    """
    return 0.5 * squared_slope(judge, x)


def gradient_penalty(judge: Judge, x: jax.Array, made: jax.Array, key: jax.Array) -> jax.Array:
    """(‖∇D(x̂)‖ − 1)² at x̂ = u x + (1 − u) x̃ between real and made examples, u ~ U(0, 1).

    Gulrajani, Ahmed, Arjovsky, Dumoulin and Courville (2017), equation 3.
    """
    share = random.uniform(key, (len(x), *(1,) * (x.ndim - 1)), x.dtype)
    between = share * x + (1 - share) * made
    length = jnp.sqrt(squared_slope(judge, between) + 1e-12)  # a root has no slope at 0
    return jnp.square(length - 1)
