"""Square roots: norms without overflow, and subgradient 0 where a norm is 0."""

from __future__ import annotations

import math
from typing import Any

from gradus.calculus.stability.expressions import (
    apply,
    exp,
    is_move,
    moved,
    reduced,
    select,
    stretched,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.rules.differences import terms
from gradus.calculus.stability.rules.mantissas import as_sum
from gradus.calculus.stability.views import Views, rule


@rule("value", "sqrt", formula="√eᵘ = e^{u/2}")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    return exp(q.inputs[0] * 0.5) if q.op == "exp" else None


@rule("value", "sqrt", formula="√q = |r| for q = r², without computing r²")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    root = views.ask("root", q)
    if root is None and views.value(q) is not q:
        root = views.ask("root", views.value(q))
    if root is None or root.constant is not None:
        return None
    return root if root.range.nonnegative else apply("abs", root)


@rule("root", "integer_pow", formula="the root of x² is x")
def _(views: Views, n: Node) -> Node | None:
    return n.inputs[0] if n.params["y"] == 2 else None


@rule("root", "exp", formula="the root of eᵘ is e^{u/2}")
def _(views: Views, n: Node) -> Node:
    return exp(n.inputs[0] * 0.5)


@rule("root", "constant", formula="the root of a number")
def _(views: Views, n: Node) -> Node | None:
    return n.like(math.sqrt(n.constant)) if n.constant is not None and n.constant >= 0 else None


@rule("root", "reduce_sum", formula="the root of Σx² is s √Σ(x/s)², s the largest |x|")
def _(views: Views, n: Node) -> Node | None:
    x = views.ask("root", n.inputs[0])
    if x is None:
        return None
    x = stretched(x, n.inputs[0].shape)
    return n.graph.make("norm", (x,), {"axes": tuple(n.params["axes"])}, n.shape, n.dtype)


@rule("root", "dot_general", formula="the root of x · x is ‖x‖")
def _(views: Views, n: Node) -> Node | None:
    return views.ask("root", as_sum(n)) if n.shape == () else None


@rule("root", "add", formula="the root of x² + y² is s √((x/s)² + (y/s)²), s the larger")
def _(views: Views, n: Node) -> Node | None:
    a, b = (views.ask("root", i) for i in n.inputs)
    return None if a is None or b is None else apply("hypot", a, b)


@rule("root", "mul", "div", formula="the root of x² y² is xy")
def _(views: Views, n: Node) -> Node | None:
    a, b = (views.ask("root", i) for i in n.inputs)
    if a is None or b is None:
        return None
    return a * b if n.op == "mul" else a / b


@rule("root", "max", formula="the root of max(x², y²) is max(|x|, |y|)")
def _(views: Views, n: Node) -> Node | None:
    a, b = (views.ask("root", i) for i in n.inputs)
    return None if a is None or b is None else apply("max", apply("abs", a), apply("abs", b))


@rule("root", "add", formula="the root of what stands for a sum")
def _(views: Views, n: Node) -> Node | None:
    better = views.value(n)
    return None if better is n else views.ask("root", better)


@rule("root", "select_n", formula="the root of where(c, x², y²) is where(c, |x|, |y|)")
def _(views: Views, n: Node) -> Node | None:
    condition, *branches = n.inputs
    roots = [b if undefined(b) else views.ask("root", b) for b in branches]
    if len(branches) != 2 or any(r is None for r in roots):
        return None
    return select(condition, *(r if undefined(r) else apply("abs", r) for r in roots))


def undefined(n: Node) -> bool:
    """Whether n is the constant that says "not a number"."""
    while is_move(n):
        n = n.inputs[0]
    value = n.params.get("value")
    return isinstance(value, float) and math.isnan(value)


@rule("value", "sqrt", formula="√(xy) = √|x| √|y|; √(x² − y²) by √|x − y| √|x + y|")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    pair = terms(q) if q.op == "add" else None
    if pair is not None and all(squared(i) is not None for i in pair):
        x, y = map(squared, pair)
        return apply("root_of_product", x - y, x + y)
    if q.op != "mul" or any(i.constant is not None for i in q.inputs):
        return None
    if any(i.op == "mul" and not number_times(i) for i in q.inputs):
        return root_of_factors(q)
    return apply("root_of_product", *q.inputs)


def number_times(n: Node) -> bool:
    """Whether n is a number times something."""
    return any(i.constant is not None for i in n.inputs)


def root_of_factors(q: Node) -> Node | None:
    """√ of a product of many factors, with the signs apart."""
    factors, stack = [], [q]
    while stack:
        m = stack.pop()
        if m.op == "mul" and not number_times(m):
            stack += m.inputs
        else:
            factors.append(m)
    if len(factors) > 6:
        return None
    signs, total = apply("sign", factors[0]), apply("sqrt", apply("abs", factors[0]))
    for f in factors[1:]:
        total = total * apply("sqrt", apply("abs", f))
        signs = signs * apply("sign", f)
    return apply("where_positive", total, signs)


@rule("value", "mul", formula="x · (1/√q) = x/√q")
def _(views: Views, n: Node) -> Node | None:
    for x, y in (n.inputs, n.inputs[::-1]):
        inverse = y.inputs[0] if is_move(y) else y
        if inverse.op != "div" or inverse.inputs[0].constant != 1:
            continue
        if inverse.inputs[1].op == "sqrt":
            root = inverse.inputs[1]
            return x / (moved(y, root) if is_move(y) else root)
    return None


@rule("value", "div", formula="x²/y² = (x/y)²")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    top = a.inputs[0] if a.op == "neg" else a
    if b.constant is not None or top.constant is not None or views.scaled(top) is not None:
        return None
    x, y = views.ask("root", top), views.ask("root", b)
    if x is None or y is None:
        return None
    return -((x / y) ** 2) if a.op == "neg" else (x / y) ** 2


@rule("value", "div", formula="Σxy/(‖x‖ ‖y‖) = Σ (x/‖x‖)(y/‖y‖)")
def _(views: Views, n: Node) -> Node | None:
    bottom = views.value(n.inputs[1])
    if n.shape != () or bottom.op != "mul":
        return None
    norms = [views.value(i) for i in bottom.inputs]
    top = as_sum(n.inputs[0]) if n.inputs[0].op == "dot_general" else n.inputs[0]
    if any(i.op != "norm" for i in norms) or top.op != "reduce_sum":
        return None
    x, y = (i.inputs[0] for i in norms)
    if top.inputs[0] not in (x * y, y * x):
        return None
    return reduced("reduce_sum", (x / norms[0]) * (y / norms[1]), tuple(range(len(x.shape))))


@rule("minus_one", "div", formula="1 − x·y/(‖x‖ ‖y‖) = ½ ‖x/‖x‖ − y/‖y‖‖²")
def _(views: Views, n: Node) -> Node | None:
    better = views.value(n)
    if better.op != "reduce_sum" or better.inputs[0].op != "mul":
        return None
    x, y = better.inputs[0].inputs
    if any(i.op != "div" or views.value(i.inputs[1]).op != "norm" for i in (x, y)):
        return None
    if any(i.inputs[0] is not views.value(i.inputs[1]).inputs[0] for i in (x, y)):
        return None
    return reduced("reduce_sum", (x - y) ** 2, tuple(better.params["axes"])) * -0.5


@rule("value", "sqrt", formula="√q of a sum of squares, with derivative 0 at 0")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    return apply("root_of_squares", q) if sum_of_squares(q) else None


def squared(q: Node) -> Any:
    """x where q is x²."""
    if q.op == "integer_pow" and q.params["y"] == 2:
        return q.inputs[0]
    return None


def image_of(n: Node, x: Node, depth: int = 0) -> bool:
    """Whether n is A x, or the solution of A n = x."""
    if n is x:
        return True
    linear_in_x = n.op in ("dot_general", "part", "triangular_solve") or n.op.startswith(
        "custom_lin"
    )
    if depth > 8 or not (linear_in_x or is_move(n)):
        return False
    return any(image_of(i, x, depth + 1) for i in n.inputs)


def sum_of_squares(q: Node) -> bool:
    """Whether q is a sum of squares with factors that are not negative, so that at 0 every
    square is 0."""
    if squared(q) is not None:
        return True
    if is_move(q) or q.op == "reduce_sum":
        return sum_of_squares(q.inputs[0])
    if q.op in ("mul", "div"):
        a, b = q.inputs
        return (sum_of_squares(a) and b.shape == ()) or (
            q.op == "mul" and sum_of_squares(b) and a.range.nonnegative
        )
    if q.op == "add":
        return all(map(sum_of_squares, q.inputs))
    if q.op == "dot_general":
        a, b = q.inputs
        return a is b or image_of(a, b) or image_of(b, a)
    if q.op == "select_n":
        branches = q.inputs[1:]
        return any(map(sum_of_squares, branches)) and all(
            sum_of_squares(b) or b.constant is not None or b.op == "constant" for b in branches
        )
    return False
