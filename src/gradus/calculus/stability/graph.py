"""A program as a graph of values: equal expressions are one node, however they were spelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus.calculus.stability.ranges import EVERYTHING, RANGES, Range


class Node:
    """One value: an operation on other values.

    Arguments:
        op: the name of the operation; "argument" and "constant" have no inputs.
        inputs: the nodes it works on.
        params: what else it depends on (axes, exponents …).
        shape, dtype: of the value.
        serial: its number in the order in which nodes were made: inputs come first.
        range: where the value lies in exact arithmetic.
        eqn: the traced equation; None for nodes that rules made.
        bodies: the inner programs of a loop or branch.
    """

    __slots__ = (
        "bodies",
        "dtype",
        "eqn",
        "graph",
        "inputs",
        "op",
        "params",
        "range",
        "serial",
        "shape",
    )

    eqn: Any
    dtype: Any

    def __init__(self, graph, op, inputs, params, shape, dtype, eqn: Any = None, bodies=()):
        self.graph, self.op, self.inputs, self.params = graph, op, inputs, params
        self.shape, self.dtype, self.eqn, self.bodies = shape, dtype, eqn, bodies
        self.serial = graph.made = graph.made + 1
        self.range: Range = EVERYTHING
        if self.is_float and op in RANGES:
            self.range = RANGES[op](self)

    @property
    def is_float(self) -> bool:
        """Whether the value is of a real floating type."""
        return self.dtype is not None and jnp.issubdtype(self.dtype, jnp.floating)

    @property
    def constant(self) -> float | None:
        """The number that every element is, if the program says so."""
        return self.range.low if self.range.low == self.range.high else None

    @property
    def positive(self) -> bool:
        """Whether the value is above 0 in exact arithmetic."""
        return self.range.positive

    def __add__(self, other: Node | float) -> Node:
        return self.graph.apply("add", self, other)

    def __radd__(self, other: float) -> Node:
        return self.graph.apply("add", self, other)

    def __sub__(self, other: Node | float) -> Node:
        return self + (-other)

    def __rsub__(self, other: float) -> Node:
        return (-self) + other

    def __neg__(self) -> Node:
        return self.graph.apply("neg", self)

    def __mul__(self, other: Node | float) -> Node:
        return self.graph.apply("mul", self, other)

    def __rmul__(self, other: float) -> Node:
        return self.graph.apply("mul", self, other)

    def __truediv__(self, other: Node | float) -> Node:
        return self.graph.apply("div", self, other)

    def __rtruediv__(self, other: float) -> Node:
        return self.graph.apply("div", self.like(other), self)

    def __pow__(self, power: int) -> Node:
        return self.graph.apply("integer_pow", self, y=power)

    def like(self, value: float) -> Node:
        """A constant of the same type."""
        return self.graph.constant(value, self.dtype)

    def __repr__(self) -> str:
        return f"{self.op}{list(self.shape)}"


class Body(NamedTuple):
    """An inner program: its own arguments, what it returns, and what it does on the side."""

    arguments: list[Node]
    outputs: list[Node]
    effects: list[Node]


class Graph:
    """All nodes of one program; asks for an expression that exists already return its node."""

    def __init__(self):
        self.known: dict[Any, Node] = {}
        self.made = 0

    def argument(self, shape: Iterable[int], dtype: Any) -> Node:
        """A value that comes from outside; every call makes a new one."""
        return Node(self, "argument", (), {}, tuple(shape), dtype)

    def constant(self, value: Any, dtype: Any) -> Node:
        """A number or array that the program contains; numbers keep double precision."""
        if isinstance(value, int | float | np.generic) or (
            isinstance(value, np.ndarray) and not value.ndim
        ):
            value = np.asarray(value).item()
            key = ("constant", repr(value), np.dtype(dtype))
            if key not in self.known:
                self.known[key] = Node(self, "constant", (), {"value": value}, (), dtype)
            return self.known[key]
        return Node(self, "constant", (), {"value": value}, np.shape(value), dtype)

    def apply(self, op: str, *operands: Node | float, **params: Any) -> Node:
        """An elementwise operation on nodes and numbers, broadcast to their common shape."""
        first = next(o for o in operands if isinstance(o, Node))
        nodes = tuple(o if isinstance(o, Node) else first.like(o) for o in operands)
        shape = np.broadcast_shapes(*(n.shape for n in nodes))
        return self.make(op, nodes, params, shape, first.dtype)

    def compare(self, op: str, a: Node, b: float) -> Node:
        """A truth value for every element ("gt", "lt" …)."""
        other = self.constant(b, a.dtype)
        return self.make(op, (a, other), {}, a.shape, np.dtype(bool))

    def make(self, op: str, inputs, params: dict, shape, dtype, eqn=None) -> Node:
        """The node of this expression, in its simplest equal spelling."""
        if op in ("add", "mul") and inputs[0].op == "constant":
            inputs = (inputs[1], inputs[0])
        simpler = simplest(op, inputs, params, shape)
        if simpler is not None:
            return simpler
        key = (op, tuple(inputs), frozen(params), tuple(shape), dtype)
        try:
            if key not in self.known:
                self.known[key] = Node(self, op, tuple(inputs), params, tuple(shape), dtype, eqn)
            return self.known[key]
        except TypeError:  # a parameter that cannot be hashed: a node of its own
            return Node(self, op, tuple(inputs), params, tuple(shape), dtype, eqn)


def frozen(params: dict) -> tuple:
    """Parameters as something to compare by."""
    return tuple(sorted((k, v) for k, v in params.items() if v is not None))


def simplest(op: str, inputs: tuple[Node, ...], params: dict, shape) -> Node | None:
    """An existing node that is bit for bit the same value, if there is one."""
    if not inputs or not inputs[0].is_float:
        return None
    a, b = inputs[0], inputs[-1]
    if op == "neg" and a.op == "neg":
        return a.inputs[0]
    if op == "neg" and isinstance(a.params.get("value"), int | float):
        return a.like(-a.params["value"])
    if op == "add" and b.constant == 0 and a.shape == tuple(shape) and a.op != "constant":
        return a
    if op in ("mul", "div") and b.constant == 1 and a.shape == tuple(shape):
        return a
    if op == "mul" and a.constant == 1 and b.shape == tuple(shape):
        return b
    if op == "integer_pow" and params["y"] == 1:
        return a
    if op in RESHAPES and a.shape == tuple(shape):
        return a
    if op in RESHAPES and a.op in RESHAPES and a.inputs[0].shape == tuple(shape):
        return a.inputs[0]
    if op == "max" and b.constant is not None and a.range.low >= b.constant:
        return a if a.shape == tuple(shape) else None
    if op == "min" and b.constant is not None and a.range.high <= b.constant:
        return a if a.shape == tuple(shape) else None
    if op in FOLDED and all(isinstance(i.params.get("value"), int | float) for i in inputs):
        folded = FOLDED[op](*(float(i.params["value"]) for i in inputs))
        return None if folded is None else a.like(folded)
    return None


RESHAPES = {"reshape", "squeeze", "expand_dims"}


def _finite(f: Callable[..., float]) -> Callable[..., float | None]:
    def folded(*numbers: float) -> float | None:
        with np.errstate(all="ignore"):
            value = float(f(*map(np.float64, numbers)))
        return value if np.isfinite(value) else None

    return folded


FOLDED = {
    "add": _finite(np.add),
    "mul": _finite(np.multiply),
    "div": _finite(np.divide),
    "exp": _finite(np.exp),
    "log": _finite(np.log),
    "sqrt": _finite(np.sqrt),
}
