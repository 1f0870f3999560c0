"""Differences of nearly equal numbers, taken before they are rounded."""

from __future__ import annotations

from typing import Any

from gradus.calculus.stability.expressions import apply, exp
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.linear import (
    Linear,
    combine,
    constant_factor,
    difference,
    factors,
    linear,
    without_cancelling,
)
from gradus.calculus.stability.rules.shares import picked_share
from gradus.calculus.stability.series import only_source
from gradus.calculus.stability.views import Views, rule


def terms(n: Node) -> tuple[Node, Node] | None:
    """(a, b) where n is written a − b or −b + a."""
    a, b = n.inputs
    if b.op == "neg" and a.op != "neg":
        return a, b.inputs[0]
    if a.op == "neg" and b.op != "neg":
        return b, a.inputs[0]
    factor = constant_factor(b)
    if factor is not None and factor[0] == -1:
        return a, factor[1]
    return None


@rule("value", "add", formula="n − 1 and n + 1 by the views of n")
def _(views: Views, n: Node) -> Node | None:
    a, b = n.inputs
    if b.constant == -1:
        return views.minus_one(a)
    if b.constant == 1:
        return views.plus_one(a)
    return None


@rule("value", "add", formula="k n − k = k (n − 1), k n + k = k (n + 1)")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    if len(form.terms) != 1 or abs(form.constant) == 1:
        return None
    ((x, k),) = form.terms.items()
    rest = {-k: views.minus_one, k: views.plus_one}.get(form.constant)
    found = None if rest is None else rest(x)
    return None if found is None or found.shape != n.shape else found * k


@rule("value", "add", formula="a² + b² − 2ab cos C = (a − b)² + 4ab sin²(C/2)")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    for t, c in form.terms.items():
        k, parts = factors(t)
        angles = [f.inputs[0] for f in parts if f.op == "cos"]
        sides = [f for f in parts if f.op != "cos"]
        half = -0.5 * c * k
        if len(angles) != 1 or len(sides) != 2 or form.constant:
            continue
        a, b = sides
        rest = {u: x for u, x in form.terms.items() if u is not t}
        if rest != {a**2: half, b**2: half}:
            continue
        return ((a - b) ** 2 + a * b * apply("sin", angles[0] * 0.5) ** 2 * 4.0) * half
    return None


@rule("value", "add", formula="(x + y) − x = y")
def _(views: Views, n: Node) -> Node | None:
    return without_cancelling(n)


@rule("value", "add", formula="a quotient of sums of exponentials, with what cancels left out")
def _(views: Views, n: Node) -> Node | None:
    return views.exponentials.sum_of(n)


@rule("value", "add", formula="log a − log b = log(a/b)")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(i.op != "log" for i in pair):
        return None
    a, b = (i.inputs[0] for i in pair)
    quotient = a / b
    found = views.log_of(quotient)
    signs = [i for i in (a, b) if not i.range.nonnegative]
    for i in signs:
        found = apply("where_positive", found, i)
    return found


@rule("value", "add", formula="softplus u − softplus v, by log1p where u ≈ v")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(softplus_argument(i) is None for i in pair):
        return None
    u, v = (i for i in map(softplus_argument, pair) if i is not None)
    gap = difference(u, v)
    if gap is None:
        return apply("independent_softplus_difference", u, v)
    return apply("softplus_difference", u, v, views.value(gap))


def softplus_argument(n: Node) -> Node | None:
    """u where n is log(1 + eᵘ)."""
    if n.op == "softplus":
        return n.inputs[0]
    if n.op == "log1p" and n.inputs[0].op == "exp":
        return n.inputs[0].inputs[0]
    if n.op == "log" and n.inputs[0].op == "add":
        e, one = n.inputs[0].inputs
        if one.constant == 1 and e.op == "exp":
            return e.inputs[0]
    return None


@rule("value", "add", formula="u + log v = log(eᵘ v), if eᵘ v is simpler")
def _(views: Views, n: Node) -> Node | None:
    """The logarithm of the product that a sum of logarithms stands for."""
    form = linear(n)
    logs = {t: c for t, c in form.terms.items() if inside_log(t) is not None and abs(c) == 1}
    if not logs or form.constant:
        return None
    rest = {t: c for t, c in form.terms.items() if t not in logs}
    top, bottom = ([inside_log(t) for t, c in logs.items() if c == sign] for sign in (1.0, -1.0))
    if rest:
        top.append(exp(combine(Linear(rest, 0.0), n)))
    one_sided = not rest and not (top and bottom)
    if one_sided and (len(logs) < 2 or any(picked_share(i) for i in (*top, *bottom))):
        return None
    whole = product(top, n)
    if bottom:
        whole = whole / product(bottom, n)
    if whole.shape != n.shape:
        return None
    found = views.exponentials.log_of(whole)
    if found is None and bottom and any(views.scaled(b) is not None for b in bottom):
        found = views.log(whole)
    return found


