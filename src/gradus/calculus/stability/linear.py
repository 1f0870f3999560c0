"""A value as a linear combination, so that what cancels is seen and dropped."""

from __future__ import annotations

import math
from typing import NamedTuple

from gradus.calculus.stability.expressions import is_move, moved
from gradus.calculus.stability.graph import Node

MOST_TERMS = 12
DEEPEST_PRODUCT = 6


class Linear(NamedTuple):
    """Σ coefficient · node + constant."""

    terms: dict[Node, float]
    constant: float


def linear(n: Node) -> Linear:
    """The linear combination that sums, negatives and constant factors spell out."""
    terms: dict[Node, float] = {}
    constant = _collect(n, 1.0, terms, 0)
    return Linear({t: c for t, c in terms.items() if c != 0}, constant)


def _collect(n: Node, factor: float, terms: dict[Node, float], depth: int) -> float:
    """Add factor · n to the terms; returns its constant part."""
    if n.constant is not None:
        return factor * n.constant
    if depth < MOST_TERMS and n.op == "add":
        return sum(_collect(i, factor, terms, depth + 1) for i in n.inputs)
    if n.op == "neg":
        return _collect(n.inputs[0], -factor, terms, depth)
    scaled = constant_factor(n)
    if scaled is not None:
        return _collect(scaled[1], factor * scaled[0], terms, depth)
    inner = _through_move(n, depth)
    if inner is not None:
        for term, coefficient in inner.terms.items():
            terms[moved(n, term)] = terms.get(moved(n, term), 0.0) + factor * coefficient
        return factor * inner.constant
    terms[n] = terms.get(n, 0.0) + factor
    return 0.0


def _through_move(n: Node, depth: int) -> Linear | None:
    """The combination inside a move, if it is more than one plain node."""
    if not is_move(n) or depth > MOST_TERMS or n.op == "stop_gradient":
        return None
    inner = linear(n.inputs[0])
    single = len(inner.terms) == 1 and inner.constant == 0 and set(inner.terms.values()) == {1.0}
    return None if single and n.inputs[0] in inner.terms else inner


def constant_factor(n: Node) -> tuple[float, Node] | None:
    """(c, x) where n is written c · x or x / (1/c)."""
    if n.op not in ("mul", "div"):
        return None
    a, b = n.inputs
    if b.constant is not None and a.constant is None and b.constant != 0:
        return (b.constant if n.op == "mul" else 1 / b.constant), a
    if n.op == "mul" and a.constant is not None and b.constant is None:
        return a.constant, b
    return None


def factors(n: Node, sign: float = 1.0, depth: int = 0) -> tuple[float, list[Node]]:
    """A number and the factors of a product; deep ones are left together."""
    if n.constant is not None:
        return sign * n.constant, []
    if n.op == "neg":
        return factors(n.inputs[0], -sign, depth)
    scaled = constant_factor(n)
    if scaled is not None:
        return factors(scaled[1], sign * scaled[0], depth)
    if n.op in ("mul", "absorbed") and depth < DEEPEST_PRODUCT:
        (c, left), (d, right) = (factors(i, depth=depth + 1) for i in n.inputs)
        return sign * c * d, left + right
    return sign, [n]


def combine(form: Linear, like: Node) -> Node:
    """The sum that a combination stands for."""
    total: Node | None = None
    for term, coefficient in form.terms.items():
        part = term if coefficient == 1 else -term if coefficient == -1 else term * coefficient
        total = part if total is None else total + part
    if total is None:
        return like.like(form.constant)
    return total + form.constant if form.constant else total


def without_cancelling(n: Node) -> Node | None:
    """The sum without the terms that cancel exactly: y for (x + y) − x. None where nothing does."""
    written: dict[Node | None, list[float]] = {}
    _occurrences(n, 1.0, written, 0)
    numbers = written.pop(None, [])
    if any(min(c) < 0 < max(c) for c in (*written.values(), numbers or [0.0])):
        left = linear(n)
        return defined(combine(left, n), [t for t in written if t and t not in left.terms])
    return None


def defined(total: Node, gone: list[Node]) -> Node:
    """The sum, and not a number where a term that cancels is infinite: ∞ − ∞."""
    for t in gone:
        if not all(map(math.isfinite, t.range[:2])):
            total = total.graph.apply("where_finite", total, t)
    return total


def _occurrences(n: Node, factor: float, counts: dict[Node | None, list[float]], depth: int):
    """Every coefficient with which each term is written; numbers under None."""
    if n.constant is not None:
        counts.setdefault(None, []).append(factor * n.constant)
        return
    if depth < MOST_TERMS and n.op == "add":
        for i in n.inputs:
            _occurrences(i, factor, counts, depth + 1)
    elif n.op == "neg":
        _occurrences(n.inputs[0], -factor, counts, depth)
    elif (scaled := constant_factor(n)) is not None:
        _occurrences(scaled[1], factor * scaled[0], counts, depth)
    elif (inner := _through_move(n, depth)) is not None:
        for term, coefficient in inner.terms.items():
            counts.setdefault(moved(n, term), []).append(factor * coefficient)
    else:
        counts.setdefault(n, []).append(factor)


def minus(a: Node, b: Node) -> Linear:
    """a − b with what cancels taken out."""
    left, right = linear(a), linear(b)
    terms = dict(left.terms)
    for term, coefficient in right.terms.items():
        terms[term] = terms.get(term, 0.0) - coefficient
    return Linear({t: c for t, c in terms.items() if c != 0}, left.constant - right.constant)


def difference(a: Node, b: Node) -> Node | None:
    """a − b where something cancels exactly; None where nothing does."""
    left, right = linear(a), linear(b)
    shared = any(t in right.terms for t in left.terms)
    if not shared and not (left.constant and right.constant):
        return None
    if not shared and (left.terms or right.terms) and left.constant != right.constant:
        return None
    return combine(minus(a, b), a)
