"""The chain rule step by step, in both directions.

Forward: the tangent of a step is the sum of its local derivatives times the tangents of what it
is made of. Reverse: the adjoint of a step is the sum over its consumers of their adjoints times
their local derivatives. For arrays the products are Jacobian-vector and vector-Jacobian products;
no Jacobian is formed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.calculus.tracing.program import Program
from gradus.calculus.tracing.rules import PATTERNS, formulas
from gradus.calculus.tracing.steps import Group, Node


class Partial(NamedTuple):
    """The derivative of one step by one of the nodes it is made of.

    Arguments:
        node: name of that node.
        formula: as a textbook has it; empty where there is none.
        value: the number; None for arrays.
        shape: rows and columns of the Jacobian.
        diagonal: whether the step works element by element.
    """

    node: str
    formula: str
    value: float | None
    shape: tuple[int, int]
    diagonal: bool


class Share(NamedTuple):
    """One summand of a tangent or an adjoint.

    Arguments:
        node: the neighbour that it comes from.
        partial: the local derivative on the way; None for arrays.
        derivative: tangent or adjoint of the neighbour.
        amount: their product.
    """

    node: str
    partial: float | None
    derivative: jax.Array
    amount: jax.Array


@dataclass(frozen=True, eq=False)
class Row:
    """One step of an accumulation.

    Arguments:
        name: x1, v1 …
        expression: how the step is written.
        value: its value.
        partials: its local derivatives, one for each operand that can change.
        derivative: its tangent (forward) or adjoint (reverse).
        shares: the summands of `derivative`; empty for a seed.
        pattern: what the operation does to the adjoint that comes back to it.
        groups: functions, branches and loop steps that the step belongs to.
        source: file and line of the user's program.
    """

    name: str
    expression: str
    value: jax.Array
    partials: tuple[Partial, ...]
    derivative: jax.Array
    shares: tuple[Share, ...] = ()
    pattern: str = ""
    groups: tuple[Group, ...] = field(default=(), repr=False)
    source: str = ""


def partials(node: Node) -> tuple[Partial, ...]:
    """The local derivatives of a step: formulas where textbooks have them, numbers for numbers."""
    changing = [operand.differentiable for operand in node.operands]
    texts = formulas(node.operation, node.params, [o.term for o in node.operands], node.term)
    texts = [t for t, keep in zip(texts, changing, strict=True) if keep] if texts else []
    elementwise = bool(texts) and node.operation != "dot_general"
    scalar = np.size(node.value) == 1
    numbers = node.pull_back(jnp.ones_like(node.value)) if scalar and node.parents else ()
    found = []
    for i, parent in enumerate(node.parents):
        single = scalar and np.size(parent.value) == 1
        found.append(
            Partial(
                node=parent.name,
                formula=texts[i] if texts else "",
                value=np.asarray(numbers[i]).item() if single else None,
                shape=(np.size(node.value), np.size(parent.value)),
                diagonal=elementwise and np.shape(node.value) == np.shape(parent.value),
            )
        )
    return tuple(found)


def forward(program: Program, seeds: Sequence[jax.Array]) -> list[Row]:
    """Tangents of all steps, from the inputs to the outputs.

    Arguments:
        program: the steps.
        seeds: a tangent for each input.
    """
    tangents = dict(zip(program.inputs, seeds, strict=True))
    rows = []
    for node in program.nodes:
        local = partials(node)
        if node in tangents:
            rows.append(_row(node, local, tangents[node]))
            continue
        incoming = [tangents[parent] for parent in node.parents]
        tangents[node] = _pushed(node, incoming)
        shares = [
            Share(p.node, p.value, t, jnp.asarray(p.value * t))
            for p, t in zip(local, incoming, strict=True)
            if p.value is not None
        ]
        rows.append(_row(node, local, tangents[node], shares))
    return rows


def reverse(program: Program, seeds: Sequence[jax.Array]) -> list[Row]:
    """Adjoints of all steps, from the outputs to the inputs.

    Arguments:
        program: the steps.
        seeds: an adjoint for each output.
    """
    incoming: dict[Node, list[Share]] = {node: [] for node in program.nodes}
    given = {node: jnp.zeros_like(node.value) for node in program.nodes}
    for node, seed in zip(program.outputs, seeds, strict=True):
        given[node] = given[node] + seed
    rows = []
    for node in reversed(program.nodes):
        adjoint = sum((share.amount for share in incoming[node]), start=given[node])
        local = partials(node)
        amounts = node.pull_back(adjoint) if node.parents else ()
        for parent, partial, amount in zip(node.parents, local, amounts, strict=True):
            incoming[parent].append(Share(node.name, partial.value, adjoint, amount))
        shares = [] if node in program.outputs else incoming[node]
        rows.append(_row(node, local, adjoint, shares))
    return rows


def _row(node: Node, local: tuple, derivative: jax.Array, shares: Sequence[Share] = ()) -> Row:
    pattern = PATTERNS.get(node.operation, "")
    return Row(
        name=node.name,
        expression=node.expression,
        value=node.value,
        partials=local,
        derivative=derivative,
        shares=tuple(shares),
        pattern=pattern if len(local) > 1 or "routes" in pattern else "",
        groups=node.groups,
        source=node.source,
    )


def _pushed(node: Node, tangents: Sequence[jax.Array]) -> jax.Array:
    """The tangent of a step; zero for a constant."""
    if not tangents:
        return jnp.zeros_like(node.value)
    try:
        return node.push_forward(tangents)
    except TypeError as error:
        if "forward-mode" not in str(error):
            raise
        raise InputError(
            f"forward accumulation through {node.name} = {node.expression}",
            expected="an operation that knows how a tangent goes through it",
            got="a function with a gradient of its own (jax.custom_vjp), which only knows reverse",
            fix="call reverse()",
        ) from None
