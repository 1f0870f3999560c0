"""Nodes as people read them: the formula, and the line of the user's file it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gradus.calculus.stability.graph import Node
from gradus.calculus.tracing.equations import user_source
from gradus.calculus.tracing.notation import CHOICE, PRODUCT, Term, constant, written

DEEPEST = 8  # operations inside each other that are written out
SHORT = 12  # letters of a part that needs no letter of its own
HIDDEN = ("as_written", "reduce_precision", "stop_gradient")  # steps that change no number
LETTERS = "uvwabcdpqrs"


def spelled(n: Node, names: Mapping[Node, str], depth: int = DEEPEST) -> Term:
    """A node as a formula.

    Arguments:
        n: the node.
        names: what to call some nodes, such as the arguments.
        depth: how many operations inside each other are written out; deeper ones are "…".

    >>> from gradus.calculus.stability.graph import Graph
    >>> graph = Graph()
    >>> x = graph.argument((), np.dtype("float32"))
    >>> spelled(graph.apply("log", 1 - graph.apply("exp", -x)), {x: "x"}).text
    'log(1 − exp(−x))'
    """
    ndim = len(n.shape)
    if n in names:
        return Term(names[n], ndim=ndim)
    if n.op == "constant" or n.constant is not None:
        return _constant(n)._replace(ndim=ndim)
    if n.op == "part":
        return spelled(n.inputs[0], names, depth)._replace(ndim=ndim)
    if depth == 0 or n.op == "argument":
        return Term("…", ndim=ndim)
    operands = [spelled(i, names, depth - 1) for i in _operands(n)]
    if n.op == "absorbed":
        u, v = (operand.within(PRODUCT) for operand in operands)
        return Term(f"{u} · {v}, 0 where {u} = 0", CHOICE, ndim)
    return written("copy" if n.op in HIDDEN else n.op, n.params, operands)._replace(ndim=ndim)


def lettered(nodes: list[Node], names: Mapping[Node, str]) -> dict[Node, str]:
    """The names that nodes have, and letters for those whose formula is long."""
    free = (letter for letter in LETTERS if letter not in names.values())
    texts = {n: spelled(n, names).text for n in nodes}
    long = [n for n, text in texts.items() if len(text) > SHORT or "…" in text]
    return {**names, **{n: next(free, "…") for n in long}}


def line_of(n: Node) -> str:
    """File and line of the user's program that a node comes from; empty for what rules made."""
    return "" if n.eqn is None else user_source(n.eqn)


def upstream(n: Node) -> Iterator[Node]:
    """The node and all that it is computed from, each once."""
    seen, stack = set(), [n]
    while stack:
        m = stack.pop()
        if m not in seen:
            seen.add(m)
            yield m
            stack += m.inputs


def _operands(n: Node) -> tuple[Node, ...]:
    """The operands, in the order in which people write them: 2 x, 1 + x and x − 1."""
    number = n.inputs[1].constant if n.op in ("mul", "add") else None
    if number is not None and (n.op == "mul" or number > 0):
        return n.inputs[::-1]
    return n.inputs


def _constant(n: Node) -> Term:
    value = n.constant
    if value is None:
        return Term("…")
    if isinstance(n.params.get("value"), bool | np.bool_):
        return Term(str(bool(value)).lower())
    return constant(value)
