"""Products and quotients whose parts overflow, vanish, or are 0 · ∞."""

from __future__ import annotations

import numpy as np

from gradus.calculus.stability.expressions import (
    already_shifted,
    apply,
    axes,
    is_move,
    stretched,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.rules.mantissas import as_sum, whole
from gradus.calculus.stability.views import Views, rule


@rule("value", "log", formula="log n by the view of n")
def _(views: Views, n: Node) -> Node | None:
    return views.log(n.inputs[0])


@rule(
    "value",
    "log1p",
    formula="log1p(eᵘ) = softplus u, log1p(−eᵘ) = log1mexp u, log1p(n) = log(1 + n)",
)
def _(views: Views, n: Node) -> Node | None:
    (x,) = n.inputs
    return views.log(x + 1.0)


@rule("value", "div", "mul", formula="a quotient of sums of exponentials, shifted by the largest")
def _(views: Views, n: Node) -> Node | None:
    return views.exponentials.quotient_of(n)


@rule("value", "div", formula="(Σ m e^E)/(Σ k e^F), each sum shifted by its largest exponent")
def _(views: Views, n: Node) -> Node | None:
    _, bottom = n.inputs
    if bottom.constant is not None or views.scaled(bottom) is None:
        return None
    found = views.scaled(n)
    return None if found is None else whole(found)


@rule("value", "mul", formula="(m e^E)(k e^F) = mk e^{E + F}")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    if any(i.constant is not None or views.scaled(i) is None for i in (a, b)):
        return None
    found = views.scaled(n)
    return None if found is None else whole(found)


@rule("value", "mul", formula="x log y with 0 · log 0 = 0")
def _(views: Views, n: Node) -> Node | None:
    for weight, y in (n.inputs, n.inputs[::-1]):
        if weight.constant is None and logarithmic(y):
            return apply("absorbed", stretched(weight, n.shape), stretched(y, n.shape))
    return None


@rule("value", "mul", formula="m eᵘ with 0 · ∞ = 0 for a mask m")
def _(views: Views, n: Node) -> Node | None:
    for mask, x in (n.inputs, n.inputs[::-1]):
        inner = x
        while is_move(inner):
            inner = inner.inputs[0]
        if inner.op == "exp" and is_mask(mask) and x.shape == n.shape:
            return apply("absorbed", stretched(mask, n.shape), x)
    return None


def is_mask(n: Node) -> bool:
    """Whether n consists of zeros and ones."""
    while is_move(n):
        n = n.inputs[0]
    if n.op == "convert_element_type":
        return n.inputs[0].dtype == np.dtype(bool)
    if n.op != "constant":
        return False
    value = np.asarray(n.params["value"])
    return value.ndim > 0 and bool(np.all((value == 0) | (value == 1)))


@rule("value", "dot_general", formula="x · log y with 0 · log 0 = 0")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    masked = (a.op == "exp" and is_mask(b)) or (b.op == "exp" and is_mask(a))
    if n.shape != () or not (masked or any(map(logarithmic, n.inputs))):
        return None
    return as_sum(n)


def logarithmic(n: Node, depth: int = 0) -> bool:
    """Whether n is a sum with a logarithm in it that can be infinite."""
    if n.op in ("log", "log1p"):
        return not shifted_sum(n.inputs[0])
    if depth > 5 or not n.is_float:
        return False
    if n.op == "neg" or (is_move(n) and n.op != "gather"):
        return logarithmic(n.inputs[0], depth + 1)
    if n.op == "add":
        return any(logarithmic(i, depth + 1) for i in n.inputs)
    if n.op in ("mul", "div") and n.inputs[1].constant is not None:
        return logarithmic(n.inputs[0], depth + 1)
    return False


def shifted_sum(n: Node) -> bool:
    """Whether n is Σ e^{z − max z}, which is 1 at least."""
    while is_move(n):
        n = n.inputs[0]
    return n.op == "reduce_sum" and already_shifted(n.inputs[0], axes(n))


@rule("value", "pow", formula="nᵘ = e^{u log n} for n > 0, if n has a view of its logarithm")
def _(views: Views, n: Node) -> Node | None:
    base, power = n.inputs
    if base.constant is not None or base.op not in (
        "add",
        "exp",
        "reduce_prod",
        "div",
        "mul",
        "det",
    ):
        return None
    if not base.positive and (power.constant is None or power.constant % 1 == 0):
        return None
    logs = views.log(base)
    return None if logs is None else apply("exp", apply("absorbed", power, logs))
