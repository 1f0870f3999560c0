"""Numbers for each channel, or each position, beside arrays of examples and positions.

Whatever is spread over all positions has a gradient that is a sum over them, and XLA takes such
sums on CPUs in its slowest way. A product with a vector of ones is the same sum in a fifth of the
time. Forward mode and higher derivatives work: only the direction in which a sum is written is
chosen here.
"""

from __future__ import annotations

from functools import partial
from math import prod

import jax
import jax.numpy as jnp
from jax import lax


def spread(vector: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """The vector of the last axis beside an array of `shape`, with which it may be combined.

    >>> spread(jnp.array([1.0, 2.0]), (3, 2)).shape, spread(jnp.array([1.0, 2.0]), (3, 4, 2)).shape
    ((1, 2), (3, 4, 2))
    >>> jax.grad(lambda v: spread(v, (8, 4, 4, 2)).sum())(jnp.zeros(2))
    Array([128., 128.], dtype=float32)
    """
    return vector[None] if len(shape) == 2 else _at_positions(vector, shape)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def _at_positions(vector: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return jnp.broadcast_to(vector, shape)


@_at_positions.defjvp
def _(shape, primals, tangents):
    (vector,), (direction,) = primals, tangents
    if jax.default_backend() != "cpu":
        return _at_positions(vector, shape), jnp.broadcast_to(direction, shape)
    ones = jnp.ones((prod(shape[:-1]), 1), direction.dtype)
    product = jnp.matmul(ones, direction[None], precision=lax.Precision.HIGHEST)
    return _at_positions(vector, shape), product.reshape(shape)  # transposed, it is the sum


@jax.custom_jvp
def sums(x: jax.Array) -> jax.Array:
    """The sum over examples and positions, for each channel.

    >>> sums(jnp.ones((8, 4, 4, 2)))
    Array([128., 128.], dtype=float32)
    """
    if jax.default_backend() != "cpu":
        return _plain_sums(x)
    ones = jnp.ones((1, prod(x.shape[:-1])), x.dtype)
    return jnp.matmul(ones, x.reshape(-1, x.shape[-1]), precision=lax.Precision.HIGHEST)[0]


@sums.defjvp
def _(primals, tangents):
    return sums(*primals), _plain_sums(*tangents)  # transposed, it costs nothing


def means(x: jax.Array) -> jax.Array:
    """The mean over channels of every position, with an axis of length 1 in their place.

    >>> means(jnp.array([[1.0, 2.0, 6.0]]))
    Array([[3.]], dtype=float32)
    """
    channels = x.shape[-1]
    if jax.default_backend() != "cpu":
        return x.mean(-1, keepdims=True)
    ones = jnp.ones((channels, 1), x.dtype)
    total = jnp.matmul(x.reshape(-1, channels), ones, precision=lax.Precision.HIGHEST)
    return total.reshape(*x.shape[:-1], 1) / channels


def _plain_sums(x: jax.Array) -> jax.Array:
    return jnp.sum(x, tuple(range(x.ndim - 1)))
