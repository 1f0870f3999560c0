"""The curvature of a loss with many parameters, from products with the Hessian alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.errors import InputError
from gradus.calculus.point import height_at, point
from gradus.calculus.traceable import refusals_at_their_line

FAR_BELOW = 0.01  # a rate times λmax that leaves a hundredfold of room


class Curvature(NamedTuple):
    """How a loss bends around a point.

    Arguments:
        value: the loss.
        gradient_norm: the length of its gradient g.
        along_gradient: gᵀHg / gᵀg, the curvature in the direction of the next plain step.
        eigenvalues, weights: the spectrum of H as points with shares that add up to 1, sorted.
        rate: the learning rate in use, or None.
    """

    value: float
    gradient_norm: float
    along_gradient: float
    eigenvalues: np.ndarray
    weights: np.ndarray
    rate: float | None

    @property
    def largest(self) -> float:
        """λmax, the curvature along the steepest direction."""
        return float(self.eigenvalues[-1])

    @property
    def smallest(self) -> float:
        """λmin; below 0 the loss bends downward somewhere."""
        return float(self.eigenvalues[0])

    @property
    def condition(self) -> float:
        """λmax / λmin, at least; infinite where the loss is not bent upward everywhere."""
        return self.largest / self.smallest if self.smallest > 0 else np.inf

    @property
    def limit(self) -> float:
        """2/λmax: plain gradient steps at a larger rate grow; ∞ without upward bend."""
        return 2 / self.largest if self.largest > 0 else np.inf

    def density(self, at: np.ndarray, width: float) -> np.ndarray:
        """The spectrum as a smooth density: a bell of standard deviation `width` for each point."""
        distance = (at[:, None] - self.eigenvalues[None, :]) / width
        return np.exp(-0.5 * distance**2) @ self.weights / (width * np.sqrt(2 * np.pi))

    @property
    def verdict(self) -> str:
        """One sentence about the rate in use; empty without one."""
        if self.rate is None:
            return ""
        rate, limit = f"the rate {self.rate:.3g}", f"2/λmax = {self.limit:.3g}"
        if self.limit == np.inf:
            return "the loss bends upward nowhere: no rate is too large for its curvature"
        if self.rate > self.limit:
            return f"{rate} is above {limit}: steps along the steepest direction grow"
        if self.rate * self.largest < FAR_BELOW:
            return f"{rate} is far below {limit}: even the steepest direction is followed slowly"
        return f"{rate} is below {limit}: steps along the steepest direction shrink"

    def __str__(self) -> str:
        lines = [
            f"loss {self.value:.6g}, gradient of length {self.gradient_norm:.4g}",
            f"curvatures from {self.smallest:.4g} to {self.largest:.4g}, "
            f"along the gradient {self.along_gradient:.4g}",
            f"condition number {self.condition:.4g}, limit of the rate {self.limit:.4g}",
            self.verdict,
        ]
        return "\n".join(filter(None, lines))


def curvature(
    loss: Callable,
    params: Any,
    *,
    rate: float | None = None,
    steps: int = 64,
    probes: int = 4,
    seed: int = 0,
) -> Curvature:
    """Extreme eigenvalues and the spectrum of the Hessian H of a loss, without writing H down.

    Stochastic Lanczos quadrature: from a random start v, `steps` products H v span a subspace in
    which H is a small tridiagonal matrix. Its eigenvalues θ are points of the spectrum, and the
    squares of the first components of its eigenvectors are their shares. The extreme θ come close
    to λmin and λmax first, from inside.

    Arguments:
        loss: a function of the parameters alone, with one real number as its value.
        params: an array or a tree of arrays: `split(model)[0]` has the trainable ones of a model.
        rate: the learning rate in use, for a verdict.
        steps: products for each start, and vectors of the size of the parameters in memory.
        probes: random starts, over which the spectrum is averaged.
        seed: of the starts.

    Computes in the type of the parameters. Raises InputError for a rate, steps or probes that are
    not positive, and as `check_gradient` does.

    >>> bowl = lambda w: 0.5 * jnp.sum(jnp.array([1.0, 4.0, 10.0]) * w**2)
    >>> print(curvature(bowl, jnp.ones(3), rate=0.5))
    loss 7.5, gradient of length 10.82
    curvatures from 1 to 10, along the gradient 9.103
    condition number 10, limit of the rate 0.2
    the rate 0.5 is above 2/λmax = 0.2: steps along the steepest direction grow

    The limit is that of plain gradient descent; momentum α allows 2(1+α)/λmax.
    Ubaru, Chen and Saad (2017); Ghorbani, Krishnan and Xiao (2019); Pearlmutter (1994).
    """
    check_positive(rate=1.0 if rate is None else rate, steps=steps, probes=probes)
    with refusals_at_their_line(loss):
        at = point(loss, (params,))
        value = float(height_at(at))
        products = min(int(steps), at.vector.size)
        program = jax.jit(partial(measure, at.height, products, int(probes)))
        measured = program(at.vector, random.key(seed))
    length, along, diagonals, neighbours = (np.asarray(m, float) for m in measured)
    check_finite(length, diagonals)
    rules = [quadrature(a, b) for a, b in zip(diagonals, neighbours, strict=True)]
    eigenvalues, weights = np.concatenate(rules, axis=1)
    order = np.argsort(eigenvalues)
    spectrum = eigenvalues[order], weights[order] / probes
    return Curvature(value, float(length), float(along), *spectrum, rate)


def measure(height: Callable, steps: int, probes: int, x: jax.Array, key: jax.Array) -> tuple:
    """Length of the gradient, curvature along it, and a tridiagonal matrix for each start."""

    def product(v: jax.Array) -> jax.Array:
        return jax.jvp(jax.grad(height), (x,), (v,))[1]

    gradient = jax.grad(height)(x)
    square = gradient @ gradient
    along = gradient @ product(gradient) / jnp.where(square > 0, square, 1)
    starts = random.split(key, probes)
    draw = partial(random.normal, shape=x.shape, dtype=x.dtype)
    matrices = jax.lax.map(lambda k: lanczos(product, draw(k), steps), starts)
    return jnp.sqrt(square), along, *matrices


def lanczos(
    product: Callable[[jax.Array], jax.Array], start: jax.Array, steps: int
) -> tuple[jax.Array, jax.Array]:
    """The tridiagonal matrix of a symmetric one in the space of its powers on `start`.

    Arguments:
        product: v -> H v.
        start: a vector that is not zero.
        steps: n, the size of the tridiagonal matrix.

    Gives its diagonal, shape (n,), and the numbers beside it, also (n,): the last one is how far
    the space is from being closed. All earlier vectors are taken out of a new one, twice, as
    rounding would bring them back.

    >>> a, b = lanczos(lambda v: jnp.array([2.0, 2.0]) * v, jnp.ones(2), 1)
    >>> round(float(a[0]), 6), abs(float(b[0])) < 1e-6
    (2.0, True)

    Lanczos (1950); Golub and Van Loan (2013), section 10.3.
    """

    def step(carry: tuple, k: jax.Array) -> tuple:
        basis, vector = carry
        basis = basis.at[k].set(vector)
        new = product(vector)
        diagonal = new @ vector
        for _ in range(2):
            new = new - (basis @ new) @ basis
        length = jnp.linalg.norm(new)
        return (basis, new / jnp.where(length > 0, length, 1)), (diagonal, length)

    basis = jnp.zeros((steps, start.size), start.dtype)
    first = start / jnp.linalg.norm(start)
    return jax.lax.scan(step, (basis, first), jnp.arange(steps))[1]


def quadrature(diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """Points and shares of the spectrum that a tridiagonal matrix stands for, shape (2, n).

    The matrix ends where the space was closed: what follows is rounding.
    """
    scale = np.abs(diagonal).max() + np.abs(beside).max()
    closed = np.flatnonzero(beside <= 1e-5 * scale)
    size = int(closed[0]) + 1 if len(closed) else len(diagonal)
    neighbours = beside[: size - 1]
    matrix = np.diag(diagonal[:size]) + np.diag(neighbours, 1) + np.diag(neighbours, -1)
    eigenvalues, vectors = np.linalg.eigh(matrix)
    return np.stack([eigenvalues, vectors[0] ** 2])


def check_positive(**values: Any) -> None:
    """Refuse settings that are no numbers above 0."""
    for name, value in values.items():
        if not isinstance(value, int | float | np.number | jax.Array) or not value > 0:
            raise InputError(
                f"curvature: {name}",
                expected="a number above 0",
                got=repr(value),
                fix=f"leave {name} out, or give a positive number",
            )


def check_finite(length: np.ndarray, diagonals: np.ndarray) -> None:
    """Refuse derivatives that say nothing."""
    if not (np.isfinite(length) and np.all(np.isfinite(diagonals))):
        raise InputError(
            "curvature: the derivatives of the loss",
            expected="finite numbers",
            got="NaN or infinity",
            fix="check_gradient(loss, params) names the place",
        )
