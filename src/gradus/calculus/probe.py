"""A function at a point, with everything that can be asked about its slopes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.calculus.differences import ALL_STEPS, Slopes, slopes
from gradus.calculus.point import Point, height_at

ROUNDING = 64  # how many roundings a derivative may be off by
NO_REVERSE = "Reverse-mode differentiation does not work"  # what JAX says of `while_loop`
NO_FORWARD = "can't apply forward-mode"  # what JAX says of `custom_vjp`


class Probe(NamedTuple):
    """What is known about f at a point.

    Arguments:
        values: f(x + t d) along a direction d, for every t in `ALL_STEPS`.
        reverse: the gradient by reverse accumulation; None where f has no reverse mode.
        forward: the derivative along a direction by forward accumulation, or None.
        precision: the coarsest type of numbers between the vector and the value.
        rounding: how far rounding may move a value of f.
        size: of the vector.
    """

    values: Callable[[np.ndarray], np.ndarray]
    reverse: np.ndarray | None
    forward: Callable[[np.ndarray], float] | None
    precision: np.dtype
    rounding: float
    size: int

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes in which f can be differentiated."""
        known = {"reverse": self.reverse, "forward": self.forward}
        return tuple(mode for mode, how in known.items() if how is not None)

    def slopes(self, direction: np.ndarray) -> Slopes:
        """The slopes along a direction, from values alone."""
        return slopes(self.values(direction), self.rounding)

    def derivatives(self, direction: np.ndarray) -> dict[str, float]:
        """The derivative along a direction, by every mode."""
        found = {}
        if self.reverse is not None:
            touched = direction != 0
            found["reverse"] = float(self.reverse[touched] @ direction[touched])
        if self.forward is not None:
            found["forward"] = self.forward(direction)
        return found

    def slack(self, direction: np.ndarray) -> float:
        """How far rounding may move a derivative along a direction."""
        if self.reverse is None:
            return ROUNDING * self.rounding
        terms = np.where(np.isfinite(self.reverse), self.reverse, 0) * direction
        return ROUNDING * epsilon(self.precision) * float(np.abs(terms).sum())


def probe(at: Point) -> Probe:
    """Get a function ready for all questions; its gradient is computed once, here.

    A function with Python conditions on values cannot be compiled; it is run as it stands.

    Raises InputError for a function that has a derivative in neither mode.
    """
    value, x = float(height_at(at)), at.vector
    program = compiled_form(at)
    made = jax.jit if program is not None else lambda function: function
    derive = made(lambda x, d: jax.jvp(at.height, (x,), (d,))[1])

    def forward(direction: np.ndarray) -> float:
        return float(derive(x, jnp.asarray(direction, x.dtype)))

    reverse = unless(NO_REVERSE, lambda: np.asarray(made(jax.grad(at.height))(x), float))
    has_forward = unless(NO_FORWARD, lambda: forward(np.zeros(x.size))) is not None
    if reverse is None and not has_forward:
        raise InputError(
            "the function's derivative",
            expected="one by reverse or forward accumulation",
            got="neither: a loop without reverse mode, and a custom_vjp without forward mode",
            fix="write the loop as jax.lax.scan, which has both",
        )
    precision = x.dtype if program is None else coarsest(program, x.dtype)
    rounding = epsilon(precision) * (abs(value) + size_of_terms(reverse, x))
    known = forward if has_forward else None
    return Probe(along(at, program is not None), reverse, known, precision, rounding, x.size)


def along(at: Point, compiled: bool) -> Callable[[np.ndarray], np.ndarray]:
    """The function that gives f(x + t d) for all steps t."""
    x = at.vector
    steps = jnp.asarray(ALL_STEPS, x.dtype)
    program = jax.jit(lambda d: jax.lax.map(lambda t: at.height(x + t * d), steps))

    def values(direction: np.ndarray) -> np.ndarray:
        d = jnp.asarray(direction, x.dtype)
        if compiled:
            return np.asarray(program(d), float)
        return np.array([float(at.height(x + t * d)) for t in steps])

    return values


def compiled_form(at: Point) -> Any:
    """The program of f; None where Python conditions on values keep it from being compiled."""
    try:
        return jax.make_jaxpr(at.height)(at.vector)
    except jax.errors.TracerBoolConversionError:
        return None


def unless(says: str, ask: Callable[[], Any]) -> Any:
    """The answer, or None where JAX refuses with these words."""
    try:
        return ask()
    except (TypeError, ValueError) as error:
        if says not in str(error):
            raise
        return None


def coarsest(program: Any, widest: np.dtype) -> np.dtype:
    """The coarsest floating-point type into which a program rounds its numbers on the way."""
    types = [widest]
    for equation in equations(program.jaxpr):
        if equation.primitive.name == "convert_element_type":
            before, after = equation.invars[0].aval.dtype, equation.outvars[0].aval.dtype
            if jnp.issubdtype(before, jnp.floating) and jnp.issubdtype(after, jnp.floating):
                types.append(after)
    return max(types, key=epsilon)


def equations(jaxpr: Any) -> Iterator[Any]:
    """All equations of a program, those of its inner programs included."""
    for equation in jaxpr.eqns:
        yield equation
        for value in equation.params.values():
            for part in value if isinstance(value, tuple | list) else (value,):
                inner = getattr(part, "jaxpr", part)
                if hasattr(inner, "eqns"):
                    yield from equations(inner)


def size_of_terms(gradient: np.ndarray | None, x: jax.Array) -> float:
    """√Σ(gᵢxᵢ)²: a value moves by ε times this when all xᵢ are rounded independently."""
    if gradient is None:
        return 0.0
    finite = np.where(np.isfinite(gradient), gradient, 0)
    return float(np.linalg.norm(finite * np.asarray(x, float)))


def epsilon(dtype: Any) -> float:
    """The distance from 1 to the next larger number of a type."""
    return float(jnp.finfo(dtype).eps)
