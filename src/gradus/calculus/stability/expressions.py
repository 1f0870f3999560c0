"""Operations on nodes, as rules write them: `softplus(-u)`, `log(x) + 1`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradus.calculus.stability.graph import Node

# operations that keep every element where it is among others, or move it: they commute with
# every view of a value
MOVES = {
    "broadcast_in_dim",
    "copy",
    "copy_p",
    "dynamic_slice",
    "expand_dims",
    "gather",
    "reshape",
    "rev",
    "slice",
    "squeeze",
    "stop_gradient",
    "transpose",
}


def apply(op: str, *operands: Node | float, **params: Any) -> Node:
    """An elementwise operation on nodes of one broadcast shape."""
    node = next(o for o in operands if isinstance(o, Node))
    return node.graph.apply(op, *operands, **params)


def exp(u: Node) -> Node:
    """eᵘ"""
    return apply("exp", u)


def log(u: Node) -> Node:
    """log u, as an operation: rules that want the best way to it ask for the view."""
    return apply("log", u)


def log_sum(*parts: tuple[Node, float]) -> Node:
    """log Σ wᵢ eˡⁱ of pairs (lᵢ, wᵢ) with wᵢ > 0; sums among them are opened."""
    opened: list[tuple[Node, float]] = []
    for logarithm, weight in parts:
        if logarithm.op == "log_sum" and logarithm.shape == parts[0][0].shape:
            inner = zip(logarithm.inputs, logarithm.params["weights"], strict=True)
            opened += [(u, weight * w) for u, w in inner]
        else:
            opened.append((logarithm, weight))
    if len(opened) == 1:
        ((logarithm, weight),) = opened
        return logarithm + math.log(weight)
    nodes, weights = zip(*opened, strict=True)
    return apply("log_sum", *nodes, weights=weights)


def softplus(u: Node) -> Node:
    """log(1 + eᵘ)"""
    return apply("softplus", u)


def logistic(u: Node) -> Node:
    """1/(1 + e⁻ᵘ)"""
    return apply("logistic", u)


def as_written(n: Node) -> Node:
    """n computed by its own operation, whatever rules have for it."""
    return n.graph.make("as_written", (n,), {}, n.shape, n.dtype)


def is_move(n: Node) -> bool:
    """Whether `n` only moves the elements of a real value about."""
    if n.op == "convert_element_type":
        return n.is_float and n.inputs[0].is_float
    return n.op in MOVES and n.inputs[0].is_float


def moved(n: Node, v: Node) -> Node:
    """`v` moved as `n` moves its first input."""
    source = n.inputs[0]
    dtype = n.dtype if n.op == "convert_element_type" else v.dtype
    return n.graph.make(
        n.op, (stretched(v, source.shape), *n.inputs[1:]), n.params, n.shape, dtype, n.eqn
    )


def stretched(v: Node, shape: tuple[int, ...]) -> Node:
    """`v` broadcast to `shape`."""
    if v.shape == tuple(shape):
        return v
    offset = len(shape) - len(v.shape)
    dims = tuple(range(offset, len(shape)))
    params = {"shape": tuple(shape), "broadcast_dimensions": dims, "sharding": None}
    return v.graph.make("broadcast_in_dim", (v,), params, shape, v.dtype)


def reduced(op: str, v: Node, axes: tuple[int, ...]) -> Node:
    """A reduction ("reduce_sum", "reduce_max" …) over `axes`."""
    shape = tuple(s for i, s in enumerate(v.shape) if i not in axes)
    return v.graph.make(op, (v,), {"axes": tuple(axes)}, shape, v.dtype)


def kept(v: Node, like: Node, axes: tuple[int, ...]) -> Node:
    """A reduced value stretched back over the `axes` that were summed."""
    dims = tuple(i for i in range(len(like.shape)) if i not in axes)
    params = {"shape": like.shape, "broadcast_dimensions": dims, "sharding": None}
    return v.graph.make("broadcast_in_dim", (v,), params, like.shape, v.dtype)


def select(condition: Node, where_false: Node, where_true: Node) -> Node:
    """`where(condition, where_true, where_false)`"""
    shape = np.broadcast_shapes(condition.shape, where_false.shape, where_true.shape)
    inputs = (condition, stretched(where_false, shape), stretched(where_true, shape))
    return condition.graph.make("select_n", inputs, {}, shape, where_true.dtype)


def axes(n: Node) -> tuple[int, ...]:
    """The axes of a reduction."""
    return tuple(n.params["axes"])


def already_shifted(x: Node, over: tuple[int, ...]) -> bool:
    """Whether x is e^{z − max z} with the largest taken over the axes that are summed."""
    if x.op != "exp" or x.inputs[0].op != "add":
        return False
    z, minus = x.inputs[0].inputs
    shift = minus.inputs[0] if minus.op == "neg" else minus
    for _ in range(12):
        if shift.op == "reduce_max":
            return shift.inputs[0] is z and set(axes(shift)) <= set(over)
        inner = [i for i in shift.inputs if i.is_float and i.constant is None]
        if len(inner) != 1:
            return False
        (shift,) = inner
    return False
