"""From a traced program to a graph: calls are opened, spellings of one operation become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax.extend.core import ClosedJaxpr, Literal

from gradus.calculus.stability.folding import Fold
from gradus.calculus.stability.graph import Body, Graph, Node

CALLS = {"jit": "jaxpr", "pjit": "jaxpr", "closed_call": "call_jaxpr", "core_call": "call_jaxpr"}


def read(graph: Graph, program: ClosedJaxpr, arguments: Sequence[Node]) -> Body:
    """The nodes of a program's outputs, given the nodes of its arguments."""
    effects: list[Node] = []
    outputs = _read(graph, program, arguments, effects)
    return Body(list(arguments), outputs, effects)


def _read(graph: Graph, program: ClosedJaxpr, arguments, effects: list[Node]) -> list[Node]:
    jaxpr = program.jaxpr
    constants = [graph.constant(c, getattr(c, "dtype", None)) for c in program.consts]
    known = dict(zip(jaxpr.constvars, constants, strict=True))
    known |= dict(zip(jaxpr.invars, arguments, strict=True))

    def node(atom) -> Node:
        if isinstance(atom, Literal):
            return graph.constant(atom.val, getattr(atom.aval, "dtype", None))
        return known[atom]

    for eqn in jaxpr.eqns:
        made = _equation(graph, eqn, [node(a) for a in eqn.invars], effects)
        known.update(zip(eqn.outvars, made, strict=True))
    return [node(a) for a in jaxpr.outvars]


def _equation(graph: Graph, eqn, inputs: list[Node], effects: list[Node]) -> list[Node]:
    name = eqn.primitive.name
    if name in CALLS:
        inner = eqn.params[CALLS[name]]
        function = library_function(inner)
        if function in ("det", "ndtr"):
            return [_traced(graph, function, eqn, inputs)]
        return _read(graph, inner, inputs, effects)
    if name == "custom_jvp_call":
        function = library_function(eqn.params["call_jaxpr"])
        if function in LIBRARY:
            return [LIBRARY[function](graph, eqn, inputs)]
    if name == "cond" and eqn.params.get("branches_platforms") is not None:
        return _read(graph, eqn.params["branches"][-1], inputs[1:], effects)
    if name in BODIES:
        bodies = BODIES[name](graph, eqn, inputs)
        parts = _parts(graph, eqn, inputs, bodies, effects)
        if name != "scan" or eqn.effects:
            return parts
        folded = Fold(graph, eqn, inputs, bodies[0]).results()
        return [p if f is None else f for p, f in zip(parts, folded, strict=True)]
    if eqn.primitive.multiple_results:
        return _parts(graph, eqn, inputs, (), effects)
    made = CANONICAL.get(name, _traced_eqn)(graph, eqn, inputs)
    if eqn.effects:
        effects.append(made)
    return [made]


def _traced_eqn(graph: Graph, eqn, inputs) -> Node:
    return _traced(graph, eqn.primitive.name, eqn, inputs)


def _traced(graph: Graph, name: str, eqn, inputs) -> Node:
    """The node of an equation as it stands."""
    aval = eqn.outvars[0].aval
    params = {k: v for k, v in eqn.params.items() if v is not None}
    if eqn.primitive.name != name:  # a function of the library, or another spelling
        params = {}
    shape, dtype = getattr(aval, "shape", ()), getattr(aval, "dtype", None)
    if eqn.effects:
        return Node(graph, name, tuple(inputs), params, shape, dtype, eqn)
    return graph.make(name, tuple(inputs), params, shape, dtype, eqn)


def _parts(graph: Graph, eqn, inputs, bodies, effects: list[Node]) -> list[Node]:
    whole = Node(graph, eqn.primitive.name, tuple(inputs), eqn.params, (), None, eqn, bodies)
    if eqn.effects:
        effects.append(whole)
    return [part(whole, i, v.aval) for i, v in enumerate(eqn.outvars)]


def part(whole: Node, index: int, aval: Any) -> Node:
    """One of the results of an operation with several."""
    shape, dtype = getattr(aval, "shape", ()), getattr(aval, "dtype", None)
    return Node(whole.graph, "part", (whole,), {"index": index}, shape, dtype, whole.eqn)


def library_function(program: ClosedJaxpr) -> str | None:
    """The name of a function of JAX's own that was traced to this program."""
    origin = program.jaxpr.debug_info
    parts = (origin.func_filename or "").replace("\\", "/").split("/")
    return origin.func_name if "jax" in parts and "_src" in parts else None


# ---- spellings of one operation


def _aval(eqn) -> tuple[Any, Any]:
    return eqn.outvars[0].aval.shape, eqn.outvars[0].aval.dtype


