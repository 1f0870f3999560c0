"""Loops that add, multiply or map numbers one by one, as sums, products and arrays.

What a scan carries as c ← c + g(xₜ) is Σ g(x), c ← c · g(xₜ) is Π g(x), and its outputs are arrays:
written so, rules see the norm, the variance or the likelihood that the loop spells out.
"""

from __future__ import annotations

import numpy as np

from gradus.calculus.stability.expressions import reduced, stretched
from gradus.calculus.stability.graph import Body, Graph, Node

REDUCTIONS = {"add": ("reduce_sum", "cumsum", 0.0), "mul": ("reduce_prod", "cumprod", 1.0)}
MAPPED = {
    *("add", "neg", "mul", "div", "integer_pow", "pow", "sqrt", "abs", "max", "min"),
    *("exp", "log", "log1p", "expm1", "logistic", "softplus", "tanh", "sin", "cos", "erf"),
}
LONGEST_BODY = 100  # nodes; longer ones do more than add up
INTEGERS = {
    "add": np.add,
    "mul": np.multiply,
    "lt": np.less,
    "select_n": lambda condition, no, yes: np.where(condition, yes, no),
    "convert_element_type": lambda i: i,
}


class Fold:
    """One scan, seen from outside.

    Arguments:
        graph, eqn, inputs: of the scan.
        body: its inner program.
    """

    def __init__(self, graph: Graph, eqn, inputs: list[Node], body: Body):
        p, arguments = eqn.params, body.arguments
        first, last = p["num_consts"], p["num_consts"] + p["num_carry"]
        self.graph, self.length, self.reverse = graph, p["length"], p["reverse"]
        self.carried = dict(zip(arguments[first:last], range(last - first), strict=True))
        self.starts, self.outputs = inputs[first:last], body.outputs
        self.arrays: dict[Node, Node | None] = dict(
            zip(arguments[last:], inputs[last:], strict=True)
        )
        self.fresh = {*self.carried, *self.arrays}
        self.within: dict[Node, set[Node]] = {}

    def results(self) -> list[Node | None]:
        """The outputs of the loop without the loop; None for those that need it."""
        if self.length == 0 or self.too_long():
            return [None] * len(self.outputs)
        carry = len(self.carried)
        finals = [self.final(k) for k in range(carry)]
        return finals + [self.stacked(n) for n in self.outputs[carry:]]

    def too_long(self) -> bool:
        """Whether the body is more than a short formula."""
        seen: set[Node] = set()
        stack = list(self.outputs)
        while stack and len(seen) <= LONGEST_BODY:
            n = stack.pop()
            if n not in seen:
                seen.add(n)
                stack += n.inputs
        return len(seen) > LONGEST_BODY

    def inside(self, n: Node) -> bool:
        """Whether n depends on the step of the loop."""
        return bool(self.sources(n))

    def sources(self, n: Node) -> set[Node]:
        """What n is made of, of the arguments of the body that change from step to step."""
        if n in self.fresh:
            return {n}
        if n not in self.within:
            self.within[n] = set().union(*map(self.sources, n.inputs))
        return self.within[n]

    def final(self, k: int) -> Node | None:
        """What is carried out of the loop."""
        n, start = self.outputs[k], self.starts[k]
        if n in self.carried and self.carried[n] == k:
            return start
        step = self.step(k)
        if step is None:
            return None
        op, array = step
        reduction, _, neutral = REDUCTIONS[op]
        total = reduced(reduction, array, (0,))
        return total if start.constant == neutral else self.joined(op, total, start)

    def step(self, k: int) -> tuple[str, Node] | None:
        """("add" or "mul", what is added or multiplied in every step)."""
        n = self.outputs[k]
        op = "mul" if n.op == "div" else n.op
        if not n.is_float or op not in REDUCTIONS:
            return None
        own, parts = 0, []
        stack = [n]
        while stack:  # (c + g) + h, (c · g) / h
            m = stack.pop()
            if self.carried.get(m) == k:
                own += 1
            elif m.op == op and self.carries(m, k):
                stack += m.inputs
            elif m.op == "div" and op == "mul" and self.carries(m.inputs[0], k):
                stack.append(m.inputs[0])
                parts.append(m.like(1.0) / m.inputs[1])
            else:
                parts.append(m)
        arrays = [self.stacked(m) for m in parts]
        if own != 1 or not arrays or any(a is None for a in arrays):
            return None
        total = arrays[0]
        for a in arrays[1:]:
            total = self.joined(op, total, a)
        return None if total is None else (op, total)

    def carries(self, n: Node, k: int) -> bool:
        """Whether the k-th carry is n, or inside it."""
        return any(self.carried.get(i) == k for i in self.sources(n))

    def joined(self, op: str, a: Node | None, b: Node | None) -> Node | None:
        """a + b or a · b"""
        if a is None or b is None:
            return None
        return self.graph.make(op, (a, b), {}, a.shape, a.dtype)

    def stacked(self, n: Node) -> Node | None:
        """n of all steps, along a new first axis; None where that needs the loop."""
        if n not in self.arrays:
            self.arrays[n] = None
            self.arrays[n] = self._stacked(n)
        return self.arrays[n]

    def _stacked(self, n: Node) -> Node | None:
        shape = (self.length, *n.shape)
        if not self.inside(n):
            return spread(n, self.length) if n.is_float else None
        if n in self.carried:
            return None
        if n.is_float and n in self.outputs[: len(self.carried)]:
            return self.running(self.outputs.index(n))
        if n.op == "squeeze" and n.is_float:
            return self._reshaped(n, shape)
        if n.op == "dynamic_slice":
            return self.picked(n)
        if n.op not in MAPPED or not n.is_float:
            return None
        parts = [i if i.constant is not None else self.stacked(i) for i in n.inputs]
        if any(p is None for p in parts):
            return None
        operands = tuple(p for p in parts if p is not None)
        return self.graph.make(n.op, operands, n.params, shape, n.dtype)

    def _reshaped(self, n: Node, shape: tuple[int, ...]) -> Node | None:
        array = self.stacked(n.inputs[0])
        if array is None:
            return None
        params = {"new_sizes": shape, "dimensions": None, "sharding": None}
        return self.graph.make("reshape", (array,), params, shape, n.dtype)

    def running(self, k: int) -> Node | None:
        """What is carried after every step."""
        step = self.step(k)
        if step is None:
            return None
        op, array = step
        _, cumulative, neutral = REDUCTIONS[op]
        params = {"axis": 0, "reverse": self.reverse}
        total = self.graph.make(cumulative, (array,), params, array.shape, array.dtype)
        start = self.starts[k]
        return (
            total
            if start.constant == neutral
            else self.joined(op, total, spread(start, self.length))
        )

    def picked(self, n: Node) -> Node | None:
        """Elements of an outer array, one for every step: xs[i]."""
        array, *places = n.inputs
        starts = [self.integers(i) for i in places]
        if self.inside(array) or any(s is None for s in starts) or self.reverse:
            return None
        sizes = n.params["slice_sizes"]
        moving = [a for a, s in enumerate(starts) if s is not None and s.ndim]
        if len(moving) != 1 or sizes[moving[0]] != 1 or not array.is_float:
            return None
        (axis,) = moving
        low = [int(s.flat[0]) for s in starts if s is not None]
        high = [a + s for a, s in zip(low, sizes, strict=True)]
        high[axis] = low[axis] + self.length
        if not np.array_equal(starts[axis], np.arange(low[axis], high[axis])):  # pyright: ignore
            return None
        if any(a < 0 or b > s for a, b, s in zip(low, high, array.shape, strict=True)):
            return None
        return self.sliced(array, tuple(low), tuple(high), axis, n.shape)

    def sliced(self, array: Node, low, high, axis: int, shape: tuple[int, ...]) -> Node | None:
        """array[low:high] with one axis in front."""
        if axis and any(
            b - a != 1 for i, (a, b) in enumerate(zip(low, high, strict=True)) if i < axis
        ):
            return None  # a reshape would not do
        if high == array.shape and not any(low) and shape == (1, *array.shape[1:]):
            params = {"new_sizes": (self.length, *shape), "dimensions": None, "sharding": None}
            return self.graph.make("reshape", (array,), params, (self.length, *shape), array.dtype)
        params = {"start_indices": low, "limit_indices": high, "strides": None}
        size = tuple(b - a for a, b in zip(low, high, strict=True))
        part = self.graph.make("slice", (array,), params, size, array.dtype)
        new = (self.length, *shape)
        params = {"new_sizes": new, "dimensions": None, "sharding": None}
        return self.graph.make("reshape", (part,), params, new, array.dtype)

    def integers(self, n: Node) -> np.ndarray | None:
        """An index in every step; an array of no axes where it is the same in all."""
        if "value" in n.params and n.op == "constant":
            return np.asarray(n.params["value"])
        if n in self.carried:
            return self.counter(self.carried[n])
        parts = [self.integers(i) for i in n.inputs]
        if n.op not in INTEGERS or n.is_float or any(p is None for p in parts):
            return None
        return INTEGERS[n.op](*parts)

    def counter(self, k: int) -> np.ndarray | None:
        """start, start + step … where that is what is carried."""
        n, start = self.outputs[k], self.starts[k].params.get("value")
        if n.op != "add" or start is None or self.carried.get(n.inputs[0]) != k:
            return None
        step = n.inputs[1].params.get("value")
        return None if step is None else np.arange(self.length) * int(step) + int(start)


def spread(n: Node, length: int) -> Node:
    """n repeated along a new first axis."""
    return n if n.constant is not None and n.shape == () else stretched(n, (length, *n.shape))
