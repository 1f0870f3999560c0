"""The Metropolis-adjusted Langevin algorithm: random steps uphill, some of them taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, random

ACCEPTED = 0.574  # the share of accepted moves that explores fastest in many dimensions


class Place(NamedTuple):
    """Where a chain is, and the slope of the log-density there."""

    x: jax.Array
    log_p: jax.Array
    slope: jax.Array


def langevin(
    log_prob: Callable[[jax.Array], jax.Array],
    key: jax.Array,
    x: jax.Array,
    scale: jax.Array,
    steps: int = 500,
) -> jax.Array:
    """x ← x + ½(εσ)² ∇log p(x) + εσ ξ, ξ ~ N(0, I), accepted as Metropolis and Hastings ask.

    In the first half of the steps every chain looks for the ε with which 57.4 % are accepted; the
    second half keeps it, and keeps p. A chain finds the hill it starts on, seldom another.

    Arguments:
        log_prob: log p(x), or that plus a constant, of every row.
        key: of all random numbers.
        x: where the chains start, shape (B, D).
        scale: σ, the size of a step in every coordinate, shape (B, D); those with 0 stay.
        steps: how many.

    >>> normal = lambda x: jax.scipy.stats.norm.logpdf(x).sum(axis=1)
    >>> x = langevin(normal, random.key(0), jnp.full((2000, 1), 3.0), jnp.ones((2000, 1)))
    >>> x.mean().round(1), x.std().round(1)
    (Array(0., dtype=float32), Array(1., dtype=float32))

    Roberts and Tweedie (1996); the share: Roberts and Rosenthal (1998).
    """

    def at(x: jax.Array) -> Place:
        log_p, pull = jax.vjp(log_prob, x)
        return Place(x, log_p, pull(jnp.ones_like(log_p))[0])

    def step(carry, given):
        (here, log_size), (key, learned) = carry, given
        noise_key, coin = random.split(key)
        size = jnp.exp(log_size)[:, None] * scale
        noise = random.normal(noise_key, x.shape)
        there = at(here.x + 0.5 * size**2 * here.slope + size * noise)
        back = noise + 0.5 * size * (here.slope + there.slope)  # what would lead back, negated
        gained = jnp.where(scale > 0, noise**2 - back**2, 0)
        log_ratio = there.log_p - here.log_p + 0.5 * jnp.sum(gained, axis=1)
        accept = jnp.log(random.uniform(coin, log_ratio.shape)) < log_ratio
        new = jax.tree.map(lambda a, b: jnp.where(_over(accept, a), a, b), there, here)
        return (new, log_size + learned * (jnp.where(accept, 1.0, 0.0) - ACCEPTED)), None

    count = jnp.arange(1.0, steps + 1)
    rates = jnp.where(count <= steps // 2, 2 / jnp.sqrt(count), 0)
    start = at(x), jnp.zeros(len(x))
    return lax.scan(step, start, (random.split(key, steps), rates))[0][0].x


def _over(flag: jax.Array, array: jax.Array) -> jax.Array:
    """One flag for each example, with as many axes as `array`."""
    return flag.reshape(-1, *(1,) * (array.ndim - 1))
