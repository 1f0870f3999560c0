"""The maximum of a window, with the gradient to one input."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def larger(a: jax.Array, b: jax.Array) -> jax.Array:
    """The larger number, and the first if both are equal; NaN stays NaN.

    `jnp.maximum` gives half of the gradient to each of two equal numbers.

    >>> jax.grad(larger)(1.0, 1.0)
    Array(1., dtype=float32, weak_type=True)
    """
    return jnp.where((b > a) | jnp.isnan(b), b, a)
