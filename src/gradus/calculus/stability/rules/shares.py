"""Shares xᵢ/Σx, such as softmax: what the others have together."""

from __future__ import annotations

from typing import NamedTuple

from gradus.calculus.stability.expressions import is_move, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.views import Views


class Share(NamedTuple):
    """x / Σx over some axes of x."""

    x: Node
    axes: tuple[int, ...]


def share(n: Node) -> Share | None:
    """n as a share of a sum."""
    if n.op != "div":
        return None
    x, total = n.inputs
    axes_kept = None
    while is_move(total) and total.op in ("broadcast_in_dim", "reshape"):
        axes_kept = total if axes_kept is None else axes_kept
        total = total.inputs[0]
    if total.op != "reduce_sum" or total.inputs[0] is not x or not x.positive:
        return None
    return Share(x, tuple(total.params["axes"]))


def complement(views: Views, n: Node) -> Node | None:
    """1 − xᵢ/Σx, the largest share by the sum of the others."""
    found = share(n)
    if found is None:
        return None
    logs = views.log_of(found.x)
    logs = stretched(logs, found.x.shape)
    return n.graph.make("share_of_others", (logs,), {"axes": found.axes}, n.shape, n.dtype)
