"""What a norm says about small steps: which is steepest, which is short enough, which is random."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import random


class Norm(NamedTuple):
    """A length of steps, one step per example, shape (B, …).

    Arguments:
        steepest: gradient -> the step of length 1 along which the loss rises fastest.
        within: (step, ε) -> the nearest step of at most length ε.
        inside: (key, shape) -> steps drawn evenly from all of at most length 1.
    """

    steepest: Callable
    within: Callable
    inside: Callable


def unit(steps: jax.Array) -> jax.Array:
    """Every step at Euclidean length 1; a step of zeros stays one.

    Steps are divided by their largest number first, whose square might not fit into 32 bits.

    >>> unit(jnp.array([[3e-30, 4e-30], [0.0, 0.0]]))
    Array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    steps = steps / not_zero(jnp.max(jnp.abs(steps), axis=rest(steps), keepdims=True))
    return steps / not_zero(length(steps))


def length(steps: jax.Array) -> jax.Array:
    """The Euclidean length of every step, shape (B, 1, …)."""
    return jnp.sqrt(jnp.sum(jnp.square(steps), axis=rest(steps), keepdims=True))


def not_zero(divisor: jax.Array) -> jax.Array:
    """A divisor, 1 in the place of 0."""
    return jnp.where(divisor == 0, 1, divisor)


def rest(steps: jax.Array) -> tuple[int, ...]:
    """All axes but that of the examples."""
    return tuple(range(1, steps.ndim))


def _short(steps: jax.Array, epsilon: jax.Array) -> jax.Array:
    return steps * jnp.minimum(1, epsilon / not_zero(length(steps)))


def _inside_cube(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return random.uniform(key, shape, minval=-1, maxval=1)


def _inside_ball(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Evenly by volume, so that the radius is u^(1/d) in d dimensions."""
    direction, radius = random.split(key)
    steps = unit(random.normal(direction, shape))
    u = random.uniform(radius, (shape[0], *(1,) * (len(shape) - 1)))
    return steps * u ** (shape[0] / steps.size)


NORMS = {
    "inf": Norm(jnp.sign, lambda steps, epsilon: jnp.clip(steps, -epsilon, epsilon), _inside_cube),
    "2": Norm(unit, _short, _inside_ball),
}
