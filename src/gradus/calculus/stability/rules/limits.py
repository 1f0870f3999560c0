"""Quotients with a limit at 0/0, and divergences of two nearly equal numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradus.calculus.stability.expressions import apply, as_written, log
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import Linear, combine, factors, linear
from gradus.calculus.stability.rules.differences import product, terms
from gradus.calculus.stability.views import Views, rule


@rule("value", "div", formula="(eᵘ − 1)/v = (u/v) φ(u), φ(u) = (eᵘ − 1)/u, for small u = v …")
def limit(views: Views, n: Node) -> Node | None:
    (c, top), (d, bottom) = map(factors, n.inputs)
    if not d:
        return None
    for inside, outside, upwards in ((top, bottom, True), (bottom, top, False)):
        found = near_zero(views, inside, outside)
        if found is None:
            continue
        logarithm, whole, rest, others = found
        above, below = ([*rest, whole], others) if upwards else (others, [*rest, whole])
        answer = product(above, n) * (c / d)
        answer = answer / product(below, n) if below else answer
        otherwise = views.beyond(limit, "value", n)
        return apply(
            "near_zero", logarithm, answer, as_written(n) if otherwise is None else otherwise
        )
    return None


def near_zero(views: Views, inside: list[Node], outside: list[Node]) -> Any:
    """For eᵘ − 1 inside and a factor v of u outside: u, (eᵘ − 1)/v, and what else is inside and
    outside."""
    for n in inside:
        power, sign = less_one(n)
        logarithm = None if power is None else views.log(power)
        found = None if logarithm is None else shared_factors(logarithm, outside)
        if logarithm is None or found is None:
            continue
        rest, others = found
        whole = rest * apply("expm1_over", logarithm) * sign
        return logarithm, whole, [i for i in inside if i is not n], others
    return None


def less_one(n: Node) -> tuple[Node | None, float]:
    """(E, ±1) where n is ±(E − 1)."""
    if n.op == "neg":
        power, sign = less_one(n.inputs[0])
        return power, -sign
    if n.op != "add":
        return None, 1.0
    a, b = n.inputs
    if b.constant == -1:
        return a, 1.0
    if b.constant == 1 and a.op == "neg":
        return a.inputs[0], -1.0
    return None, 1.0


def shared_factors(n: Node, outside: list[Node]) -> tuple[Node, list[Node]] | None:
    """n without the factors it shares, or whose logarithm log(1 + v) it holds; and those left."""
    c, parts = factors(n)
    others = []
    for v in outside:
        near = next((p for p in parts if log_of_sum(p) is v), None)
        if v in parts:
            parts.remove(v)
        elif near is not None:
            parts[parts.index(near)] = apply("log1p_over", v)
        else:
            others.append(v)
    return None if len(others) == len(outside) else (product(parts, n) * c, others)


def log_of_sum(n: Node) -> Node | None:
    """v where n is log(1 + v)."""
    if n.op == "log1p":
        return n.inputs[0]
    if n.op == "log_near_one":
        return n.inputs[1]
    if n.op == "log" and n.inputs[0].op == "add" and n.inputs[0].inputs[1].constant == 1:
        return n.inputs[0].inputs[0]
    return None


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
            others_ = {u: x for u, x in form.terms.items() if u is not t}
            rest = without_log_ratio(others_, a, b, -c * k)
            if rest is None:
                continue
            main = itakura_saito(a, b) * (c * k)
            main = main if others is None else main + others * c
            return plus_rest(main, rest, constant, n)
    return None


def ratios(n: Node) -> Iterator[tuple[Node, Node, float, Node | None]]:
    """(a, b, k, others) where n is k · a/b + others."""
    if n.op != "div":
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
    terms_: dict[Node, float], a: Node, b: Node, c: float
) -> dict[Node, float] | None:
    """The terms without c log(a/b), in any of its spellings; None if it is not among them."""
    for x, y, k in spelled_logs(a, b, c):
        for pieces in ({log(x / y): k}, {log(y / x): -k}, {log(x): k, log(y): -k}):
            wanted = {u: v for u, v in pieces.items() if u.constant != 0}
            if wanted and all(terms_.get(u) == v for u, v in wanted.items()):
                return {u: v for u, v in terms_.items() if u not in wanted}
    return None


def spelled_logs(a: Node, b: Node, c: float) -> Iterator[tuple[Node, Node, float]]:
    """c log(a/b), and 2c log(x/y) for a = x², b = y²."""
    yield a, b, c
    if a.op == b.op == "integer_pow" and a.params["y"] == b.params["y"]:
        yield a.inputs[0], b.inputs[0], c * a.params["y"]


def itakura_saito(a: Node, b: Node) -> Node:
    """a/b − 1 − log(a/b), of squares from their roots."""
    power = 1
    if a.op == b.op == "integer_pow" and a.params["y"] == b.params["y"] == 2:
        a, b, power = a.inputs[0], b.inputs[0], 2
    rest, ratio = (a - b) / b, a / b
    if power == 2:
        rest, ratio = rest * ((a + b) / b), ratio**2
    return apply("itakura_saito", rest, ratio, apply("log_ratio", a, b) * float(power))


def plus_rest(main: Node, rest: dict[Node, float], constant: float, n: Node) -> Node:
    """A part of a sum and the rest of it."""
    if abs(constant) < 1e-12:
        constant = 0.0
    return main + combine(Linear(rest, constant), n) if rest or constant else main
