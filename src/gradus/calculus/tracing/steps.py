"""What a traced program consists of: steps with their values, and what they are applied to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.calculus.tracing.notation import Term, constant, number

LONGEST = 60  # letters of what is written inside another expression
SMALL = 4  # constants of so many elements are written out


@dataclass(eq=False)
class Loop:
    """A loop that was unrolled, and how many steps it took."""

    steps: int = 0


@dataclass(frozen=True, eq=False)
class Call:
    """Steps inside a named function."""

    label: str


@dataclass(frozen=True, eq=False)
class Branch:
    """Steps of the branch that was taken.

    Arguments:
        index: which one, from 0.
        branches: how many there are.
        condition: what decided.
    """

    index: int
    branches: int
    condition: "Operand"

    @property
    def label(self) -> str:
        """The decision in words: `if x > 0 (true), branch 1 taken`."""
        value = self.index if self.branches > 2 else str(bool(self.index)).lower()
        return f"if {self.condition.term.text} ({value}), branch {self.index} taken"


@dataclass(frozen=True, eq=False)
class LoopStep:
    """Steps of one pass through the body of a loop.

    Arguments:
        loop: which loop.
        index: which pass, from 0.
        condition: what let the loop go on; None where the number of passes is fixed.
    """

    loop: Loop
    index: int
    condition: "Operand | None" = None

    @property
    def label(self) -> str:
        """The pass in words: `step 2 of 7, while v3 < 10`."""
        lasts = self.condition is not None and self.condition.node is not None
        condition = f", while {self.condition.term.text}" if lasts and self.condition else ""
        return f"step {self.index + 1} of {self.loop.steps}{condition}"


Group = Call | Branch | LoopStep


@dataclass(eq=False)
class Node:
    """One step of the program: an input, or one operation on earlier steps.

    Arguments:
        operation: name of the primitive; "input" and "constant" have no operands.
        params: parameters of the primitive.
        operands: what it is applied to.
        apply: the operation as a function of all operands' values.
        value: what came out.
        wording: how it is written, given the terms of the operands.
        groups: the functions, branches and loop steps it belongs to, outermost first.
        source: file and line of the user's program.
        name: as in a textbook, x1 or v1; empty for what is written inside other expressions.
        order: which step was evaluated first.
    """

    operation: str
    params: dict[str, Any]
    operands: tuple["Operand", ...]
    apply: Callable[..., jax.Array]
    value: jax.Array
    wording: Callable[[Sequence[Term]], Term]
    groups: tuple[Group, ...] = ()
    source: str = ""
    name: str = ""
    order: int = field(default_factory=itertools.count().__next__)

    @property
    def parents(self) -> tuple["Node", ...]:
        """The nodes whose change changes this one, one for each such operand."""
        return tuple(o.node for o in self.operands if o.node is not None and o.differentiable)

    @property
    def expression(self) -> str:
        """The operation as written on the board: `v1 · v2`."""
        return self._written.text

    @property
    def term(self) -> Term:
        """How the node appears in other expressions: by its name or, without one, written out."""
        if self.name:
            return Term(self.name, ndim=axes(self.value))
        return self._written if len(self.expression) <= LONGEST else Term("…")

    @cached_property
    def _written(self) -> Term:
        return self.wording([operand.term for operand in self.operands])

    def of_parents(self, *values: jax.Array) -> jax.Array:
        """The operation as a function of the values of `parents` alone."""
        changing = iter(values)
        return self.apply(
            *[o.through(next(changing)) if o.differentiable else o.value for o in self.operands]
        )

    @cached_property
    def pull_back(self) -> Callable[[jax.Array], tuple[jax.Array, ...]]:
        """A function from the adjoint of this node to what it adds to those of `parents`."""
        return jax.vjp(self.of_parents, *[p.value for p in self.parents])[1]

    def push_forward(self, tangents: Sequence[jax.Array]) -> jax.Array:
        """From the tangents of `parents` to the tangent of this node."""
        return jax.jvp(self.of_parents, tuple(p.value for p in self.parents), tuple(tangents))[1]


@dataclass(frozen=True, eq=False)
class Operand:
    """A value on its way into an operation: of a node, perhaps in another shape, or a constant.

    Arguments:
        value: the value as it arrives.
        node: where it comes from; None for a constant.
        through: from the node's value to `value`; only shapes and types change.
    """

    value: Any
    node: Node | None = None
    through: Callable[[jax.Array], jax.Array] = lambda value: value

    @property
    def differentiable(self) -> bool:
        """Whether a small change of an input can change it."""
        return self.node is not None and is_float(self.node.value) and is_float(self.value)

    @property
    def term(self) -> Term:
        """How it is written."""
        if self.node is not None:
            return self.node.term._replace(ndim=axes(self.value))
        return constant_term(self.value)


def constant_term(value: Any) -> Term:
    """A constant number as itself, a small array by its elements, a large one by its shape."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":  # half-precision types of machine learning
        array = array.astype(float)
    first = array.flat[0] if array.size else 0
    if array.size == 1 or (array.size and np.all(array == first)):
        shown = Term(number(first)) if array.dtype.kind == "b" else constant(first)
        return shown._replace(ndim=axes(array))
    if array.size <= SMALL and array.ndim == 1:
        return Term(f"[{', '.join(constant(v).text for v in array)}]", ndim=1)
    return Term(f"constant {array.shape}", ndim=array.ndim)


def is_float(value: Any) -> bool:
    """Whether a value can change a little."""
    return jnp.issubdtype(jnp.result_type(value), jnp.inexact)


def axes(value: Any) -> int:
    """How many axes a value has; arrays of one element count as numbers."""
    return 0 if np.size(value) == 1 else np.ndim(value)
