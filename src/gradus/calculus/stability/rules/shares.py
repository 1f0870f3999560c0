"""Shares xᵢ/Σx, such as softmax: their logarithms, and what the others have together."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from gradus.calculus.stability.expressions import is_move, moved, reduced, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import constant_factor
from gradus.calculus.stability.views import Views, rule


class Share(NamedTuple):
    """x / Σx over some axes of x, of which `moves` picks elements afterwards."""

    x: Node
    axes: tuple[int, ...]
    moves: list[Node]


def share(n: Node) -> Share | None:
    """n as a share of a sum of positive numbers, by division or times the reciprocal."""
    found = part_of_sum(n)
    return found if found is not None and found.x.positive else None


def part_of_sum(n: Node) -> Share | None:
    """n as a part of a sum of any numbers."""
    if n.op == "mul":
        return next(filter(None, map(part_of_sum, reciprocals(n))), None)
    if n.op != "div":
        return None
    part, total = n.inputs
    while is_move(total) and total.op in ("broadcast_in_dim", "reshape"):
        total = total.inputs[0]
    if total.op != "reduce_sum":
        return None
    x, moves = part, []
    while x is not total.inputs[0] and is_move(x):
        moves.insert(0, x)
        x = x.inputs[0]
    if x is not total.inputs[0] or (moves and total.shape != ()):
        return None
    return Share(x, tuple(total.params["axes"]), moves)


def picked_share(n: Node) -> bool:
    """Whether n is an element of shares."""
    while is_move(n):
        n = n.inputs[0]
    return share(n) is not None


def reciprocals(n: Node) -> Iterator[Node]:
    """x/y where n is x · (1/y)."""
    for x, y in (n.inputs, n.inputs[::-1]):
        inverse = y.inputs[0] if is_move(y) else y
        if inverse.op == "div" and inverse.inputs[0].constant == 1:
            below = inverse.inputs[1]
            yield x / (moved(y, below) if is_move(y) else below)


def answered(op: str, views: Views, n: Node) -> Node | None:
    """An operation on the logarithms of all shares, with those of n picked out."""
    found = share(n)
    if found is None:
        return None
    x = found.x
    logs = stretched(views.log_of(x), x.shape)
    answer = n.graph.make(op, (logs,), {"axes": found.axes}, x.shape, n.dtype)
    return picked(answer, found.moves)


@rule("log", "div", "mul", formula="log(xᵢ/Σx) = zᵢ − z* − log1p(Σ of the others e^{z − z*})")
def _(views: Views, n: Node) -> Node | None:
    return answered("log_share", views, n)


@rule("log", "mul", "div", formula="log(c xᵢ/Σx) = log c + log(xᵢ/Σx)")
def _(views: Views, n: Node) -> Node | None:
    factor = constant_factor(n)
    if factor is None or factor[0] <= 0 or not picked_share(factor[1]):
        return None
    return views.log_of(factor[1]) + math.log(factor[0])


@rule("minus_one", "div", "mul", formula="xᵢ/Σx − 1 = −(Σ of the others)/Σx")
def _(views: Views, n: Node) -> Node | None:
    rest = answered("share_of_others", views, n)
    return None if rest is None else -rest


@rule("minus_one", "reduce_sum", "dot_general", formula="1 − Σp² = Σ p (1 − p) for shares p")
def _(views: Views, n: Node) -> Node | None:
    if n.op == "dot_general" and (n.shape != () or n.inputs[0] is not n.inputs[1]):
        return None
    p = n.inputs[0]
    if n.op == "reduce_sum":
        if p.op != "integer_pow" or p.params["y"] != 2:
            return None
        p = p.inputs[0]
    found, over = share(p), n.params.get("axes", tuple(range(len(p.shape))))
    if found is None or found.moves or tuple(over) != found.axes:
        return None
    rest = answered("share_of_others", views, p)
    return None if rest is None else -reduced("reduce_sum", p * rest, found.axes)


@rule("log", "add", formula="log(1 − xᵢ/Σx) = log Σ of the others − log Σx")
def _(views: Views, n: Node) -> Node | None:
    minus, one = n.inputs
    if one.constant != 1 or minus.op != "neg":
        return None
    moves: list[Node] = []
    p = minus.inputs[0]
    while is_move(p):
        moves.insert(0, p)
        p = p.inputs[0]
    answer = answered("log_share_of_others", views, p)
    return None if answer is None else picked(answer, moves)


def picked(answer: Node, moves: list[Node]) -> Node:
    """The answer for all shares, with the elements picked that the moves pick."""
    for move in moves:
        answer = moved(move, answer)
    return answer
