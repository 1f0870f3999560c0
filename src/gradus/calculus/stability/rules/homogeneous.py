"""Homogeneous polynomials, such as ad − bc: leaves are scaled by a power of two, exactly."""

from __future__ import annotations

from gradus.calculus.stability.expressions import apply, log
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.views import Views, rule

MOST_LEAVES = 16


class Form:
    """A polynomial whose terms all have the same degree."""

    def __init__(self, n: Node):
        self.leaves: set[Node] = set()
        self.known: dict[Node, int | None] = {}
        self.degree = self._degree(n)

    def _degree(self, n: Node) -> int | None:
        if n not in self.known:
            self.known[n] = self._degree_of(n)
        return self.known[n]

    def _degree_of(self, n: Node) -> int | None:
        if n.constant is not None or len(self.leaves) > MOST_LEAVES:
            return 0 if n.constant is not None else None
        if n.op in ("add", "mul"):
            a, b = (self._degree(i) for i in n.inputs)
            if a is None or b is None:
                return None
            return a + b if n.op == "mul" else a if a == b else None
        if n.op == "neg":
            return self._degree(n.inputs[0])
        if n.op == "integer_pow":
            inner = self._degree(n.inputs[0])
            return None if inner is None else inner * n.params["y"]
        self.leaves.add(n)
        return 1


@rule(
    "log",
    "add",
    formula="log f(x) = k log s + log f(x/s) of a form f of degree k, s = 2ᵐ ≈ max |x|",
)
def _(views: Views, n: Node) -> Node | None:
    found = scaled_form(n)
    if found is None:
        return None
    form, scale, small = found
    return log(small) + log(scale) * float(form.degree or 0)


@rule("value", "sqrt", formula="√f(x) = s √f(x/s) of a form f of degree 2, s ≈ max |x|")
def _(views: Views, n: Node) -> Node | None:
    found = scaled_form(n.inputs[0])
    if found is None or found[0].degree not in (2, 4):
        return None
    form, scale, small = found
    return apply("sqrt", small) * (scale if form.degree == 2 else scale**2)


def scaled_form(n: Node) -> tuple[Form, Node, Node] | None:
    """A form of degree 2 or more, the scale of its leaves, and the form of scaled leaves."""
    if n.op != "add":
        return None
    form = Form(n)
    leaves = sorted(form.leaves, key=lambda leaf: leaf.serial)
    if not form.degree or form.degree < 2 or len(leaves) < 2:
        return None
    if any(leaf.shape != n.shape or leaf.op == "exp" or is_scaled(leaf) for leaf in leaves):
        return None
    largest = apply("abs", leaves[0])
    for leaf in leaves[1:]:
        largest = apply("max", largest, apply("abs", leaf))
    scale = apply("power_of_two", largest)
    return form, scale, rebuilt(n, {leaf: leaf / scale for leaf in leaves})


def is_scaled(n: Node) -> bool:
    """Whether n has been divided by a scale already."""
    return n.op == "div" and n.inputs[1].op == "power_of_two"


def rebuilt(n: Node, known: dict[Node, Node]) -> Node:
    """The polynomial in other leaves."""
    if n.constant is not None:
        return n
    if n not in known:
        inputs = tuple(rebuilt(i, known) for i in n.inputs)
        known[n] = n.graph.make(n.op, inputs, n.params, n.shape, n.dtype)
    return known[n]
