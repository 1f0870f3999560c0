"""Shares of a sum of exponentials, with the largest of them apart from the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from gradus.calculus.stability.elementary import ELEMENTARY
from gradus.calculus.stability.numerics import finite


class Largest(NamedTuple):
    """Exponentials split into the largest and the others, over the last axis."""

    x: jax.Array
    first: jax.Array
    high: jax.Array
    others: jax.Array


def split_largest(x: jax.Array) -> Largest:
    """Σ e^{x − high} of all but the largest element."""
    first = jax.nn.one_hot(jnp.argmax(x, axis=-1), x.shape[-1], dtype=bool)
    largest = jnp.where(first & jnp.isfinite(x), x, 0.0)
    high = jnp.sum(largest, axis=-1, keepdims=True)  # its derivative counts: it stands for x
    size = ELEMENTARY["exp"](jnp.where(first, -jnp.inf, x) - high)
    return Largest(x, first, high, jnp.sum(size, axis=-1, keepdims=True))


def over_axes(f: Callable[[Largest], jax.Array]) -> Callable:
    """f of logarithms along the last axis, as an operation over any axes."""

    def operation(x: jax.Array, axes: tuple[int, ...]) -> jax.Array:
        last = tuple(range(-len(axes), 0))
        ordered = jnp.moveaxis(x, axes, last)
        flat = ordered.reshape(*ordered.shape[: x.ndim - len(axes)], -1)
        return jnp.moveaxis(f(split_largest(flat)).reshape(ordered.shape), last, axes)

    return operation


def _log_share(s: Largest) -> jax.Array:
    return jnp.where(s.first, 0.0, s.x - s.high) - jnp.log1p(s.others)


def _share_of_others(s: Largest) -> jax.Array:
    size = ELEMENTARY["exp"](jnp.where(s.first, -jnp.inf, s.x) - s.high)
    return jnp.where(s.first, s.others, 1 + s.others - size) / (1 + s.others)


def _log_share_of_others(s: Largest) -> jax.Array:
    rest = jnp.where(s.first, -jnp.inf, s.x)
    high = finite(jnp.max(rest, axis=-1, keepdims=True))
    total = jnp.sum(ELEMENTARY["exp"](rest - high), axis=-1, keepdims=True)
    of_largest = ELEMENTARY["log"](total) + (high - s.high) - jnp.log1p(s.others)
    small = jnp.where(s.first, 0.0, ELEMENTARY["exp"](s.x - s.high) / (1 + s.others))
    return jnp.where(s.first, of_largest, jnp.log1p(-small))


log_share = over_axes(_log_share)
share_of_others = over_axes(_share_of_others)
log_share_of_others = over_axes(_log_share_of_others)
