"""What lies at a point where the gradient vanishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.calculus.point import Point, height_at, point
from gradus.calculus.traceable import refusals_at_their_line

LARGEST = 2000  # numbers in x; the Hessian has their square
FLAT = 1e-10  # a curvature below this part of the largest one is none
BENT = 1e-4  # a third derivative above this part of the largest curvature is one

SIGNS = {
    (True, False, False): "positive definite",
    (False, False, True): "negative definite",
    (True, True, False): "positive semidefinite",
    (False, True, True): "negative semidefinite",
    (False, True, False): "zero",
}


class CriticalPoint(NamedTuple):
    """A point seen through the gradient and the Hessian there.

    Arguments:
        kind: "minimum", "maximum", "saddle", "plateau" or, where the gradient is not zero, "slope".
        value: f there.
        gradient_norm: the length of the gradient.
        eigenvalues: curvatures along the main axes, from the smallest to the largest.
        flat: how many of them are zero.
        third: the third derivative along a random one of the flat directions.
    """

    kind: str
    value: float
    gradient_norm: float
    eigenvalues: np.ndarray
    flat: int
    third: float

    @property
    def definiteness(self) -> str:
        """Of the Hessian: "positive definite", "indefinite", "negative semidefinite" …"""
        return definiteness(*signs(self.eigenvalues))

    @property
    def condition(self) -> float:
        """max |λ| / min |λ|; infinite where the function is flat."""
        sizes = np.abs(self.eigenvalues)
        return np.inf if self.flat else float(sizes.max() / sizes.min())

    @property
    def limit(self) -> float:
        """2/λmax: gradient descent at a larger rate runs away; ∞ without upward bend."""
        largest = float(self.eigenvalues[-1])
        return 2 / largest if largest > 0 else np.inf

    def __str__(self) -> str:
        low, high = self.eigenvalues[[0, -1]]
        lines = [
            f"{self.kind} of value {self.value:.6g}, gradient of length {self.gradient_norm:.3g}",
            f"Hessian {self.definiteness}: curvatures from {low:.4g} to {high:.4g}, "
            f"condition number {self.condition:.4g}",
        ]
        if self.limit < np.inf:
            lines.append(f"gradient descent needs a rate below 2/λmax = {self.limit:.4g}")
        if self.flat:
            lines.append(
                f"no curvature along {self.flat} of {len(self.eigenvalues)} axes, "
                f"where the third derivative is {self.third:.4g}"
            )
        return "\n".join(lines)


def critical_point(f: Callable, x: Any, *, tolerance: float = 1e-6) -> CriticalPoint:
    """Minimum, maximum, saddle or plateau: from ‖∇f‖ and the eigenvalues λ of the Hessian.

    All λ > 0 make a minimum, all λ < 0 a maximum, both signs a saddle. Where some λ are zero and
    the others agree, the third derivative along the flat directions is looked at: one that is not
    zero makes a saddle (the monkey's, x₀³ − 3x₀x₁²), as f then rises one way and falls the other.
    Otherwise the point is called a plateau: flat to third order, and what comes beyond is not
    decided.

    Arguments:
        f: a function with one real number as its value.
        x: an array, or a tree of arrays, of 2000 numbers at most.
        tolerance: a gradient shorter than this times max(1, max |λ|) counts as zero.

    Computes in float64. Raises InputError for larger x, and as `check_gradient` does.

    >>> print(critical_point(lambda x: x[0] ** 2 - 2 * x[1] ** 2, jnp.zeros(2)))
    saddle of value 0, gradient of length 0
    Hessian indefinite: curvatures from -4 to 2, condition number 2
    gradient descent needs a rate below 2/λmax = 1

    Goodfellow, Bengio and Courville (2016), sections 4.3.1 and 8.2.
    """
    with jax.enable_x64(True), jax.numpy_dtype_promotion("standard"), refusals_at_their_line(f):
        at = point(f, (x,), jnp.float64)
        check_size(at)
        value = float(height_at(at))
        gradient = np.asarray(jax.jit(jax.grad(at.height))(at.vector))
        hessian = np.asarray(jax.jit(jax.hessian(at.height))(at.vector))
        check_finite(gradient, hessian)
        eigenvalues, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        flat = is_flat(eigenvalues)
        third = third_derivative(at, axes[:, flat]) if np.any(flat) else 0.0
    scale = max(1.0, float(np.abs(eigenvalues).max()))
    length = float(np.linalg.norm(gradient))
    kind = "slope" if length > tolerance * scale else kind_of(eigenvalues, third / scale)
    return CriticalPoint(kind, value, length, eigenvalues, int(flat.sum()), third)


def kind_of(eigenvalues: np.ndarray, third: float) -> str:
    """What the curvatures, and the third derivative where there is none, make of a point."""
    some_up, some_flat, some_down = signs(eigenvalues)
    if (some_up and some_down) or (some_flat and abs(third) > BENT):
        return "saddle"
    if some_flat:
        return "plateau"
    return "minimum" if some_up else "maximum"


def signs(eigenvalues: np.ndarray) -> tuple[bool, bool, bool]:
    """Whether some are positive, zero, negative."""
    flat = is_flat(eigenvalues)
    up, down = ~flat & (eigenvalues > 0), ~flat & (eigenvalues < 0)
    return bool(up.any()), bool(flat.any()), bool(down.any())


def definiteness(some_up: bool, some_flat: bool, some_down: bool) -> str:
    """The word for a matrix with eigenvalues of these signs.

    >>> definiteness(True, True, False)
    'positive semidefinite'
    """
    return SIGNS.get((some_up, some_flat, some_down), "indefinite")


def is_flat(eigenvalues: np.ndarray) -> np.ndarray:
    """Which curvatures are as good as zero."""
    sizes = np.abs(eigenvalues)
    return sizes <= FLAT * max(1.0, float(sizes.max()))


def third_derivative(at: Point, flat_axes: np.ndarray) -> float:
    """d³f/dt³ along a random direction of length 1 within the flat ones.

    A third derivative that is not zero on all of them is so along almost every one.
    """
    weights = np.random.default_rng(0).normal(size=flat_axes.shape[1])
    direction = jnp.asarray(flat_axes @ (weights / np.linalg.norm(weights)))

    def slope(t: jax.Array) -> jax.Array:
        return jax.jvp(at.height, (at.vector + t * direction,), (direction,))[1]

    return float(jax.grad(jax.grad(slope))(0.0))


def check_size(at: Point) -> None:
    """Refuse a Hessian that would not fit."""
    if at.vector.size > LARGEST:
        raise InputError(
            "critical_point",
            expected=f"at most {LARGEST} numbers, whose Hessian can be written down",
            got=f"{at.vector.size:,} numbers",
            fix="use `curvature`, which needs only products with the Hessian",
        )


def check_finite(gradient: np.ndarray, hessian: np.ndarray) -> None:
    """Refuse derivatives that say nothing."""
    if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
        raise InputError(
            "critical_point: the derivatives at x",
            expected="finite numbers",
            got="NaN or infinity",
            fix="look for a root or quotient of 0: check_gradient(f, x) names the place",
        )
