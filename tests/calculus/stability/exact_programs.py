"""Traced programs in 200-digit arithmetic: what a formula is worth, as it was written.

Real numbers are extended by ±inf and nan, as in floats: log 0 = -inf, 0 · inf = nan, and nan where
the real number does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.extend.core import ClosedJaxpr, Literal
from mpmath import mp, mpf

DIGITS = 200
STEP = mpf(10) ** -60
HUGE = mpf(10) ** 9  # beyond it exponentials are not evaluated


class Undecided(Exception):
    """The number is out of reach of the arithmetic."""


def real(number: Any) -> Any:
    """A real number, nan for a complex one."""
    return mp.nan if isinstance(number, mp.mpc) else number


def exp(x):
    """eˣ, of numbers that can be written down."""
    if mp.isfinite(x) and abs(x) > HUGE:
        raise Undecided
    return mp.exp(x)


def divided(a, b):
    """a / b; by 0 it is infinite, and 0/0 is nan."""
    if b == 0:
        return mp.nan if a == 0 or mp.isnan(a) else mp.inf * mp.sign(a)
    return a / b


def power(a, b):
    """aᵇ"""
    if a == 0:
        return mp.one if b == 0 else mp.inf if b < 0 else mp.zero if b > 0 else mp.nan
    if mp.isfinite(b) and abs(b) > HUGE:
        raise Undecided
    return real(a**b)


def root(x):
    """√x"""
    return real(mp.sqrt(x))


def logarithm(x):
    """log x"""
    return real(mp.log(x))


def wave(f: Callable) -> Callable:
    """sin or cos, of numbers of moderate size."""

    def of(x):
        if mp.isfinite(x) and abs(x) > HUGE:
            raise Undecided
        return f(x)

    return of


def larger(a, b):
    """max(a, b), nan if one is."""
    return mp.nan if mp.isnan(a) or mp.isnan(b) else max(a, b)


def smaller(a, b):
    """min(a, b), nan if one is."""
    return -larger(-a, -b)


def tanh(x):
    """tanh x by one exponential, where 1 - tanh x has digits."""
    if mp.isfinite(x) and abs(x) > DIGITS:
        raise Undecided
    e = exp(-2 * abs(x))
    return mp.nan if mp.isnan(x) else mp.sign(x) * (1 - e) / (1 + e)


ELEMENTWISE: dict[str, Callable] = {
    "abs": abs,
    "add": lambda a, b: a + b,
    "add_any": lambda a, b: a + b,
    "and": lambda a, b: a & b,
    "copy": lambda x: x,
    "cos": wave(mp.cos),
    "cosh": lambda x: (exp(x) + exp(-x)) / 2,
    "div": divided,
    "eq": lambda a, b: a == b,
    "erf": mp.erf,
    "exp": exp,
    "expm1": lambda x: exp(x) - 1,
    "ge": lambda a, b: a >= b,
    "gt": lambda a, b: a > b,
    "is_finite": mp.isfinite,
    "le": lambda a, b: a <= b,
    "log": logarithm,
    "log1p": lambda x: logarithm(1 + x),
    "logistic": lambda x: 1 / (1 + exp(-x)),
    "lt": lambda a, b: a < b,
    "max": larger,
    "min": smaller,
    "mul": lambda a, b: a * b,
    "ne": lambda a, b: a != b,
    "neg": lambda x: -x,
    "not": lambda x: not x,
    "or": lambda a, b: a | b,
    "pow": power,
    "rsqrt": lambda x: divided(mp.one, root(x)),
    "sign": mp.sign,
    "sin": wave(mp.sin),
    "sinh": lambda x: (exp(x) - exp(-x)) / 2,
    "sqrt": root,
    "square": lambda x: x * x,
    "stop_gradient": lambda x: x,
    "sub": lambda a, b: a - b,
    "tanh": tanh,
}
VECTORIZED = {name: np.frompyfunc(f, f.__code__.co_argcount if hasattr(f, "__code__") else 1, 1)
              for name, f in ELEMENTWISE.items()}  # fmt: skip


def reduced(f: Callable, start: Any) -> Callable:
    """A reduction over axes."""

    def over(x, axes, **_):
        kept = [i for i in range(x.ndim) if i not in axes]
        rows = np.transpose(x, (*kept, *axes)).reshape(*(x.shape[i] for i in kept), -1)
        out = np.empty(rows.shape[:-1], object)
        for index in np.ndindex(out.shape):
            total = start
            for number in rows[index]:
                total = number if total is None else f(total, number)
            out[index] = total
        return out

    return over


def stretched(x, shape, broadcast_dimensions, **_):
    """`lax.broadcast_in_dim`"""
    sizes = [1] * len(shape)
    for axis, size in zip(broadcast_dimensions, x.shape, strict=True):
        sizes[axis] = size
    return np.broadcast_to(x.reshape(sizes), shape)


def sliced(x, start_indices, limit_indices, strides, **_):
    """`lax.slice`"""
    steps = strides or (1,) * x.ndim
    return x[tuple(map(slice, start_indices, limit_indices, steps))]


def dot(a, b, dimension_numbers, **_):
    """A product over one axis of each, without batches."""
    ((left, right), _) = dimension_numbers
    a, b = np.moveaxis(a, left, range(-len(left), 0)), np.moveaxis(b, right, range(len(right)))
    return np.tensordot(a, b, len(left))


def converted(x, new_dtype, **_):
    """A change of type; truth values become numbers."""
    if np.dtype(new_dtype).kind == "f":
        return np.frompyfunc(mpf, 1, 1)(x)
    return x


SHAPED: dict[str, Callable] = {
    "broadcast_in_dim": stretched,
    "concatenate": lambda *xs, dimension: np.concatenate(xs, dimension),
    "convert_element_type": converted,
    "cumsum": lambda x, axis, **_: np.cumsum(x, axis),
    "dot_general": dot,
    "integer_pow": lambda x, y: VECTORIZED["pow"](x, y),
    "reduce_max": reduced(larger, None),
    "reduce_min": reduced(smaller, None),
    "reduce_prod": reduced(lambda a, b: a * b, mp.one),
    "reduce_sum": reduced(lambda a, b: a + b, mp.zero),
    "reshape": lambda x, new_sizes, **_: x.reshape(new_sizes),
    "rev": lambda x, dimensions: np.flip(x, dimensions),
    "select_n": lambda c, *xs: np.frompyfunc(lambda c, *v: v[int(c)], 1 + len(xs), 1)(c, *xs),
    "slice": sliced,
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "squeeze": lambda x, dimensions: np.squeeze(x, tuple(dimensions)),
    "transpose": lambda x, permutation: np.transpose(x, permutation),
}
CALLS = {"jit": "jaxpr", "pjit": "jaxpr", "custom_jvp_call": "call_jaxpr", "remat2": "jaxpr"}


ABSORBING = {"mul": np.frompyfunc(lambda a, b: mp.zero if a == 0 or b == 0 else a * b, 2, 1)}


def run(program: ClosedJaxpr, values: Sequence[np.ndarray], absorbing=False) -> list[np.ndarray]:
    """The outputs of a program for arrays of mpmath numbers; `absorbing` makes 0 · log 0 zero."""
    elementwise = VECTORIZED | ABSORBING if absorbing else VECTORIZED
    jaxpr = program.jaxpr
    known = dict(zip(jaxpr.constvars, map(numbers, program.consts), strict=True))
    known |= dict(zip(jaxpr.invars, values, strict=True))
    for eqn in jaxpr.eqns:
        inputs = [numbers(a.val) if isinstance(a, Literal) else known[a] for a in eqn.invars]
        name = eqn.primitive.name
        if name in CALLS:
            outputs = run(eqn.params[CALLS[name]], inputs, absorbing)
        elif name in elementwise:
            outputs = [elementwise[name](*inputs)]
        else:
            outputs = [SHAPED[name](*inputs, **eqn.params)]
        known.update(zip(eqn.outvars, (np.asarray(o, object) for o in outputs), strict=True))
    return [numbers(a.val) if isinstance(a, Literal) else known[a] for a in jaxpr.outvars]


def numbers(array: Any) -> np.ndarray:
    """An array of mpmath numbers, or of truth values."""
    array = np.asarray(array)
    if array.dtype == bool:
        return array.astype(object)
    return np.asarray(np.frompyfunc(lambda x: mpf(float(x)), 1, 1)(array), object)


class Exact:
    """A function with one real result, in exact arithmetic.

    Arguments:
        f: the function, of arrays.
        arrays: examples of its arguments, for their shapes and types.

    >>> import jax.numpy as jnp
    >>> f = Exact(lambda x: jnp.log(1 + jnp.exp(x)), jnp.float32(0.0))
    >>> x = numbers(-100.0)
    >>> mp.nstr(f.value(x), 6), mp.nstr(f.slopes(x)[0], 6)
    ('3.72008e-44', '3.72008e-44')
    """

    def __init__(self, f: Callable, *arrays: Any):
        self.program = jax.make_jaxpr(f)(*arrays)

    def value(self, *inputs: np.ndarray, absorbing: bool = False) -> Any:
        """The value."""
        with mp.workdps(DIGITS):
            return run(self.program, inputs, absorbing)[0].item()

    def slopes(self, *inputs: np.ndarray) -> list[Any]:
        """The partial derivatives by every number, in order; nan at corners and edges."""
        with mp.workdps(DIGITS):
            return [
                self._slope(inputs, i, index)
                for i, x in enumerate(inputs)
                for index in np.ndindex(x.shape)
            ]

    def _slope(self, inputs, i: int, index: tuple):
        size = abs(inputs[i][index]) or mp.one
        low, middle, high = (
            self.value(*moved(inputs, i, index, k * STEP * size)) for k in (-1, 0, 1)
        )
        left, right = middle - low, high - middle
        corner = abs(right - left) / (STEP * size)
        slope = (left + right) / (2 * STEP * size)
        return slope if corner <= mpf(10) ** -12 * max(abs(slope), mpf(10) ** -20) else mp.nan


def moved(inputs, i: int, index: tuple, step) -> list[np.ndarray]:
    """The inputs with a step added to one number."""
    new = [x.copy() for x in inputs]
    new[i][index] += step
    return new
