"""What targets are like by themselves: where output biases start."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def columns(y: jax.Array) -> jax.Array:
    """Targets as a table of floats with one column for each of the K targets on the last axis."""
    return y.reshape(-1, y.shape[-1] if y.ndim > 1 else 1).astype(jnp.result_type(float))


def importance(y: jax.Array, weight: jax.Array | None) -> jax.Array:
    """How much each number of `columns(y)` counts: 1 on average over those that count at all.

    Arguments:
        y: targets.
        weight: one per example, or one per target; None: all count alike.

    >>> importance(jnp.array([5.0, 6.0, 7.0]), jnp.array([1.0, 3.0, 0.0])).ravel()
    Array([0.5, 1.5, 0. ], dtype=float32)
    """
    if weight is None:
        return jnp.ones_like(columns(y))
    later = tuple(range(weight.ndim, y.ndim))
    table = columns(jnp.broadcast_to(jnp.expand_dims(weight, later), y.shape))
    total = jnp.sum(table, axis=0, keepdims=True)
    counting = jnp.sum(table > 0, axis=0, keepdims=True).astype(table.dtype)
    return table * (counting / jnp.where(total == 0, 1, total))


def mean(y: jax.Array, weight: jax.Array | None) -> jax.Array:
    """Weighted mean of each column of targets."""
    return weighted_mean(columns(y), importance(y, weight))


def mean_and_std(y: jax.Array, weight: jax.Array | None) -> tuple[jax.Array, jax.Array]:
    """Weighted mean and standard deviation of each column of targets."""
    table, share = columns(y), importance(y, weight)
    middle = weighted_mean(table, share)
    return middle, jnp.sqrt(weighted_mean(jnp.square(table - middle[None]), share))


def median(y: jax.Array, weight: jax.Array | None) -> jax.Array:
    """Weighted median of each column of targets: half of the weight lies on either side.

    >>> median(jnp.array([1.0, 2.0, 4.0, 9.0]), None), median(jnp.arange(3.0), jnp.arange(3.0))
    (Array([3.], dtype=float32), Array([2.], dtype=float32))
    """
    table, share = columns(y), importance(y, weight)
    order = jnp.argsort(table, axis=0)
    table, share = (jnp.take_along_axis(a, order, axis=0) for a in (table, share))
    below = jnp.cumsum(share, axis=0)
    half = below[-1:] / 2
    low, high = jnp.argmax(below >= half, axis=0), jnp.argmax(below > half, axis=0)
    ends = jnp.take_along_axis(table, jnp.stack([low, high]), axis=0)
    return ends.mean(axis=0)


def weighted_mean(table: jax.Array, share: jax.Array) -> jax.Array:
    """Mean of each column; 0 where nothing counts."""
    return jnp.sum(table * share, axis=0) / jnp.maximum(jnp.sum(share, axis=0), 1)
