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
    if n.op != "mul" or n.inputs[1].constant != 0.5 or n.inputs[0].op != "select_n":
        return None
    _, tails, middle = n.inputs[0].inputs
    if middle.op != "add" or middle.inputs[0].op != "erf" or middle.inputs[1].constant != 1:
        return None
    w = middle.inputs[0].inputs[0]
    size = apply("abs", w)
    if tails.op != "select_n" or apply("erfc", size) not in tails.inputs:
        return None
    factor = constant_factor(w)
    if factor is not None and abs(factor[0] * math.sqrt(2) - 1) < 1e-6:
        return factor[1]
    return w * math.sqrt(2)


def tail(n: Node) -> Node | None:
    """x where n is 1 − Φ(x)."""
    minus, one = n.inputs
    return phi(minus.inputs[0]) if one.constant == 1 and minus.op == "neg" else None


@rule("log", "ndtr", "mul", formula="log Φ(x) by its asymptotic series for small x")
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


@rule("minus_one", "ndtr", "mul", formula="Φ(x) − 1 = −Φ(−x)")
def _(views: Views, n: Node) -> Node | None:
    x = phi(n)
    return None if x is None else -apply("ndtr", -x)


@rule(
    "scaled", "ndtr", "mul", "add", formula="Φ(x) = 1 · e^{log Φ(x)}, 1 − Φ(x) = 1 · e^{log Φ(−x)}"
)
def _(views: Views, n: Node) -> Scaled | None:
    if (n.op == "add" and tail(n) is None) or (n.op != "add" and phi(n) is None):
        return None
    return Scaled(stretched(n.like(1.0), n.shape), views.log_of(n))
