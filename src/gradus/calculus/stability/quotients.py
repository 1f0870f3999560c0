"""The algebra of quotients of sums of exponentials: exact cancelling, term by term."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from gradus.calculus.stability.graph import Node

Exponent = frozenset  # of (node, coefficient)
Sum = dict[Exponent, float]  # exponent → coefficient

ONE: Exponent = frozenset()
MOST_TERMS = 8


class Quotient(NamedTuple):
    """A quotient of two sums of exponentials."""

    top: Sum
    bottom: Sum

    @property
    def positive(self) -> bool:
        """Whether nothing can cancel any more."""
        return bool(self.top) and min(*self.top.values(), *self.bottom.values()) > 0

    @property
    def terms(self) -> int:
        """How long it is."""
        return len(self.top) + len(self.bottom)


def related(total: Sum) -> bool:
    """Whether two exponents depend on the same, so that their slopes cancel as well."""
    if len(total) != 2:
        return False
    a, b = ({u for u, _ in exponent} for exponent in total)
    return not a or not b or bool(a & b)


def has_exponentials(quotient: Quotient) -> bool:
    """Whether it is more than a number."""
    return any(quotient.top) or any(quotient.bottom)


def number(value: float) -> Quotient | None:
    """A constant as a quotient."""
    if value == 0:
        return Quotient({}, {ONE: 1.0})
    return Quotient({ONE: value}, {ONE: 1.0}) if math.isfinite(value) else None


def plus(a: Sum, b: Sum, factor: float = 1.0) -> Sum:
    """a + factor · b"""
    total = dict(a)
    for exponent, c in b.items():
        new = total.get(exponent, 0.0) + factor * c
        if abs(new) <= 1e-12 * abs(c):
            total.pop(exponent, None)
        else:
            total[exponent] = new
    return total


def times(a: Sum, b: Sum) -> Sum:
    """a · b, multiplied out."""
    total: Sum = {}
    for left, c in a.items():
        for right, d in b.items():
            total = plus(total, {plus_exponent(left, right): c * d})
    return total


def plus_exponent(a: Exponent, b: Exponent, factor: float = 1.0) -> Exponent:
    """A + factor · B"""
    terms = dict(a)
    for node, c in b:
        terms[node] = terms.get(node, 0.0) + factor * c
    return frozenset((n, c) for n, c in terms.items() if c != 0)


def minus_exponent(a: Exponent, b: Exponent) -> Exponent:
    """A − B"""
    return plus_exponent(a, b, -1.0)


def shifted(total: Sum, single: Sum) -> Sum:
    """A sum divided by a sum of one term."""
    ((exponent, c),) = single.items()
    return {minus_exponent(e, exponent): d / c for e, d in total.items()}


def reduced(quotient: Quotient) -> Quotient:
    """The quotient without what top and bottom have in common."""
    top, bottom = quotient
    if not top:
        return Quotient({}, {ONE: 1.0})
    if len(bottom) == 1 and next(iter(bottom.items())) == (ONE, 1.0):
        return quotient
    top, bottom = min(
        ((shifted(top, {e: c}), shifted(bottom, {e: c})) for e, c in bottom.items()),
        key=lambda pair: sum(map(len, (*pair[0], *pair[1]))),
    )
    while len(bottom) > 1 and (cut := divided(top, bottom)) is not None:
        top, bottom = cut, {ONE: 1.0}
    while len(top) > 1 and len(bottom) > 1 and (cut := divided(bottom, top)) is not None:
        top, bottom = {ONE: 1.0}, cut
    return Quotient(top, bottom)


def divided(a: Sum, b: Sum) -> Sum | None:
    """a / b if b divides a; polynomial division by a sum of two terms 1 + c eᴮ."""
    if len(b) != 2 or ONE not in b or len(a) < 2:
        return None
    (step,) = (e for e in b if e)
    remainder, answer = dict(a), {}
    for _ in range(MOST_TERMS):
        if not remainder:
            return answer
        lowest = next((e for e in remainder if minus_exponent(e, step) not in remainder), None)
        if lowest is None:
            return None
        c = remainder[lowest] / b[ONE]
        answer[lowest] = c
        remainder = plus(remainder, times({lowest: c}, b), -1.0)
        if len(remainder) > len(a):
            return None
    return None


def order(item: tuple[Node, float]) -> tuple:
    """Positive terms first, so that a difference is written a − b."""
    return (-item[1], item[0].op, id(item[0]))


def _add(n: Node, a: Quotient, b: Quotient) -> Quotient | None:
    if a.bottom == b.bottom:
        return Quotient(plus(a.top, b.top), a.bottom)
    if a.terms * b.terms > 4 * MOST_TERMS:
        return None
    top = plus(times(a.top, b.bottom), times(b.top, a.bottom))
    return Quotient(top, times(a.bottom, b.bottom))


def _mul(n: Node, a: Quotient, b: Quotient) -> Quotient | None:
    if a.terms * b.terms > 4 * MOST_TERMS:
        return None
    return Quotient(times(a.top, b.top), times(a.bottom, b.bottom))


def _div(n: Node, a: Quotient, b: Quotient) -> Quotient | None:
    return _mul(n, a, Quotient(b.bottom, b.top)) if b.top else None


def _power(n: Node, a: Quotient) -> Quotient | None:
    result: Quotient | None = a
    for _ in range(n.params["y"] - 1):
        result = None if result is None else _mul(n, result, a)
    return result if n.params["y"] <= 4 else None


ARITHMETIC: dict[str, Callable] = {
    "add": _add,
    "neg": lambda n, a: Quotient({e: -c for e, c in a.top.items()}, a.bottom),
    "mul": _mul,
    "div": _div,
    "integer_pow": _power,
}


UNIT: Sum = {ONE: 1.0}


FUNCTIONS: dict[str, Callable[[Sum, Sum], Quotient]] = {
    "exp": lambda e, inverse: Quotient(e, UNIT),
    "expm1": lambda e, inverse: Quotient(plus(e, UNIT, -1.0), UNIT),
    "logistic": lambda e, inverse: Quotient(UNIT, plus(UNIT, inverse)),
    "tanh": lambda e, inverse: Quotient(plus(times(e, e), UNIT, -1.0), plus(times(e, e), UNIT)),
    "sinh": lambda e, inverse: Quotient(plus(e, inverse, -1.0), {ONE: 2.0}),
    "cosh": lambda e, inverse: Quotient(plus(e, inverse), {ONE: 2.0}),
}