def _sub(graph: Graph, eqn, inputs) -> Node:
    a, b = inputs
    if not a.is_float:
        return _traced_eqn(graph, eqn, inputs)
    minus = graph.make("neg", (b,), {}, b.shape, b.dtype, eqn)
    return graph.make("add", (a, minus), {}, *_aval(eqn), eqn=eqn)


def _power(graph: Graph, eqn, x: Node, y: int) -> Node:
    if y < 0:
        power = _power(graph, eqn, x, -y)
        return graph.make("div", (x.like(1.0), power), {}, *_aval(eqn), eqn=eqn)
    return graph.make("integer_pow", (x,), {"y": y}, *_aval(eqn), eqn=eqn)


def _integer_pow(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    return _power(graph, eqn, x, eqn.params["y"]) if x.is_float else _traced_eqn(graph, eqn, inputs)


def _square(graph: Graph, eqn, inputs) -> Node:
    (x,) = inputs
    return _power(graph, eqn, x, 2) if x.is_float else _traced_eqn(graph, eqn, inputs)


def _mul(graph: Graph, eqn, inputs) -> Node:
    if inputs[0] is inputs[1] and inputs[0].is_float:
        return _power(graph, eqn, inputs[0], 2)
    return _traced_eqn(graph, eqn, inputs)


def _pow(graph: Graph, eqn, inputs) -> Node:
    base, power = inputs
    y = power.constant
    if not (base.is_float and y is not None and base.constant is None):
        return _traced_eqn(graph, eqn, inputs)
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
    return _traced_eqn(graph, eqn, inputs)


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
    return _traced_eqn(graph, eqn, inputs)


def _dot_general(graph: Graph, eqn, inputs) -> Node:
    """A product without a sum in it, such as einsum("nc,n->nc"), is a product of elements."""
    (contracted, _), (left, right) = eqn.params["dimension_numbers"]
    if contracted or not all(i.is_float for i in inputs):
        return _traced_eqn(graph, eqn, inputs)
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
        return _traced_eqn(graph, eqn, inputs)
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
        return _traced_eqn(graph, eqn, inputs)
    if last[0] != (0 if x.params["reverse"] else x.shape[0] - 1):
        return _traced_eqn(graph, eqn, inputs)
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
    return _traced_eqn(graph, eqn, inputs)


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
    "add_any": lambda g, eqn, inputs: _traced(g, "add", eqn, inputs),
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
    return _traced(graph, "logaddexp", eqn, inputs)


LIBRARY = {"logaddexp": _logaddexp}


# ---- programs inside


def _arguments(graph: Graph, atoms) -> list[Node]:
    return [graph.argument(a.aval.shape, a.aval.dtype) for a in atoms]


def _scan(graph: Graph, eqn, inputs) -> tuple[Body, ...]:
    program, constants = eqn.params["jaxpr"], eqn.params["num_consts"]
    fresh = _arguments(graph, program.jaxpr.invars[constants:])
    return (read(graph, program, [*inputs[:constants], *fresh]),)


def _while(graph: Graph, eqn, inputs) -> tuple[Body, ...]:
    cond_n, body_n = eqn.params["cond_nconsts"], eqn.params["body_nconsts"]
    cond, body = eqn.params["cond_jaxpr"], eqn.params["body_jaxpr"]
    in_cond, in_body = inputs[:cond_n], inputs[cond_n : cond_n + body_n]
    carry = _arguments(graph, body.jaxpr.invars[body_n:])
    return read(graph, cond, [*in_cond, *carry]), read(graph, body, [*in_body, *carry])


def _cond(graph: Graph, eqn, inputs) -> tuple[Body, ...]:
    return tuple(read(graph, branch, inputs[1:]) for branch in eqn.params["branches"])


def _checkpoint(graph: Graph, eqn, inputs) -> tuple[Body, ...]:
    fresh = _arguments(graph, eqn.params["jaxpr"].invars)
    return (read(graph, ClosedJaxpr(eqn.params["jaxpr"], ()), fresh),)


def _custom_jvp(graph: Graph, eqn, inputs) -> tuple[Body, ...]:
    program = eqn.params["call_jaxpr"]
    if library_function(program) or program.jaxpr.debug_info.func_name.startswith("stabilized"):
        return ()
    fresh = _arguments(graph, program.jaxpr.invars)
    return (read(graph, program, fresh),)


BODIES: dict[str, Callable[[Graph, Any, list[Node]], tuple[Body, ...]]] = {
    "scan": _scan,
    "while": _while,
    "cond": _cond,
    "remat2": _checkpoint,
    "checkpoint": _checkpoint,
    "custom_jvp_call": _custom_jvp,
}
