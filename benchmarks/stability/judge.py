"""The judge: exact values and gradients, and who is right about them.

Exact means mpmath at 700 digits, so that formulas may cancel and still leave hundreds of digits;
gradients are central differences with a step of 10⁻¹⁶⁰ of the number that is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from mpmath import mp, mpf

from benchmarks.stability.contexts import CONTEXTS
from benchmarks.stability.formula import Formula

DIGITS = 700
STEP = mpf(10) ** -160
RELATIVE = {"float32": 1e-5, "float64": 1e-11}


class Answer(NamedTuple):
    """A value and the gradient by every input, in the nesting of the inputs."""

    value: Any
    gradient: tuple


class Judged(NamedTuple):
    """What the judge says about one spelling at one input."""

    formula: Formula
    spelling: str
    inputs: tuple
    value_ok: bool
    gradient_ok: bool
    got: Answer
    want: Answer


def exact(formula: Formula, inputs: tuple, dtype: str = "float32") -> Answer:
    """Value and gradient of the formula at the inputs rounded to `dtype`, to 50 digits or more.

    Arguments:
        formula: a row of the table.
        inputs: one of its inputs.
        dtype: "float32" or "float64".

    >>> from benchmarks.stability.formula import Formula
    >>> square = Formula("square", "example", lambda x: x * x, {}, [(3.0,)])
    >>> answer = exact(square, (3.0,))
    >>> float(answer.value), float(answer.gradient[0])
    (9.0, 6.0)
    """
    rounded = tuple(np.asarray(part, dtype).tolist() for part in inputs)
    key = tuple(_frozen(part) for part in rounded)
    return _exact(formula.exact, formula.gradient, key)


@cache
def _exact(f: Callable, gradient: Callable | None, inputs: tuple) -> Answer:
    with mp.workdps(DIGITS):
        numbers = [_thawed(part) for part in inputs]
        value = _real(f(*numbers))
        slopes = gradient(*numbers) if gradient else _differences(f, numbers)
        return Answer(value, slopes if isinstance(slopes, tuple) else (slopes,))


def _differences(f: Callable, numbers: list) -> tuple:
    """Central differences by every number of every input."""
    return tuple(_slopes(lambda new: f(*new), numbers))


def _slopes(f: Callable, x):
    if isinstance(x, list):
        return [_slopes(lambda new, i=i: f(_with(x, i, new)), part) for i, part in enumerate(x)]
    step = STEP * (abs(x) or 1)
    return (_real(f(x + step)) - _real(f(x - step))) / (2 * step)


def _with(parts: list, i: int, new) -> list:
    return [*parts[:i], new, *parts[i + 1 :]]


def _real(number):
    assert not isinstance(number, mp.mpc), "the exact formula left the real numbers"
    return mp.mpf(number)


def _frozen(part):
    return tuple(_frozen(p) for p in part) if isinstance(part, list) else part


def _thawed(part):
    return [_thawed(p) for p in part] if isinstance(part, tuple) else mpf(part)


def verdict(got, want, dtype: str = "float32", slack: float = 0.0) -> bool:
    """Whether `got` is `want` to working precision.

    Right is |got - want| ≤ 10⁻⁵ |want| in float32 and 10⁻¹¹ |want| in float64, plus the smallest
    normal number for underflow. What the type cannot hold has to come out as the infinity of
    its sign, and nan where the exact answer is nan.

    Arguments:
        got: a float.
        want: an mpmath number.
        dtype: "float32" or "float64".
        slack: an absolute error that is forgiven as well.

    >>> verdict(1.000001, 1.0), verdict(1.0001, 1.0)
    (True, False)
    """
    got, want, info = mpf(float(got)), mpf(want), np.finfo(dtype)
    if mp.isnan(want) or mp.isnan(got):
        return bool(mp.isnan(want) and mp.isnan(got))
    if abs(want) > mpf(float(info.max)):
        return bool(mp.isinf(got) and got * want > 0)
    allowed = RELATIVE[dtype] * abs(want) + mpf(float(info.tiny)) + slack
    return bool(mp.isfinite(got) and abs(got - want) <= allowed)


def gradient_verdict(got, want, dtype: str = "float32") -> bool:
    """Whether all components by one input are right, to 2 ε of the largest component at least.

    >>> gradient_verdict([1.0, 1e-9], [1.0, 0.0])
    True
    """
    got, want = np.ravel(np.asarray(got)), list(_flat(want))
    sizes = [abs(w) for w in want if mp.isfinite(w)]
    slack = 2 * float(np.finfo(dtype).eps) * max(sizes, default=mp.zero)
    return all(verdict(g, w, dtype, slack) for g, w in zip(got, want, strict=True))


def _flat(part) -> Iterable:
    if not isinstance(part, (list, tuple)):
        return [part]
    return [number for p in part for number in _flat(p)]


def evaluate(
    transform: Callable, formulas: Iterable[Formula], dtype: str = "float32", context: str = "plain"
) -> list[Judged]:
    """Judge every spelling at every input, with and without a transformation.

    Arguments:
        transform: function → function: `identity` for plain JAX, or what shall do better.
        formulas: rows of the table.
        dtype: "float32" or "float64".
        context: where the formula stands: a name of `CONTEXTS`.
    """
    place = CONTEXTS[context]
    with jax.enable_x64(dtype == "float64"):
        return [
            judge(formula, name, place(transform, spelling), inputs, dtype)
            for formula in formulas
            for name, spelling in formula.spellings.items()
            for inputs in formula.inputs
        ]


def judge(formula: Formula, name: str, f: Callable, inputs: tuple, dtype: str) -> Judged:
    """Value and gradient of one function at one input against the exact ones."""
    want = exact(formula, inputs, dtype)
    arrays = [jnp.asarray(part, dtype) for part in inputs]
    try:
        value, gradient = jax.value_and_grad(f, argnums=tuple(range(len(arrays))))(*arrays)
    except Exception as error:
        error.add_note(f"in {formula.name!r} as {name!r} at {inputs}, {dtype}")
        raise
    slopes = [gradient_verdict(g, w, dtype) for g, w in zip(gradient, want.gradient, strict=True)]
    right = verdict(value, want.value, dtype)
    return Judged(formula, name, inputs, right, all(slopes), Answer(value, gradient), want)


def identity(f: Callable) -> Callable:
    """The function itself: plain JAX."""
    return f
