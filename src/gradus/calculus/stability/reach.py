"""Where the values of a program lie for arguments of known ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus.calculus.stability.expressions import MOVES, is_move
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.ranges import EVERYTHING, RANGES, Range
from gradus.calculus.stability.reading import read


class Seen(NamedTuple):
    """A node with the range that it has here, as the table of ranges looks at it.

    `known` tells a range that was found from one that is everything because nobody knows.
    """

    inputs: tuple[Seen, ...]
    params: Mapping[str, Any]
    shape: tuple[int, ...]
    dtype: Any
    range: Range
    known: bool


class Reach:
    """Ranges of nodes, each found once.

    Arguments:
        arguments: the ranges of the arguments.
    """

    def __init__(self, arguments: Mapping[Node, Range]):
        self.seen = {n: self.placed(n, (), r, True) for n, r in arguments.items()}

    def of(self, n: Node) -> Range | None:
        """Where a value lies; None where nobody knows."""
        for m in sorted(self.unseen(n), key=lambda m: m.serial):
            self.seen[m] = self.look(m)
        return self.seen[n].range if self.seen[n].known else None

    def of_both(self, n: Node, better: Node) -> Range | None:
        """Where a value lies, by two formulas for it."""
        one, other = self.of(n), self.of(better)
        return one.within(other) if one and other else one or other

    def unseen(self, n: Node) -> set[Node]:
        """The node, and what it is computed from, as far as that is new."""
        found, stack = set(), [n]
        while stack:
            m = stack.pop()
            if m not in self.seen and m not in found:
                found.add(m)
                stack += m.inputs
        return found

    def look(self, n: Node) -> Seen:
        """A node whose inputs have been seen."""
        inputs = tuple(self.seen[i] for i in n.inputs)
        if n.op == "part" and n.inputs[0].op == "custom_jvp_call":
            found = self.of(defined(n))
            return self.placed(n, inputs, found or EVERYTHING, found is not None)
        found, known = n.range, False
        if n.op == "select_n" and n.is_float:
            inputs = tuple(branches(n, inputs))
        if n.op in RANGES and (n.is_float or is_whole(n)):
            found = RANGES[n.op](self.placed(n, inputs, n.range, True)).within(n.range)
            found, known = found.within(related(n)), all(i.known for i in inputs)
        bounded = math.isfinite(found.low) and math.isfinite(found.high)
        return self.placed(n, inputs, found, known or bounded)

    @staticmethod
    def placed(n: Node, inputs: tuple[Seen, ...], found: Range, known: bool) -> Seen:
        """A node with a range."""
        return Seen(inputs, n.params, n.shape, n.dtype, found, known)


def is_whole(n: Node) -> bool:
    """Whether the value is a whole number that was only moved."""
    return n.dtype is not None and np.dtype(n.dtype).kind in "iu" and n.op in MOVES


def branches(n: Node, inputs: tuple[Seen, ...]) -> Iterator[Seen]:
    """The branches of a selection that hold numbers, and where they lie when they are taken."""
    which, *cases = n.inputs
    yield inputs[0]._replace(known=True)  # the range does not depend on it
    for case, seen, taken in zip(cases, inputs[1:], (False, True), strict=False):
        if case.op == "broadcast_in_dim":
            case = case.inputs[0]
        if case.op == "constant" and np.all(np.isnan(np.asarray(case.params["value"], float))):
            continue
        if which.op in IMPLIED and case is which.inputs[0] and len(cases) == 2:
            border = which.inputs[1].range.low
            if which.inputs[1].range.single:
                found = IMPLIED[which.op](seen.range, border, taken)
                if found.positive:  # in floats, what is above 0 is at least the smallest of them
                    found = found.within(Range(float(jnp.finfo(n.dtype).tiny), math.inf))
                seen = seen._replace(range=found)
        yield seen


def _above(x: Range, border: float, taken: bool, open_: bool) -> Range:
    """x where x > border is known to hold, or (with `taken` false) not to hold."""
    if taken:
        return x.within(Range(border, math.inf, open_))
    return x.within(Range(-math.inf, border, open_high=not open_))


def _unequal(x: Range, border: float, taken: bool) -> Range:
    """x where x ≠ border is known to hold."""
    if not taken:
        return Range(border, border)
    return x._replace(
        open_low=x.open_low or x.low == border, open_high=x.open_high or x.high == border
    )


IMPLIED: dict[str, Callable[[Range, float, bool], Range]] = {
    "gt": lambda x, border, taken: _above(x, border, taken, True),
    "ge": lambda x, border, taken: _above(x, border, taken, False),
    "lt": lambda x, border, taken: _above(x, border, not taken, False),
    "le": lambda x, border, taken: _above(x, border, not taken, True),
    "ne": _unequal,
    "eq": lambda x, border, taken: _unequal(x, border, not taken),
}


def defined(part: Node) -> Node:
    """What a result of a function with a derivative of its own is defined as."""
    call = part.inputs[0]
    body = read(call.graph, call.params["call_jaxpr"], call.inputs)
    return body.outputs[part.params["index"]]


def related(n: Node) -> Range:
    """What follows from operands that depend on each other: x ≤ max x, and Σ e^{x − max x} ≥ 1."""
    if n.op == "add" and any(is_below_largest(*pair) for pair in (n.inputs, n.inputs[::-1])):
        return Range(high=0.0)
    if n.op == "reduce_sum" and n.inputs[0].op == "exp":
        shifted = n.inputs[0].inputs[0]
        over = largest_of(shifted.inputs[1]) if related(shifted).high == 0 else None
        if over is not None and over.params["axes"] == n.params["axes"]:
            return Range(1.0, math.inf)
    return EVERYTHING


def is_below_largest(x: Node, minus: Node) -> bool:
    """Whether x + minus is x − max x."""
    found = largest_of(minus)
    return found is not None and unmoved(found.inputs[0]) is unmoved(x)


def largest_of(minus: Node) -> Node | None:
    """The maximum in −max x, as it is guarded against infinite numbers."""
    m = unmoved(minus)
    m = unmoved(m.inputs[0]) if m.op == "neg" else m
    while m.op in ("select_n", "max"):
        parts = [i for i in m.inputs[m.op == "select_n" :] if i.constant is None]
        if len(parts) != 1:
            return None
        m = unmoved(parts[0])
    return m if m.op == "reduce_max" and minus.op != "reduce_max" else None


def unmoved(n: Node) -> Node:
    """The value behind moves of its elements."""
    while is_move(n):
        n = n.inputs[0]
    return n
