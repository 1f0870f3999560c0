"""Quotients with a limit at 0/0: (eᵘ − 1)/v where v is a factor of u."""

from __future__ import annotations

from typing import Any

from gradus.calculus.stability.expressions import apply, as_written
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import factors
from gradus.calculus.stability.rules.differences import product
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
