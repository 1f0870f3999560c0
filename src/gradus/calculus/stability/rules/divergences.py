"""Divergences of two nearly equal numbers, from their relative difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradus.calculus.stability.expressions import apply, log
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import Linear, combine, factors, linear
from gradus.calculus.stability.rules.differences import product, terms
from gradus.calculus.stability.views import Views, rule


@rule("value", "add", formula="a log(a/b) − a + b by a series in (a − b)/b")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    for t, c in form.terms.items():
        for a, logs in weighted_logs(t):
            rest = {u: k for u, k in form.terms.items() if u is not t}
            top, b = logarithm_of_ratio(logs)
            if top is not a or rest.pop(a, None) != -c or b is None:
                continue
            constant = form.constant
            if b.constant is not None:
                constant -= c * b.constant
            elif rest.pop(b, None) != c:
                continue
            main = apply("generalized_entropy", a, b) * c
            return plus_rest(main, rest, constant, n)
    return None


def weighted_logs(n: Node) -> Iterator[tuple[Node, Node]]:
    """(a, L) where n is a · L."""
    if n.op in ("mul", "absorbed"):
        yield n.inputs[0], n.inputs[1]
        yield n.inputs[1], n.inputs[0]


def logarithm_of_ratio(n: Node) -> tuple[Any, Any]:
    """(a, b) where n is log(a/b) or log a − log b."""
    if n.op == "log" and n.inputs[0].op == "div":
        return n.inputs[0].inputs
    pair = terms(n) if n.op == "add" else None
    if pair is not None and all(i.op == "log" for i in pair):
        return pair[0].inputs[0], pair[1].inputs[0]
    if n.op == "log":
        return n.inputs[0], n.like(1.0)
    return None, None


@rule("value", "add", formula="a/b − 1 − log(a/b) by a series in (a − b)/b")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    for t, c in form.terms.items():
        for a, b, k, others in ratios(t):
            constant = form.constant + c * k
            left = {u: x for u, x in form.terms.items() if u is not t}
            rest = without_log_ratio(left, a, b, -c * k)
            if rest is None or abs(constant) >= abs(c * k):  # no 1 that cancels
                continue
            main = itakura_saito(views, a, b) * (c * k)
            main = main if others is None else main + others * c
            return plus_rest(main, rest, constant, n)
    return None


def ratios(n: Node) -> Iterator[tuple[Node, Node, float, Node | None]]:
    """(a, b, k, others) where n is k · a/b + others."""
    if n.op != "div":
        yield n, n.like(1.0), 1.0, None
        return
    top, (d, below) = n.inputs[0], factors(n.inputs[1])
    bottom = product(below, n)
    if not below or not d:
        return
    c, above = factors(top)
    if len(above) <= 1:
        yield (above[0] if above else n.like(1.0)), bottom, c / d, None
    if top.op == "add":
        for p, q in (top.inputs, top.inputs[::-1]):
            yield p, bottom, 1 / d, q / bottom * (1 / d)


def without_log_ratio(
    left: dict[Node, float], a: Node, b: Node, c: float
) -> dict[Node, float] | None:
    """The terms without c log(a/b), in any of its spellings; None if it is not among them."""
    for x, y, k in spelled_logs(a, b, c):
        for pieces in ({log(x / y): k}, {log(y / x): -k}, {log(x): k, log(y): -k}):
            wanted = {u: v for u, v in pieces.items() if u.constant != 0}
            if wanted and all(left.get(u) == v for u, v in wanted.items()):
                return {u: v for u, v in left.items() if u not in wanted}
    return None


def spelled_logs(a: Node, b: Node, c: float) -> Iterator[tuple[Node, Node, float]]:
    """c log(a/b), and 2c log(x/y) for a = x², b = y²."""
    yield a, b, c
    if a.op == b.op == "integer_pow" and a.params["y"] == b.params["y"]:
        yield a.inputs[0], b.inputs[0], c * a.params["y"]


def itakura_saito(views: Views, a: Node, b: Node) -> Node:
    """a/b − 1 − log(a/b), of squares from their roots."""
    if b.constant == 1:
        return apply("itakura_saito", less_one(views, a), a, views.log_of(a))
    power = 1
    if a.op == b.op == "integer_pow" and a.params["y"] == b.params["y"] == 2:
        a, b, power = a.inputs[0], b.inputs[0], 2
    rest, ratio = (a - b) / b, a / b
    if power == 2:
        rest, ratio = rest * ((a + b) / b), ratio**2
    return apply("itakura_saito", rest, ratio, apply("log_ratio", a, b) * float(power))


def less_one(views: Views, a: Node) -> Node:
    """a − 1, of a square x² by (x − 1)(x + 1)."""
    found = views.minus_one(a)
    if found is None and a.op == "integer_pow" and a.params["y"] == 2:
        return (a.inputs[0] - 1.0) * (a.inputs[0] + 1.0)
    return a - 1.0 if found is None else found


def plus_rest(main: Node, rest: dict[Node, float], constant: float, n: Node) -> Node:
    """A part of a sum and the rest of it."""
    if abs(constant) < 1e-12:
        constant = 0.0
    return main + combine(Linear(rest, constant), n) if rest or constant else main
