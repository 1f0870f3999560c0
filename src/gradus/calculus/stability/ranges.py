"""Where a value lies in exact arithmetic, from where its inputs lie.

Rules ask for signs here, and the search for hazards for values that can reach a singular point.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

INF = math.inf


class Range(NamedTuple):
    """An interval; an open end is not reached (eˣ comes near 0 and is never 0)."""

    low: float = -INF
    high: float = INF
    open_low: bool = False
    open_high: bool = False

    @property
    def positive(self) -> bool:
        """Every value is above 0."""
        return self.low > 0 or (self.low == 0 and self.open_low)

    @property
    def nonnegative(self) -> bool:
        """No value is below 0."""
        return self.low >= 0

    @property
    def never_zero(self) -> bool:
        """No value is 0."""
        return self.positive or (-self).positive

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low, self.open_high, self.open_low)

    def __add__(self, other: Range) -> Range:
        return Range(
            self.low + other.low if -INF not in (self.low, other.low) else -INF,
            self.high + other.high if INF not in (self.high, other.high) else INF,
            self.open_low or other.open_low,
            self.open_high or other.open_high,
        )

    def __mul__(self, other: Range) -> Range:
        ends = [
            (_times(a, b), (a_open and b != 0) or (b_open and a != 0) or a_open and b_open)
            for a, a_open in ((self.low, self.open_low), (self.high, self.open_high))
            for b, b_open in ((other.low, other.open_low), (other.high, other.open_high))
        ]
        return hull(ends)

    def inverse(self) -> Range:
        """1/x; everything where x can be 0."""
        if not self.never_zero:
            return EVERYTHING
        if not self.positive:
            return -(-self).inverse()
        return Range(
            1 / self.high,
            1 / self.low if self.low > 0 else INF,
            self.open_high or self.high == INF,
            self.open_low,
        )

    def monotone(self, f: Callable[[float], float]) -> Range:
        """f(x) for an increasing f."""
        return Range(_at(f, self.low), _at(f, self.high), self.open_low, self.open_high)


EVERYTHING = Range()
POSITIVE = Range(0.0, INF, open_low=True)
NONNEGATIVE = Range(0.0, INF)


def hull(ends: list[tuple[float, bool]]) -> Range:
    """The smallest interval with these ends; an end counts as reached if one way reaches it."""
    low, high = min(e for e, _ in ends), max(e for e, _ in ends)
    return Range(
        low,
        high,
        all(o for e, o in ends if e == low),
        all(o for e, o in ends if e == high),
    )


def union(*ranges: Range) -> Range:
    """The smallest interval that contains all."""
    low, high = min(r.low for r in ranges), max(r.high for r in ranges)
    return Range(
        low,
        high,
        all(r.open_low for r in ranges if r.low == low),
        all(r.open_high for r in ranges if r.high == high),
    )


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _at(f: Callable[[float], float], x: float) -> float:
    try:
        return float(f(x))
    except (OverflowError, ValueError):
        return INF if x > 0 else -INF


def _constant(node: Any) -> Range:
    if not isinstance(node.params["value"], float | int | np.ndarray):
        return EVERYTHING
    value = np.asarray(node.params["value"])
    if value.dtype == object or value.size == 0 or value.dtype.kind not in "biuf":
        return EVERYTHING
    if np.isnan(value).all():
        return EVERYTHING
    return Range(float(np.nanmin(value)), float(np.nanmax(value)))


def _exp(node: Any) -> Range:
    x = node.inputs[0].range
    if x.low == x.high and abs(x.low) < 700:
        return Range(math.exp(x.low), math.exp(x.low))
    return Range(_at(math.exp, x.low), _at(math.exp, x.high), True, x.open_high)


def _power(x: Range, y: int) -> Range:
    if y < 0:
        return _power(x, -y).inverse()
    if y % 2 or x.nonnegative:
        return Range(
            _at(lambda v: v**y, x.low), _at(lambda v: v**y, x.high), x.open_low, x.open_high
        )
    if (-x).nonnegative:
        return _power(-x, y)
    return Range(0.0, max(_at(lambda v: v**y, abs(x.low)), _at(lambda v: v**y, abs(x.high))))


def _real_power(node: Any) -> Range:
    base = node.inputs[0].range
    return POSITIVE if base.positive else NONNEGATIVE if base.nonnegative else EVERYTHING


def _sum(node: Any) -> Range:
    x, count = (
        node.inputs[0].range,
        math.prod(node.inputs[0].shape) // math.prod(node.shape or (1,)),
    )
    return x * Range(count, count) if count else Range(0.0, 0.0)


def _product(node: Any) -> Range:
    x = node.inputs[0].range
    return POSITIVE if x.positive else NONNEGATIVE if x.nonnegative else EVERYTHING


def _same(node: Any) -> Range:
    return node.inputs[0].range


def _tanh(x: Range) -> Range:
    return Range(math.tanh(x.low), math.tanh(x.high), True, True)


def _mul(node: Any) -> Range:
    a, b = node.inputs
    return _power(a.range, 2) if a is b else a.range * b.range


def _max(node: Any) -> Range:
    a, b = (i.range for i in node.inputs)
    winner = max(a, b, key=lambda r: (r.low, r.open_low))
    return Range(winner.low, max(a.high, b.high), winner.open_low)


def _abs(node: Any) -> Range:
    x = node.inputs[0].range
    if x.nonnegative:
        return x
    return POSITIVE if x.never_zero else Range(0.0, max(-x.low, x.high))


def _root(node: Any) -> Range:
    x = node.inputs[0].range
    return Range(math.sqrt(max(x.low, 0.0)), math.sqrt(max(x.high, 0.0)), x.positive and x.open_low)


def _dot(node: Any) -> Range:
    a, b = node.inputs
    if a is b and node.shape == ():
        return NONNEGATIVE
    ranges = a.range * b.range
    return POSITIVE if ranges.positive else NONNEGATIVE if ranges.nonnegative else EVERYTHING


RANGES: dict[str, Callable[[Any], Range]] = {
    "constant": _constant,
    "add": lambda n: n.inputs[0].range + n.inputs[1].range,
    "neg": lambda n: -n.inputs[0].range,
    "mul": _mul,
    "div": lambda n: n.inputs[0].range * n.inputs[1].range.inverse(),
    "integer_pow": lambda n: _power(n.inputs[0].range, n.params["y"]),
    "pow": _real_power,
    "exp": _exp,
    "exp2": lambda n: POSITIVE,
    "expm1": lambda n: n.inputs[0].range.monotone(math.expm1) if True else EVERYTHING,
    "log": lambda n: (
        EVERYTHING if n.inputs[0].range.low <= 0 else n.inputs[0].range.monotone(math.log)
    ),
    "log1p": lambda n: (
        EVERYTHING if n.inputs[0].range.low <= -1 else n.inputs[0].range.monotone(math.log1p)
    ),
    "logistic": lambda n: Range(0.0, 1.0, True, True),
    "tanh": lambda n: _tanh(n.inputs[0].range),
    "sinh": lambda n: n.inputs[0].range.monotone(math.sinh),
    "cosh": lambda n: Range(1.0, INF),
    "ndtr": lambda n: Range(0.0, 1.0, True, True),
    "erf": lambda n: Range(-1.0, 1.0, True, True),
    "erfc": lambda n: Range(0.0, 2.0, True, True),
    "sin": lambda n: Range(-1.0, 1.0),
    "cos": lambda n: Range(-1.0, 1.0),
    "abs": _abs,
    "sqrt": _root,
    "rsqrt": lambda n: POSITIVE,
    "max": _max,
    "min": lambda n: -_max_of_negatives(n),
    "clamp": lambda n: Range(n.inputs[0].range.low, n.inputs[2].range.high),
    "select_n": lambda n: union(*(i.range for i in n.inputs[1:])),
    "stack": lambda n: union(*(i.range for i in n.inputs)),
    "concatenate": lambda n: union(*(i.range for i in n.inputs)),
    "reduce_sum": _sum,
    "reduce_prod": _product,
    "cumprod": _product,
    "cumsum": lambda n: _product(n),
    "reduce_max": _same,
    "reduce_min": _same,
    "dot_general": _dot,
    "softplus": lambda n: POSITIVE,
    "norm": lambda n: NONNEGATIVE,
    "hypot": lambda n: NONNEGATIVE,
}


def _max_of_negatives(node: Any) -> Range:
    a, b = (-i.range for i in node.inputs)
    winner = max(a, b, key=lambda r: (r.low, r.open_low))
    return Range(winner.low, max(a.high, b.high), winner.open_low)


MOVES = (
    "broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "rev", "slice",
    "dynamic_slice", "gather", "copy", "copy_p", "convert_element_type", "stop_gradient",
    "reduce_precision", "split_part",
)  # fmt: skip
RANGES |= dict.fromkeys(MOVES, _same)
