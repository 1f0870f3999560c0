"""From a traced program to a graph: calls are opened, loops and branches are read inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jax.extend.core import ClosedJaxpr, Literal

from gradus.calculus.stability.canonical import CANONICAL, LIBRARY, as_it_stands, traced
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
            return [traced(graph, function, eqn, inputs)]
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
    made = CANONICAL.get(name, as_it_stands)(graph, eqn, inputs)
    if eqn.effects:
        effects.append(made)
    return [made]


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
