"""Square roots: norms without overflow, and subgradient 0 where a norm is 0."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import apply, exp, is_move, reduced, stretched
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


@rule("root", "constant", formula="the root of a number")
def _(views: Views, n: Node) -> Node | None:
    return n.like(math.sqrt(n.constant)) if (n.constant or -1.0) >= 0 else None


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


@rule("value", "sqrt", formula="√(x² − y²) = √|x − y| √|x + y|")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    pair = terms(q) if q.op == "add" else None
    if pair is None or any(squared(i) is None for i in pair):
        return None
    x, y = map(squared, pair)
    return apply("root_of_product", x - y, x + y)


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


@rule("value", "sqrt", formula="√q of a sum of squares, with derivative 0 at 0")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    return apply("root_of_squares", q) if sum_of_squares(q) else None


def squared(q: Node) -> Node | None:
    """x where q is x²."""
    if q.op == "integer_pow" and q.params["y"] == 2:
        return q.inputs[0]
    return None


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
        return q.inputs[0] is q.inputs[1]
    if q.op == "select_n":
        branches = q.inputs[1:]
        return any(map(sum_of_squares, branches)) and all(
            sum_of_squares(b) or b.constant is not None or b.op == "constant" for b in branches
        )
    return False
