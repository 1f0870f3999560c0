"""Surfaces with the difficulties of optimisation, in two dimensions and with known minima.

Each maps a point x of shape (2,) to a height. Goodfellow, Bengio and Courville (2016), section
8.2, tells where they come from in neural networks.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def quadratic(x: jax.Array, condition: float = 10.0) -> jax.Array:
    """An elongated bowl: ½(x₀² + κx₁²). Minimum 0 at (0, 0).

    Arguments:
        x: the point.
        condition: κ, the ratio of the curvatures. Gradient descent needs ε < 2/κ, and then takes
            about κ steps where it is flat.

    >>> quadratic(jnp.array([1.0, 1.0]))
    Array(5.5, dtype=float32)
    """
    return 0.5 * (x[0] ** 2 + condition * x[1] ** 2)


def ravine(x: jax.Array) -> jax.Array:
    """A bent valley with steep walls and a flat floor: (1 − x₀)² + 100(x₁ − x₀²)².
    Minimum 0 at (1, 1).

    >>> ravine(jnp.array([0.0, 1.0]))
    Array(101., dtype=float32)

    Rosenbrock (1960).
    """
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def local_minimum(x: jax.Array) -> jax.Array:
    """Two valleys of different depth: 3x₀⁴ + 4x₀³ − 12x₀² + x₁². Minima −32 at (−2, 0), the
    global one, and −5 at (1, 0); between them a pass of height 0 at (0, 0).

    >>> local_minimum(jnp.array([1.0, 0.0]))
    Array(-5., dtype=float32)
    """
    return 3 * x[0] ** 4 + 4 * x[0] ** 3 - 12 * x[0] ** 2 + x[1] ** 2


def saddle(x: jax.Array) -> jax.Array:
    """Down to a saddle along one axis, away from it along the other: ½x₀² + ¼x₁⁴ − ½x₁².
    Saddle point 0 at (0, 0); minima −¼ at (0, 1) and (0, −1).

    >>> saddle(jnp.array([0.0, 1.0]))
    Array(-0.25, dtype=float32)
    """
    return 0.5 * x[0] ** 2 + 0.25 * x[1] ** 4 - 0.5 * x[1] ** 2


def cliff(x: jax.Array) -> jax.Array:
    """A gentle slope with a wall across it at x₀ = 1: (x₀² + x₁²)/20 + 10σ(50(x₀ − 1)).
    Minimum 0 (to 10⁻¹⁹) at (0, 0); on the wall the gradient is a thousand times longer than
    beside it, and one plain step throws the point far away.

    >>> jax.grad(cliff)(jnp.array([1.0, 0.0]))
    Array([125.1,   0. ], dtype=float32)
    """
    return (x[0] ** 2 + x[1] ** 2) / 20 + 10 * jax.nn.sigmoid(50 * (x[0] - 1))


def plateau(x: jax.Array) -> jax.Array:
    """A pit in a plain: 1 − exp(−½(x₀² + x₁²)). Minimum 0 at (0, 0); far from it the gradient
    vanishes.

    >>> jax.grad(plateau)(jnp.array([5.0, 0.0])).round(6)
    Array([1.9e-05, 0.0e+00], dtype=float32)
    """
    return 1 - jnp.exp(-0.5 * (x[0] ** 2 + x[1] ** 2))
