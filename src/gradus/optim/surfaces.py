"""Surfaces with the difficulties of optimisation, in two dimensions and with known minima.

Each maps a point x of shape (2,) to a height. Goodfellow, Bengio and Courville (2016), section
8.2, tells where they come from in neural networks. `SURFACES` says where to start on each.

>>> SURFACES["ravine"].minima
((1.0, 1.0),)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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


def monkey_saddle(x: jax.Array) -> jax.Array:
    """A saddle with room for a tail, in a bowl: x₀³ − 3x₀x₁² + ½(x₀² + x₁²)².
    At (0, 0) not even the curvature says where it goes down; minima −27/32 at 3/2 from there, in
    three directions, one of them (−3/2, 0).

    >>> monkey_saddle(jnp.array([-1.5, 0.0]))
    Array(-0.84375, dtype=float32)
    """
    square = x[0] ** 2 + x[1] ** 2
    return x[0] ** 3 - 3 * x[0] * x[1] ** 2 + 0.5 * square**2


def ripples(x: jax.Array) -> jax.Array:
    """A bowl full of dents: x₀² + x₁² + 2 − cos 2πx₀ − cos 2πx₁. Minimum 0 at (0, 0), and a local
    one in about every square of side 1 around it.

    >>> ripples(jnp.array([1.0, 0.0]))
    Array(1., dtype=float32)

    Rastrigin's function (Törn and Žilinskas, 1989), with shallower dents.
    """
    return jnp.sum(x**2 + 1 - jnp.cos(2 * jnp.pi * x))


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


class Surface(NamedTuple):
    """A surface, and what is worth knowing about it.

    Arguments:
        height: the function.
        start: a point from which the difficulty lies on the way.
        minima: its lowest points.
        low, high: corners of the square or rectangle that shows it.
    """

    height: Callable[[jax.Array], jax.Array]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    low: tuple[float, float]
    high: tuple[float, float]


THREE_WAYS = ((-1.5, 0.0), (0.75, 0.75 * 3**0.5), (0.75, -0.75 * 3**0.5))

SURFACES = {
    "quadratic": Surface(quadratic, (-3.0, 1.0), ((0.0, 0.0),), (-4, -2), (4, 2)),
    "ravine": Surface(ravine, (-1.2, 1.0), ((1.0, 1.0),), (-2, -1), (2, 3)),
    "local_minimum": Surface(local_minimum, (0.5, 1.5), ((-2.0, 0.0),), (-3, -3), (2, 3)),
    "saddle": Surface(saddle, (1.5, 0.01), ((0.0, 1.0), (0.0, -1.0)), (-2, -2), (2, 2)),
    "monkey_saddle": Surface(monkey_saddle, (0.5, 0.01), THREE_WAYS, (-2, -2), (2, 2)),
    "ripples": Surface(ripples, (1.2, -0.7), ((0.0, 0.0),), (-2, -2), (2, 2)),
    "cliff": Surface(cliff, (1.05, 1.5), ((0.0, 0.0),), (-2, -2), (2, 2)),
    "plateau": Surface(plateau, (2.5, 2.0), ((0.0, 0.0),), (-4, -4), (4, 4)),
}
