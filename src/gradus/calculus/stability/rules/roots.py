"""Square roots: norms without overflow, and subgradient 0 where a norm is 0."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import apply, exp, is_move, moved
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.rules.differences import terms
from gradus.calculus.stability.views import Views, rule


@rule("value", "sqrt", formula="√eᵘ = e^{u/2}")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    return exp(q.inputs[0] * 0.5) if q.op == "exp" else None


@rule("value", "sqrt", formula="√x² = |x|")
def _(views: Views, n: Node) -> Node | None:
    x = squared(n.inputs[0])
    return None if x is None else apply("abs", x)


@rule("value", "sqrt", formula="√(x² − y²) = √|x − y| √|x + y|")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    pair = terms(q) if q.op == "add" else None
    if pair is None or any(squared(i) is None for i in pair):
        return None
    x, y = map(squared, pair)
    return apply("root_of_product", x - y, x + y)


@rule("value", "sqrt", formula="√Σx² = s √Σ(x/s)², s the largest |x|")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    moves = []
    while is_move(q) and q.op in ("broadcast_in_dim", "reshape", "squeeze", "transpose"):
        moves.append(q)
        q = q.inputs[0]
    found = norm(q)
    if found is None:
        return None
    for move in reversed(moves):
        found = moved(move, found)
    return found


def norm(q: Node) -> Node | None:
    """√q of a sum of squares over axes."""
    if q.op == "reduce_sum" and squared(q.inputs[0]) is not None:
        x, axes = squared(q.inputs[0]), tuple(q.params["axes"])
    elif q.op == "dot_general" and q.inputs[0] is q.inputs[1] and q.shape == ():
        x = q.inputs[0]
        axes = tuple(range(len(x.shape)))
    else:
        return None
    return q.graph.make("norm", (x,), {"axes": axes}, q.shape, q.dtype)


@rule("value", "sqrt", formula="√(x² + y²) = s √((x/s)² + (y/s)²), s the larger")
def _(views: Views, n: Node) -> Node | None:
    (q,) = n.inputs
    sides = legs(q)
    if sides is None or len(sides) < 2:
        return None
    total = sides[0]
    for side in sides[1:]:
        total = apply("hypot", total, side)
    return total


def legs(q: Node) -> list[Node] | None:
    """The x, y, … of a sum x² + y² + …; a positive number counts as the square of its root."""
    if q.op == "add":
        a, b = map(legs, q.inputs)
        return None if a is None or b is None else a + b
    x = squared(q)
    if x is not None:
        return [x]
    if q.constant is not None and q.constant >= 0:
        return [q.like(math.sqrt(q.constant))]
    return None


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
