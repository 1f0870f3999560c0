"""The normal distribution function Φ, also as the error functions that JAX writes for it."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import apply, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import constant_factor
from gradus.calculus.stability.views import Scaled, Views, rule


def phi(n: Node) -> Node | None:
    """x where n is Φ(x): ½ (1 + erf w) for small w = x/√2, ½ erfc(∓w) in the tails."""
    if n.op == "ndtr":
        return n.inputs[0]
    half = constant_factor(n)
    if half is None or half[0] != 0.5:
        return None
    return tails_of(half[1]) if half[1].op == "select_n" else plain_tail(half[1])


def plain_tail(n: Node) -> Node | None:
    """x where n is 2Φ(x), spelled 1 + erf(x/√2), 1 − erf(−x/√2) or erfc(−x/√2)."""
    if n.op == "erfc":
        return -times_root_two(n.inputs[0])
    if n.op != "add" or n.inputs[1].constant != 1:
        return None
    part = n.inputs[0]
    if part.op == "erf":
        return times_root_two(part.inputs[0])
    if part.op == "neg" and part.inputs[0].op == "erf":
        return -times_root_two(part.inputs[0].inputs[0])
    return None


def tails_of(n: Node) -> Node | None:
    """x where n is 2Φ(x) as JAX writes it, with other formulas for the tails."""
    _, tails, middle = n.inputs
    if middle.op != "add" or middle.inputs[0].op != "erf" or middle.inputs[1].constant != 1:
        return None
    w = middle.inputs[0].inputs[0]
    if tails.op != "select_n" or apply("erfc", apply("abs", w)) not in tails.inputs:
        return None
    return times_root_two(w)


def times_root_two(w: Node) -> Node:
    """√2 w, or x where w is x/√2."""
    factor = constant_factor(w)
    if factor is not None and abs(factor[0] * math.sqrt(2) - 1) < 1e-6:
        return factor[1]
    return w * math.sqrt(2)


def tail(n: Node) -> Node | None:
    """x where n is 1 − Φ(x)."""
    minus, one = n.inputs
    return phi(minus.inputs[0]) if one.constant == 1 and minus.op == "neg" else None


@rule("log", "ndtr", "mul", "div", formula="log Φ(x) by its asymptotic series for small x")
def _(views: Views, n: Node) -> Node | None:
    x = phi(n)
    return None if x is None else apply("log_ndtr", x)


@rule("log", "add", formula="log(1 − Φ(x)) = log Φ(−x)")
def _(views: Views, n: Node) -> Node | None:
    x = tail(n)
    return None if x is None else apply("log_ndtr", -x)


@rule("log", "add", formula="log(Φ(b) − Φ(a)) = log Φ(b) + log(1 − Φ(a)/Φ(b)), in the lower tail")
def _(views: Views, n: Node) -> Node | None:
    for upper, minus in (n.inputs, n.inputs[::-1]):
        if minus.op != "neg":
            continue
        a, b = phi(minus.inputs[0]), phi(upper)
        if a is not None and b is not None:
            return apply("log_normal_interval", a, b)
    return None


@rule("minus_one", "ndtr", "mul", "div", formula="Φ(x) − 1 = −Φ(−x)")
def _(views: Views, n: Node) -> Node | None:
    x = phi(n)
    return None if x is None else -apply("ndtr", -x)


@rule(
    "scaled",
    "ndtr",
    "mul",
    "div",
    "add",
    formula="Φ(x) = 1 · e^{log Φ(x)}, 1 − Φ(x) = 1 · e^{log Φ(−x)}",
)
def _(views: Views, n: Node) -> Scaled | None:
    if (n.op == "add" and tail(n) is None) or (n.op != "add" and phi(n) is None):
        return None
    return Scaled(stretched(n.like(1.0), n.shape), views.log_of(n))
