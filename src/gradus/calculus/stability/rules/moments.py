"""Moments about the mean, from moments about 0."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any, NamedTuple

from gradus.calculus.stability.expressions import is_move, kept, reduced, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import Linear, combine, constant_factor, linear
from gradus.calculus.stability.views import Views, rule


class Product(NamedTuple):
    """coefficient · Π factors, where each is a sum over axes of something."""

    coefficient: float
    sums: list[tuple[Node, tuple[int, ...]]]


@rule("value", "add", formula="Σx² − 2 Σxy + Σy² = Σ (x − y)²")
def _(views: Views, n: Node) -> Node | None:
    return perfect_square(n)


@rule("value", "add", formula="α Σxy − α/N Σx Σy = α Σ (x − x̄)(y − ȳ)")
def _(views: Views, n: Node) -> Node | None:
    """N is how many there are; α is 1/N for E[xy] − E[x] E[y]."""
    first, second = (product_of_sums(i) for i in n.inputs)
    if first is None or second is None:
        return None
    if len(first.sums) == 2:
        first, second = second, first
    if len(first.sums) != 1 or len(second.sums) != 2:
        return None
    (xy, axes), ((x, axes_x), (y, axes_y)) = first.sums[0], second.sums
    if xy not in products(x, y) or not axes == axes_x == axes_y:
        return None
    count = math.prod(x.shape[i] for i in axes)
    if abs(second.coefficient * count + first.coefficient) > 1e-5 * abs(first.coefficient):
        return None
    about = [v - kept(reduced("reduce_sum", v, axes) / float(count), v, axes) for v in (x, y)]
    squares = about[0] ** 2 if x is y else about[0] * about[1]
    total = reduced("reduce_sum", squares, axes) * first.coefficient
    return shaped(total, n.shape)


def perfect_square(n: Node) -> Node | None:
    """α Σx² ± 2α Σxy + α Σy² over the same axes, as α Σ (x ± y)²."""
    form = linear(n)
    if len(form.terms) < 3 or len(form.terms) > 6:
        return None
    sums: dict[Node, Any] = {t: product_of_sums(t) for t in form.terms}
    single = {t: p.sums[0] for t, p in sums.items() if p is not None and len(p.sums) == 1}
    squares = {t: s for t, s in single.items() if squared(s[0]) is not None}
    for (t, (xx, axes)), (u, (yy, other)) in combinations(squares.items(), 2):
        x, y = squared(xx), squared(yy)
        cross = next(
            (v for v, s in single.items() if s[0] in products(x, y) and s[1] == axes), None
        )
        a, b = (form.terms[i] * sums[i].coefficient for i in (t, u))
        if cross is None or axes != other or a != b:
            continue
        c = form.terms[cross] * sums[cross].coefficient
        if abs(c) != 2 * abs(a):
            continue
        both = x + y if c * a > 0 else x - y
        rest = {v: k for v, k in form.terms.items() if v not in (t, u, cross)}
        total = shaped(reduced("reduce_sum", both**2, axes), n.shape) * a
        if rest or form.constant:
            total = total + combine(Linear(rest, form.constant), n)
        return total
    return None


def squared(n: Node) -> Any:
    """x where n is x²."""
    return n.inputs[0] if n.op == "integer_pow" and n.params["y"] == 2 else None


def products(x: Node, y: Node) -> tuple[Node, ...]:
    """The nodes that mean x · y."""
    return (x**2,) if x is y else (x * y, y * x)


def product_of_sums(n: Node) -> Product | None:
    """n as a number times one or two sums."""
    if n.op == "neg":
        return scaled(product_of_sums(n.inputs[0]), -1.0)
    factor = constant_factor(n)
    if factor is not None:
        return scaled(product_of_sums(factor[1]), factor[0])
    if n.op == "integer_pow" and n.params["y"] == 2:
        inner = product_of_sums(n.inputs[0])
        if inner is None or len(inner.sums) != 1:
            return None
        return Product(inner.coefficient**2, inner.sums * 2)
    if n.op == "mul":
        a, b = map(product_of_sums, n.inputs)
        if a is None or b is None or len(a.sums) + len(b.sums) != 2:
            return None
        return Product(a.coefficient * b.coefficient, a.sums + b.sums)
    if n.op == "reduce_sum":
        return Product(1.0, [(n.inputs[0], tuple(n.params["axes"]))])
    if n.op == "dot_general" and n.shape == ():
        a, b = n.inputs
        return Product(1.0, [(a**2 if a is b else a * b, tuple(range(len(a.shape))))])
    only_axes = n.op in ("broadcast_in_dim", "reshape", "squeeze", "expand_dims") and is_move(n)
    if only_axes and math.prod(n.shape) == math.prod(n.inputs[0].shape):
        return product_of_sums(n.inputs[0])
    return None


def scaled(product: Product | None, factor: float) -> Product | None:
    """The product times a number."""
    return None if product is None else Product(product.coefficient * factor, product.sums)


def shaped(n: Node, shape: tuple[int, ...]) -> Node:
    """n with axes of length 1 added or taken away."""
    if n.shape == shape:
        return n
    if n.shape == ():
        return stretched(n, shape)
    params = {"new_sizes": shape, "dimensions": None, "sharding": None}
    return n.graph.make("reshape", (n,), params, shape, n.dtype)