def inside_log(n: Node) -> Any:
    """x where n is log x, in any of its spellings."""
    if n.op == "log":
        return n.inputs[0]
    if n.op == "log1p":
        return n.inputs[0] + 1.0
    return exp(n.inputs[0]) + 1.0 if n.op == "softplus" else None


def product(factors: list[Node], like: Node) -> Node:
    """Π factors"""
    total = like.like(1.0)
    for factor in factors:
        total = factor if total.constant == 1 else total * factor
    return total


@rule("value", "add", formula="√a − √b = (a − b)/(√a + √b)")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(i.op != "sqrt" for i in pair):
        return None
    a, b = (i.inputs[0] for i in pair)
    gap = difference(a, b)
    if gap is None and any(views.ask("root", i) is not None for i in (a, b)):
        return None
    gap = a - b if gap is None else gap
    return gap / (pair[0] + pair[1])


@rule("value", "add", formula="√q − b = (q − b²)/(√q + b) for b > 0, if b² cancels in q")
def _(views: Views, n: Node) -> Node | None:
    for root, other in (n.inputs, n.inputs[::-1]):
        sign = 1.0
        if root.op == "neg":
            root, other, sign = root.inputs[0], -other, -1.0
        if root.op != "sqrt":
            continue
        b = -other  # the sum is ±(√q − b)
        gap = difference(root.inputs[0], b**2)
        if gap is None or (gap.shape != n.shape and gap.shape != ()):
            continue
        return apply("root_difference", root, b, gap) * sign
    return None


ANGLES = {"sin": "sin_difference", "cos": "cos_difference", "atan": "atan_difference"}


@rule("value", "add", formula="sin u − sin v = 2 cos((u + v)/2) sin((u − v)/2) and the like")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or pair[0].op != pair[1].op or pair[0].op not in ANGLES:
        return None
    u, v = (i.inputs[0] for i in pair)
    gap = difference(u, v)
    gap = u - v if gap is None else views.value(gap)
    return apply(ANGLES[pair[0].op], u, v, gap)


@rule("value", "add", formula="x² − y² = (x − y)(x + y)")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(i.op != "integer_pow" or i.params["y"] != 2 for i in pair):
        return None
    x, y = (i.inputs[0] for i in pair)
    gap = difference(x, y)
    return apply("difference_of_squares", x, y) if gap is None else views.value(gap) * (x + y)


@rule("value", "add", formula="c/a − c/b = c (b − a)/a/b")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(i.op != "div" for i in pair):
        return None
    (c, a), (d, b) = (i.inputs for i in pair)
    if c.constant is None or c.constant != d.constant:
        return None
    gap = difference(b, a)
    if gap is None and only_source(a) is only_source(b) is not None:  # a series knows more
        return None
    if gap is None and (better := views.value(b - a)) is not b - a:
        return apply("reciprocal_difference", a, b, better) * c.constant
    if gap is None or (gap.constant is None and gap.op != "argument"):
        return apply("independent_reciprocal_difference", a, b) * c.constant
    return apply("reciprocal_difference", a, b, gap) * c.constant


@rule("value", "add", formula="m e^E − k e^F from mantissas of a common exponent")
def _(views: Views, n: Node) -> Node | None:
    pair = terms(n)
    if pair is None or any(i.op != "exp" for i in pair):
        return None
    u, v = (i.inputs[0] for i in pair)
    gap = difference(u, v)
    if gap is None:
        return apply("independent_exp_difference", u, v)
    return apply("exp_difference", u, v, views.value(gap))


@rule("value", "add", formula="ab − ac = a (b − c), if b − c has a view")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    if len(form.terms) != 2 or form.constant:
        return None
    (p, c), (q, d) = form.terms.items()
    if c != -d:
        return None
    for x, y, sign in ((p, q, c), (q, p, d)):
        if x.op == "mul" and y in x.inputs:
            rest = x.inputs[0] if x.inputs[1] is y else x.inputs[1]
            small = views.minus_one(rest)
            if small is not None:
                return y * small * sign
    return None


@rule("value", "add", formula="the terms in one variable, first by themselves")
def _(views: Views, n: Node) -> Node | None:
    form = linear(n)
    if not 3 <= len(form.terms) + bool(form.constant) <= 8:
        return None
    groups: dict[Node, dict[Node, float]] = {}
    for t, c in form.terms.items():
        source = only_source(t)
        if source is not None:
            groups.setdefault(source, {})[t] = c
    for own in groups.values():
        if len(own) == len(form.terms) or len(own) + bool(form.constant) < 2:
            continue
        part = combine(Linear(own, form.constant), n)
        if part.shape != n.shape or views.ask("value", part) is None:
            continue
        return part + combine(Linear({t: c for t, c in form.terms.items() if t not in own}, 0.0), n)
    return None
