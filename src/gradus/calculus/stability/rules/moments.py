"""Moments about the mean, from moments about 0."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from gradus.calculus.stability.expressions import is_move, kept, reduced, stretched
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import (
    DEEPEST_PRODUCT,
    Linear,
    combine,
    constant_factor,
    linear,
)
from gradus.calculus.stability.rules.differences import terms
from gradus.calculus.stability.rules.shares import part_of_sum
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


class WeightedMean(NamedTuple):
    """Σ w y/Σ w as it is written: the weights, their total if it is apart, and the products."""

    weight: Node
    total: Node | None
    products: Node
    axes: tuple[int, ...]

    def of(self, y: Node) -> Node:
        """Σ w y/Σ w"""
        summed = reduced("reduce_sum", self.weight * y, self.axes)
        return summed if self.total is None else summed / self.total


def weighted_means(n: Node) -> Iterator[WeightedMean]:
    """n as a weighted mean, for each factor that can be the weight."""
    top, total = n.inputs if n.op == "div" else (n, None)
    found = product_of_sums(top)
    if found is None or found.coefficient != 1 or len(found.sums) != 1:
        return
    products, axes = found.sums[0]
    for weight in factors_of(products):
        if total is None:
            part = part_of_sum(weight)
            if part is not None and set(axes) <= set(part.axes) and not part.moves:
                yield WeightedMean(weight, None, products, axes)
        elif total is reduced("reduce_sum", weight, axes):
            yield WeightedMean(weight, total, products, axes)


def factors_of(n: Node, depth: int = 0) -> list[Node]:
    """What is multiplied in n."""
    if n.op != "mul" or depth >= DEEPEST_PRODUCT:
        return [n]
    return [f for i in n.inputs for f in factors_of(i, depth + 1)]


@rule("value", "add", formula="Σwx²/Σw − (Σwx/Σw)² = Σw (x − x̄)²/Σw, x̄ = Σwx/Σw")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or squared(pair[1]) is None:
        return None
    mean = squared(pair[1])
    for of_squares in weighted_means(pair[0]):
        for of_numbers in weighted_means(mean):
            w = of_numbers.weight
            rest = [f for f in factors_of(of_numbers.products) if f is not w]
            if of_squares[:2] != of_numbers[:2] or of_squares.axes != of_numbers.axes:
                continue
            if len(rest) != 1 or not same_factors(of_squares.products, w, rest[0]):
                continue
            middle = shaped(
                kept(shaped(mean, reduced_shape(w, of_numbers.axes)), w, of_numbers.axes), w.shape
            )
            return shaped(of_numbers.of((rest[0] - middle) ** 2), n.shape)
    return None


def same_factors(n: Node, w: Node, x: Node) -> bool:
    """Whether n is w · x²."""
    found = [f for g in factors_of(n) for f in ([x, x] if g is x**2 else [g])]
    return len(found) == 3 and found.count(x) == 2 and w in found


def reduced_shape(n: Node, axes: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of n without the axes."""
    return tuple(s for i, s in enumerate(n.shape) if i not in axes)


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


def product_of_sums(n: Node, depth: int = 0) -> Product | None:
    """n as a number times one or two sums."""
    if depth > DEEPEST_PRODUCT:
        return None
    if n.op == "neg":
        return scaled(product_of_sums(n.inputs[0], depth + 1), -1.0)
    factor = constant_factor(n)
    if factor is not None:
        return scaled(product_of_sums(factor[1], depth + 1), factor[0])
    if n.op == "integer_pow" and n.params["y"] == 2:
        inner = product_of_sums(n.inputs[0], depth + 1)
        if inner is None or len(inner.sums) != 1:
            return None
        return Product(inner.coefficient**2, inner.sums * 2)
    if n.op == "mul":
        a, b = (product_of_sums(i, depth + 1) for i in n.inputs)
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
        return product_of_sums(n.inputs[0], depth + 1)
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
