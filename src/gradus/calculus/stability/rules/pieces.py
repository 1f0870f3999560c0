"""Sums of joined vectors, such as the differences of [0, p, 1], piece by piece."""

from __future__ import annotations

from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.views import Views, rule

MOST_PIECES = 16


@rule("value", "add", formula="[a, b] + [c, d] = [a + c, b + d], piece by piece")
def by_pieces(views: Views, n: Node) -> Node | None:
    parts = sums(n)
    if not any(views.ask("value", p) is not None for p in parts):
        return None
    return n.graph.make("concatenate", tuple(parts), {"dimension": 0}, n.shape, n.dtype)


@rule("log", "add", formula="log [a + c, b + d], piece by piece")
def _(views: Views, n: Node) -> Node | None:
    parts = sums(n)
    if not any(views.log(p) is not None for p in parts):
        return None
    logs = tuple(views.log_of(p) for p in parts)
    return n.graph.make("concatenate", logs, {"dimension": 0}, n.shape, n.dtype)


def sums(n: Node) -> list[Node]:
    """The sums of the pieces of two joined vectors; nothing where there are none."""
    rows = [row(i, i.shape[0]) if len(i.shape) == 1 else [] for i in n.inputs]
    if not all(rows) or all(len(r) == 1 for r in rows):
        return []
    cuts = sorted({end for r in rows for _, end in bounds(r)})
    if len(cuts) > MOST_PIECES:
        return []
    starts = [0, *cuts[:-1]]
    left, right = ([piece(r, a, b) for a, b in zip(starts, cuts, strict=True)] for r in rows)
    return [a + b for a, b in zip(left, right, strict=True)]


def row(n: Node, length: int) -> list[Node]:
    """The vectors that n joins; n itself where it joins none."""
    if n.op == "neg":
        return [-part for part in row(n.inputs[0], length)]
    if n.op == "slice" and not any(s != 1 for s in n.params.get("strides") or ()):
        inner = row(n.inputs[0], n.inputs[0].shape[0]) if len(n.inputs[0].shape) == 1 else []
        if len(inner) > 1:
            (low,), (high,) = n.params["start_indices"], n.params["limit_indices"]
            inside = [(max(low, a), min(high, b)) for a, b in bounds(inner)]
            return [piece(inner, a, b) for a, b in inside if a < b]
    if n.op == "concatenate" and len(n.shape) == 1:
        return list(n.inputs)
    return [n]


def bounds(parts: list[Node]) -> list[tuple[int, int]]:
    """Where each vector begins and ends among the joined ones."""
    edges, at = [], 0
    for part in parts:
        edges.append((at, at + part.shape[0]))
        at += part.shape[0]
    return edges


def piece(parts: list[Node], low: int, high: int) -> Node:
    """The elements from low to high, which lie in one of the vectors."""
    part, start = next(
        (p, a) for p, (a, b) in zip(parts, bounds(parts), strict=True) if a <= low and high <= b
    )
    if (low, high) == (start, start + part.shape[0]):
        return part
    params = {"start_indices": (low - start,), "limit_indices": (high - start,), "strides": None}
    return part.graph.make("slice", (part,), params, (high - low,), part.dtype)
