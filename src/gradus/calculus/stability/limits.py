"""Functions with a removable 0/0, and divergences that are flat where their arguments agree."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.calculus.stability.absorbing import absorbing
from gradus.calculus.stability.elementary import ELEMENTARY
from gradus.calculus.stability.numerics import near_point, polynomial

TERMS = 18


def expm1_over(u: jax.Array) -> jax.Array:
    """(eᵘ − 1)/u for |u| < ½, by its series; 1 elsewhere, where `near_zero` does not look."""
    coefficients = tuple(1 / math.factorial(k + 1) for k in range(TERMS))
    return polynomial(jnp.where(jnp.abs(u) < 0.5, u, 0.0), coefficients)


def by_series(f: Callable, coefficient: Callable[[int], float], radius: float) -> Callable:
    """f outside the radius around 0, and Σ cₖ uᵏ inside, in values and in derivatives."""
    coefficients = tuple(coefficient(k) for k in range(TERMS))

    def whole(u: jax.Array) -> jax.Array:
        outside = f(jnp.where(jnp.abs(u) < radius, radius, u))
        return near_point(u, outside, coefficients=coefficients, radius=radius, center=0.0)

    return whole


def near_zero(u: jax.Array, close: jax.Array, otherwise: jax.Array) -> jax.Array:
    """`close` for small u, and `otherwise` elsewhere."""
    return jnp.where(jnp.abs(u) < 0.5, close, otherwise)


log1p_over = by_series(lambda u: jnp.log1p(u) / u, lambda k: (-1) ** k / (k + 1), 0.1)
entropy_gap = by_series(  # (1 + d) log(1 + d) − d
    lambda d: (1 + d) * jnp.log1p(d) - d,
    lambda k: (-1) ** k / (k * (k - 1)) if k > 1 else 0.0,
    0.1,
)
log_gap = by_series(  # d − log(1 + d)
    lambda d: d - jnp.log1p(d), lambda k: (-1) ** k / k if k > 1 else 0.0, 0.1
)


def _generalized_entropy(a: jax.Array, b: jax.Array) -> jax.Array:
    d = (a - b) / b
    near = jnp.abs(d) < 0.5
    far = ELEMENTARY["absorbed"](a, ELEMENTARY["log_ratio"](a, b)) - a + b
    return jnp.where(near, b * entropy_gap(jnp.where(near, d, 0.0)), far)


def itakura_saito(rest: jax.Array, ratio: jax.Array, logarithm: jax.Array) -> jax.Array:
    """r − 1 − log r, given r − 1, r and log r."""
    near = jnp.abs(rest) < 0.5
    return jnp.where(near, log_gap(jnp.where(near, rest, 0.0)), ratio - 1 - logarithm)


# a log(a/b) − a + b
generalized_entropy = absorbing(
    _generalized_entropy,
    lambda y, a, b: ELEMENTARY["log_ratio"](a, b),
    lambda y, a, b: (b - a) / b,
)
