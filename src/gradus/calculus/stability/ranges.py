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
    """An interval; an open end is not reached (eˣ comes near 0 and is never 0).

    >>> Range(-1.0, 2.0) * Range(3.0, 4.0)
    Range(low=-4.0, high=8.0, open_low=False, open_high=False)
    """

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

    @property
    def single(self) -> bool:
        """One number only."""
        return self.low == self.high

    def __add__(self, other: Range) -> Range:
        total = Range(
            self.low + other.low if -INF not in (self.low, other.low) else -INF,
            self.high + other.high if INF not in (self.high, other.high) else INF,
            self.open_low or other.open_low,
            self.open_high or other.open_high,
        )
        return total if self.single and other.single else apart(total)

    def __mul__(self, other: Range) -> Range:
        ends = [
            (_times(a, b), (a_open and b != 0) or (b_open and a != 0) or (a_open and b_open))
            for a, a_open in ((self.low, self.open_low), (self.high, self.open_high))
            for b, b_open in ((other.low, other.open_low), (other.high, other.open_high))
        ]
        product = hull(ends)
        exact = (self.single and other.single) or product.low == 0
        return product if exact else apart(product)

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
        found = Range(_at(f, self.low), _at(f, self.high), self.open_low, self.open_high)
        return found if self.single and math.isfinite(found.low) else apart(found)

    def within(self, bounds: Range) -> Range:
        """The part that lies in `bounds`, which are known to hold."""
        low, open_low = max((self.low, self.open_low), (bounds.low, bounds.open_low))
        high, closed = min((self.high, not self.open_high), (bounds.high, not bounds.open_high))
        if low > high or (low == high and (open_low or not closed)):
            return bounds  # rounding has left nothing
        return Range(low, high, open_low, not closed)


EVERYTHING = Range()
POSITIVE = Range(0.0, INF, open_low=True)
NONNEGATIVE = Range(0.0, INF)
UNIT = Range(0.0, 1.0, True, True)


def apart(found: Range) -> Range:
    """A range whose ends have become one by rounding, a little wider; others as they are."""
    if not found.single:
        return found
    return Range(math.nextafter(found.low, -INF), math.nextafter(found.high, INF))


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
        return INF if x > 0 else -INF  # an end that is infinite, or too large


def _constant(node: Any) -> Range:
    if not isinstance(node.params["value"], float | int | np.ndarray):
        return EVERYTHING
    value = np.asarray(node.params["value"])
    if value.dtype == object or value.size == 0 or value.dtype.kind not in "biuf":
        return EVERYTHING
    if np.isnan(value).all():
        return EVERYTHING
    return Range(float(np.nanmin(value)), float(np.nanmax(value)))


def _power(x: Range, y: int) -> Range:
    if y < 0:
        return _power(x, -y).inverse()
    if y % 2 or x.nonnegative:
        return x.monotone(lambda v: v**y)
    if (-x).nonnegative:
        return _power(-x, y)
    return Range(0.0, max(_at(lambda v: v**y, abs(x.low)), _at(lambda v: v**y, abs(x.high))))


def _real_power(a: Range, b: Range) -> Range:
    if not a.positive:
        return NONNEGATIVE if a.nonnegative else EVERYTHING
    exponent = a.monotone(math.log) * b if a.low > 0 else EVERYTHING
    return _exp(exponent)


def _exp(x: Range) -> Range:
    return x.monotone(math.exp).within(POSITIVE)


def _log(x: Range) -> Range:
    if x.high <= 0:
        return EVERYTHING
    return x.monotone(math.log) if x.low > 0 else Range(high=_at(math.log, x.high))


def _softplus(x: Range) -> Range:
    return x.monotone(lambda v: max(v, 0) + math.log1p(math.exp(-abs(v)))).within(POSITIVE)


def _logistic(x: Range) -> Range:
    half = (x * Range(0.5, 0.5)).monotone(math.tanh)
    share = (half + Range(1.0, 1.0)) * Range(0.5, 0.5)
    return share.within(Range(0.0, 1.0, True, True)) if share.high > share.low else UNIT


def _cosh(x: Range) -> Range:
    return _abs(x).monotone(math.cosh).within(Range(1.0, INF))


def _abs(x: Range) -> Range:
    if x.nonnegative:
        return x
    return -x if (-x).nonnegative else Range(0.0, max(-x.low, x.high))


def _root(x: Range) -> Range:
    return Range(max(x.low, 0.0), max(x.high, 0.0), x.open_low and x.low >= 0).monotone(math.sqrt)


def _max(a: Range, b: Range) -> Range:
    winner = max(a, b, key=lambda r: (r.low, r.open_low))
    return Range(winner.low, max(a.high, b.high), winner.open_low)


def _min(a: Range, b: Range) -> Range:
    return -_max(-a, -b)


def _norm(x: Range, count: int) -> Range:
    size = _abs(x)
    return Range(size.low, size.high * math.sqrt(count)) if count else Range(0.0, 0.0)


def _hypot(a: Range, b: Range) -> Range:
    a, b = _abs(a), _abs(b)
    return Range(max(a.low, b.low), a.high + b.high)


def _times_count(x: Range, count: int) -> Range:
    return x * Range(count, count) if count else Range(0.0, 0.0)


