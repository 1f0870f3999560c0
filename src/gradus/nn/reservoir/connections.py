"""Random connections between the units of a reservoir."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax, random


def sparse(key: jax.Array, units: int, connections: int) -> jax.Array:
    """Numbers from N(0, 1) where there is a connection, 0 elsewhere, shape (units, units).

    Arguments:
        key: a random key.
        units: how many there are.
        connections: how many units each one hears, in the mean; all, where there are fewer.

    >>> found = sparse(random.key(0), 200, 10)
    >>> bool(abs(jnp.sum(found != 0, axis=0).mean() - 10) < 1)
    True
    """
    one, other = random.split(key)
    there = random.bernoulli(one, min(1.0, connections / units), (units, units))
    return jnp.where(there, random.normal(other, (units, units)), 0)


def spectral_radius(matrix: jax.Array, doublings: int = 20) -> jax.Array:
    """max |λ| = lim ‖Wᵏ‖^(1/k), from powers whose exponent doubles: k = 2^doublings.

    It runs compiled on every device, where eigenvalues of matrices without symmetry do not.

    Arguments:
        matrix: W, shape (n, n).
        doublings: how many products are taken.

    >>> turned = jnp.array([[0.0, 2.0], [-0.5, 0.0]])  # eigenvalues ±i
    >>> spectral_radius(turned).round(4)
    Array(1., dtype=float32)
    """
    tiny = jnp.finfo(matrix.dtype).tiny

    def double(carry, share):
        power, log = carry
        size = jnp.maximum(jnp.linalg.norm(power), tiny)
        power = power / size
        return (power @ power, log + share * jnp.log(size)), None

    shares = 0.5 ** jnp.arange(doublings, dtype=matrix.dtype)
    (_, log), _ = lax.scan(double, (matrix, jnp.zeros((), matrix.dtype)), shares)
    return jnp.exp(log)


def with_radius(matrix: jax.Array, radius: float) -> jax.Array:
    """The matrix times a number, so that its largest |λ| is `radius`; one of zeros as it is.

    >>> with_radius(4 * jnp.eye(2), 0.5).round(3)
    Array([[0.5, 0. ],
           [0. , 0.5]], dtype=float32)
    """
    found = spectral_radius(matrix)
    return jnp.where(found > 1e-6, radius / jnp.maximum(found, 1e-6), 1) * matrix
