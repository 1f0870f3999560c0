"""Many spellings of one operation as one node: x − y is x + (−y), x·x is x², 1/√x a quotient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradus.calculus.stability.graph import Graph, Node


def as_it_stands(graph: Graph, eqn, inputs) -> Node:
    return traced(graph, eqn.primitive.name, eqn, inputs)


def traced(graph: Graph, name: str, eqn, inputs) -> Node:
    """The node of an equation as it stands."""
    aval = eqn.outvars[0].aval
    params = {k: v for k, v in eqn.params.items() if v is not None}
    if eqn.primitive.name != name:  # a function of the library, or another spelling
        params = {}
    shape, dtype = getattr(aval, "shape", ()), getattr(aval, "dtype", None)
    if eqn.effects:
        return Node(graph, name, tuple(inputs), params, shape, dtype, eqn)
    return graph.make(name, tuple(inputs), params, shape, dtype, eqn)


def _aval(eqn) -> tuple[Any, Any]:
    return eqn.outvars[0].aval.shape, eqn.outvars[0].aval.dtype


def _sub(graph: Graph, eqn, inputs) -> Node:
    a, b = inputs
    if not a.is_float:
        return as_it_stands(graph, eqn, inputs)
    minus = graph.make("neg", (b,), {}, b.shape, b.dtype, eqn)
    return graph.make("add", (a, minus), {}, *_aval(eqn), eqn=eqn)


def _power(graph: Graph, eqn, x: Node, y: int) -> Node:
    if y < 0:
        power = _power(graph, eqn, x, -y)
        return graph.make("div", (x.like(1.0), power), {}, *_aval(eqn), eqn=eqn)
    return graph.make("integer_pow", (x,), {"y": y}, *_aval(eqn), eqn=eqn)


def _integer_pow(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    return (
        _power(graph, eqn, x, eqn.params["y"]) if x.is_float else as_it_stands(graph, eqn, inputs)
    )


def _square(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    return _power(graph, eqn, x, 2) if x.is_float else as_it_stands(graph, eqn, inputs)


def _mul(graph: Graph, eqn, inputs) -> Node:
    if inputs[0] is inputs[1] and inputs[0].is_float:
        return _power(graph, eqn, inputs[0], 2)
    return as_it_stands(graph, eqn, inputs)


def _pow(graph: Graph, eqn, inputs) -> Node:
    base, power = inputs
    y = power.constant
    if not (base.is_float and y is not None and base.constant is None):
        return as_it_stands(graph, eqn, inputs)
    if y == 0.5:
        return graph.make("sqrt", (base,), {}, *_aval(eqn), eqn=eqn)
    if y == 0.25:
        root = graph.make("sqrt", (base,), {}, *_aval(eqn), eqn=eqn)
        return graph.make("sqrt", (root,), {}, *_aval(eqn), eqn=eqn)
    if y == -0.5:
        root = graph.make("sqrt", (base,), {}, *_aval(eqn), eqn=eqn)
        return graph.make("div", (base.like(1.0), root), {}, *_aval(eqn), eqn=eqn)
    if y == int(y) and 0 < abs(y) <= 4:
        return _power(graph, eqn, base, int(y))
    return as_it_stands(graph, eqn, inputs)


def _rsqrt(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    root = graph.make("sqrt", (x,), {}, *_aval(eqn), eqn=eqn)
    return graph.make("div", (x.like(1.0), root), {}, *_aval(eqn), eqn=eqn)


def _convert(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    _, dtype = _aval(eqn)
    if x.dtype == dtype:
        return x
    if isinstance(x.params.get("value"), int | float) and np.dtype(dtype).kind == "f":
        return graph.constant(float(x.params["value"]), dtype)
    return as_it_stands(graph, eqn, inputs)


def _dot_general(graph: Graph, eqn, inputs) -> Node:
    """A product without a sum in it, such as einsum("nc,n->nc"), is a product of elements."""
    (contracted, _), (left, right) = eqn.params["dimension_numbers"]
    if contracted or not all(i.is_float for i in inputs):
        return as_it_stands(graph, eqn, inputs)
    shape, dtype = _aval(eqn)
    a, b = inputs
    sides = [
        _placed(graph, a, left, shape, 0),
        _placed(graph, b, right, shape, len(a.shape) - len(left)),
    ]
    if sides[0] is sides[1]:
        return graph.make("integer_pow", (sides[0],), {"y": 2}, shape, dtype, eqn)
    return graph.make("mul", tuple(sides), {}, shape, dtype, eqn)


def _placed(graph: Graph, x: Node, batch, shape, skipped: int) -> Node:
    """A factor over the axes of the product: the batch, those of the left factor, of the right."""
    order = [*batch, *(i for i in range(len(x.shape)) if i not in batch)]
    if order != sorted(order):
        moved = tuple(x.shape[i] for i in order)
        x = graph.make("transpose", (x,), {"permutation": tuple(order)}, moved, x.dtype)
    dims = [k if k < len(batch) else k + skipped for k in range(len(order))]
    if x.shape == tuple(shape):
        return x
    params = {"shape": tuple(shape), "broadcast_dimensions": tuple(dims), "sharding": None}
    return graph.make("broadcast_in_dim", (x,), params, tuple(shape), x.dtype)


def _clamp(graph: Graph, eqn, inputs) -> Node:
    """min(max(x, low), high)"""
    low, x, high = inputs
    if not x.is_float:
        return as_it_stands(graph, eqn, inputs)
    above = graph.make("max", (x, low), {}, *_aval(eqn))
    return graph.make("min", (above, high), {}, *_aval(eqn))


def _ordered(graph: Graph, eqn, inputs) -> Node:
    """max and min with a number as the second operand."""
    a, b = inputs
    swapped = (b, a) if a.constant is not None and b.constant is None else (a, b)
    return graph.make(eqn.primitive.name, swapped, {}, *_aval(eqn), eqn=eqn)


RUNNING = {"cumsum": "reduce_sum", "cumprod": "reduce_prod"}


def _slice(graph: Graph, eqn, inputs) -> Node:
    """The last of running sums is the sum."""
    (x,), last = inputs, eqn.params["start_indices"]
    if x.op not in RUNNING or len(x.shape) != 1 or not x.is_float or _aval(eqn)[0] != (1,):
        return as_it_stands(graph, eqn, inputs)
    if last[0] != (0 if x.params["reverse"] else x.shape[0] - 1):
        return as_it_stands(graph, eqn, inputs)
    total = graph.make(RUNNING[x.op], x.inputs, {"axes": (0,)}, (), x.dtype)
    params = {"new_sizes": (1,), "dimensions": None, "sharding": None}
    return graph.make("reshape", (total,), params, (1,), x.dtype)


def _reduce_sum(graph: Graph, eqn, inputs) -> Node:
    """Σ x · (0, 1, 0) is the element that is picked."""
    (total,) = inputs
    if total.op == "mul" and len(total.shape) == 1:
        for x, mask in (total.inputs, total.inputs[::-1]):
            place = picked_place(mask)
            if place is not None and x.shape == total.shape:
                return _element(graph, x, place)
    return as_it_stands(graph, eqn, inputs)


def picked_place(n: Node) -> int | None:
    """Where the 1 is, in a vector of zeros with one 1 that the program contains."""
    values = numbers(n) if len(n.shape) == 1 else None
    if values is None:
        return None
    places = np.flatnonzero(values)
    return int(places[0]) if len(places) == 1 and values[places[0]] == 1 else None


def numbers(n: Node) -> Any:
    """The elements of an array that the program contains or makes of numbers alone."""
    if n.op == "constant":
        return np.asarray(n.params["value"])
    if n.op == "iota":
        return np.arange(n.shape[0]) if len(n.shape) == 1 else None
    parts = [numbers(i) for i in n.inputs]
    if n.op not in OF_NUMBERS or any(p is None for p in parts):
        return None
    return np.broadcast_to(OF_NUMBERS[n.op](*parts), n.shape)


OF_NUMBERS: dict[str, Callable] = {
    "eq": np.equal,
    "convert_element_type": lambda x: x.astype(float),
    "broadcast_in_dim": lambda x: x if not x.ndim else x.reshape(x.shape),
}


def _element(graph: Graph, x: Node, place: int) -> Node:
    """x[place]"""
    params = {"start_indices": (place,), "limit_indices": (place + 1,), "strides": None}
    one = graph.make("slice", (x,), params, (1,), x.dtype)
    return graph.make("squeeze", (one,), {"dimensions": (0,)}, (), x.dtype)


CANONICAL: dict[str, Callable[[Graph, Any, list[Node]], Node]] = {
    "add_any": lambda g, eqn, inputs: traced(g, "add", eqn, inputs),
    "sub": _sub,
    "square": _square,
    "integer_pow": _integer_pow,
    "mul": _mul,
    "pow": _pow,
    "rsqrt": _rsqrt,
    "convert_element_type": _convert,
    "clamp": _clamp,
    "dot_general": _dot_general,
    "max": _ordered,
    "reduce_sum": _reduce_sum,
    "slice": _slice,
    "min": _ordered,
    "copy": lambda g, eqn, inputs: inputs[0],
    "copy_p": lambda g, eqn, inputs: inputs[0],
}


def _logaddexp(graph: Graph, eqn, inputs) -> Node:
    a, b = inputs
    if b.constant == 0:
        return graph.make("softplus", (a,), {}, *_aval(eqn))
    return traced(graph, "logaddexp", eqn, inputs)


LIBRARY = {"logaddexp": _logaddexp}