def _sign_kept(x: Range) -> Range:
    return POSITIVE if x.positive else NONNEGATIVE if x.nonnegative else EVERYTHING


# ---- of nodes: what depends on more than the ranges of the inputs


def _count(node: Any) -> int:
    """How many elements a reduction takes together."""
    return math.prod(node.inputs[0].shape[a] for a in node.params["axes"])


def _mul_of(node: Any) -> Range:
    a, b = node.inputs
    return _power(a.range, 2) if a is b else a.range * b.range


def _sum_of(node: Any) -> Range:
    return _times_count(node.inputs[0].range, _count(node))


def _cumsum_of(node: Any) -> Range:
    (x,) = node.inputs
    length = max(x.shape[node.params["axis"]], 1)
    return union(x.range, _times_count(x.range, length))


def _logsumexp_of(node: Any) -> Range:
    more = math.log(max(_count(node), 1))
    return node.inputs[0].range + Range(more, more)


def _dot_of(node: Any) -> Range:
    a, b = node.inputs
    (over, with_), _ = node.params["dimension_numbers"]
    count = math.prod(a.shape[axis] for axis in over)
    squares = a is b and node.shape == () and tuple(over) == tuple(with_)
    each = _power(a.range, 2) if squares else a.range * b.range
    return _times_count(each, count)


def _convert_of(node: Any) -> Range:
    (x,) = node.inputs
    return Range(0.0, 1.0) if x.dtype == bool else x.range


def _gather_of(node: Any) -> Range:
    found, fill = node.inputs[0].range, node.params.get("fill_value")
    return found if fill is None or math.isnan(fill) else union(found, Range(fill, fill))


def _unary(f: Callable[[Range], Range]) -> Callable[[Any], Range]:
    return lambda node: f(node.inputs[0].range)


def _binary(f: Callable[[Range, Range], Range]) -> Callable[[Any], Range]:
    return lambda node: f(node.inputs[0].range, node.inputs[1].range)


def _increasing(f: Callable[[float], float], bounds: Range = EVERYTHING) -> Callable[[Any], Range]:
    return _unary(lambda x: x.monotone(f).within(bounds))


def _always(found: Range) -> Callable[[Any], Range]:
    return lambda node: found


def _union_of(first: int) -> Callable[[Any], Range]:
    return lambda node: union(*(i.range for i in node.inputs[first:]))


RANGES: dict[str, Callable[[Any], Range]] = {
    "constant": _constant,
    "add": _binary(lambda a, b: a + b),
    "neg": _unary(lambda x: -x),
    "mul": _mul_of,
    "absorbed": _mul_of,
    "div": _binary(lambda a, b: a * b.inverse()),
    "integer_pow": lambda node: _power(node.inputs[0].range, node.params["y"]),
    "pow": _binary(_real_power),
    "exp": _unary(_exp),
    "exp2": _unary(lambda x: _exp(x * Range(math.log(2), math.log(2)))),
    "expm1": _increasing(math.expm1, Range(-1.0, INF, open_low=True)),
    "log": _unary(_log),
    "log1p": _unary(lambda x: _log(x + Range(1.0, 1.0)) if x.low <= -1 else x.monotone(math.log1p)),
    "logistic": _unary(_logistic),
    "tanh": _increasing(math.tanh, Range(-1.0, 1.0, True, True)),
    "sinh": _increasing(math.sinh),
    "cosh": _unary(_cosh),
    "asinh": _increasing(math.asinh),
    "ndtr": _always(UNIT),
    "erf": _increasing(math.erf, Range(-1.0, 1.0, True, True)),
    "erfc": _always(Range(0.0, 2.0, True, True)),
    "sin": _always(Range(-1.0, 1.0)),
    "cos": _always(Range(-1.0, 1.0)),
    "sign": _always(Range(-1.0, 1.0)),
    "abs": _unary(_abs),
    "sqrt": _unary(_root),
    "rsqrt": _unary(lambda x: _root(x).inverse().within(POSITIVE)),
    "max": _binary(_max),
    "min": _binary(_min),
    "clamp": lambda node: _clamped(*(i.range for i in node.inputs)),
    "select_n": _union_of(1),
    "stack": _union_of(0),
    "concatenate": _union_of(0),
    "pad": _union_of(0),
    "reduce_sum": _sum_of,
    "reduce_prod": _unary(_sign_kept),
    "cumprod": _unary(_sign_kept),
    "cumsum": _cumsum_of,
    "dot_general": _dot_of,
    "softplus": _unary(_softplus),
    "logsumexp": _logsumexp_of,
    "log_share": _always(Range(high=0.0)),
    "norm": lambda node: _norm(node.inputs[0].range, _count(node)),
    "hypot": _binary(_hypot),
    "convert_element_type": _convert_of,
    "gather": _gather_of,
}


def _clamped(least: Range, x: Range, most: Range) -> Range:
    return _min(_max(x, least), most)


MOVES = (
    *("broadcast_in_dim", "reshape", "squeeze", "expand_dims", "transpose", "rev", "slice"),
    *("dynamic_slice", "copy", "copy_p", "stop_gradient", "reduce_precision", "split_part"),
    *("reduce_max", "reduce_min", "as_written"),
)
RANGES |= dict.fromkeys(MOVES, _unary(lambda x: x))
