"""n as mantissa · e^exponent: sums and quotients of numbers beyond the floating range."""

from __future__ import annotations

import math

from gradus.calculus.stability.expressions import (
    already_shifted,
    apply,
    axes,
    exp,
    kept,
    reduced,
    select,
    stretched,
)
from gradus.calculus.stability.graph import Node
from gradus.calculus.stability.views import Scaled, Views, rule


@rule("scaled", "exp", formula="eᵘ = 1 · eᵘ")
def _(views: Views, n: Node) -> Scaled:
    return Scaled(stretched(n.like(1.0), n.shape), n.inputs[0])


@rule("scaled", "exp2", formula="2ᵘ = 1 · e^{u log 2}")
def _(views: Views, n: Node) -> Scaled:
    return Scaled(stretched(n.like(1.0), n.shape), n.inputs[0] * math.log(2))


@rule("scaled", "expm1", formula="eᵘ − 1 = (1 − e⁻ᵘ) eᵘ for u > 0")
def _(views: Views, n: Node) -> Scaled:
    (u,) = n.inputs
    return Scaled(apply("expm1_mantissa", u), apply("max", u, 0.0))


@rule("scaled", "pow", formula="aᵘ = 1 · e^{u log a} for a number a")
def _(views: Views, n: Node) -> Scaled | None:
    base, power = n.inputs
    if base.constant is None or base.constant <= 0:
        return None
    return Scaled(stretched(n.like(1.0), n.shape), power * math.log(base.constant))


@rule("scaled", "reduce_prod", formula="Π x = (Π sign x) e^{Σ log |x|}")
def _(views: Views, n: Node) -> Scaled | None:
    if n.inputs[0].op == "sign":
        return None
    logs, sign = views.ask("log_abs", n)
    return Scaled(stretched(n.like(1.0), n.shape) if sign is None else sign, logs)


@rule("scaled", "neg", formula="−(m e^E) = (−m) e^E")
def _(views: Views, n: Node) -> Scaled | None:
    found = views.scaled(n.inputs[0])
    return None if found is None else Scaled(-found.mantissa, found.exponent)


@rule("scaled", "integer_pow", formula="(m e^E)ᵏ = mᵏ e^{kE}")
def _(views: Views, n: Node) -> Scaled | None:
    found, k = views.scaled(n.inputs[0]), n.params["y"]
    return None if found is None else Scaled(found.mantissa**k, found.exponent * float(k))


@rule("value", "sqrt", formula="√(m e^E) = √m e^{E/2}")
def _(views: Views, n: Node) -> Node | None:
    found = views.scaled(n)
    return None if found is None else whole(found)


@rule("scaled", "sqrt", formula="√(m e^E) = √m e^{E/2}")
def _(views: Views, n: Node) -> Scaled | None:
    found = views.scaled(n.inputs[0])
    return None if found is None else Scaled(apply("sqrt", found.mantissa), found.exponent * 0.5)


@rule("scaled", "mul", "div", formula="(m e^E)(k e^F) = mk e^{E + F}")
def _(views: Views, n: Node) -> Scaled | None:
    parts = pair(views, n)
    if parts is None:
        return None
    a, b = parts
    if n.op == "mul":
        return Scaled(apply("scaled_mul", a.mantissa, b.mantissa), a.exponent + b.exponent)
    return Scaled(apply("scaled_div", a.mantissa, b.mantissa), a.exponent - b.exponent)


@rule("scaled", "add", formula="m e^E + k e^F = (m e^{E − M} + k e^{F − M}) e^M, M = max(E, F)")
def _(views: Views, n: Node) -> Scaled | None:
    if not all(i.positive for i in n.inputs) and (better := views.value(n)) is not n:
        found = views.scaled(better)
        if found is None and n.positive and views.log(n) is not None:
            found = Scaled(stretched(n.like(1.0), n.shape), views.log_of(n))
        if found is None and all(map(math.isfinite, n.range[:2])):
            found = Scaled(better, n.like(0.0))
        if found is not None:
            return found
    parts = pair(views, n)
    if parts is None:
        return None
    return added(*parts)


def added(a: Scaled, b: Scaled) -> Scaled:
    """m e^E + k e^F"""
    high = apply("finite", apply("max", apply("exponent", *a), apply("exponent", *b)))
    return Scaled(aligned(a, high) + aligned(b, high), high)


@rule("scaled", "reduce_sum", formula="Σ m e^E = (Σ m e^{E − M}) e^M, M the largest exponent")
def _(views: Views, n: Node) -> Scaled | None:
    (x,) = n.inputs
    found = views.scaled(x)
    if found is None or already_shifted(x, axes(n)):
        return None
    found = Scaled(*(stretched(part, x.shape) for part in found))
    high = apply("finite", reduced("reduce_max", apply("exponent", *found), axes(n)))
    total = aligned(found, kept(high, x, axes(n)))
    return Scaled(reduced("reduce_sum", total, axes(n)), high)


@rule("scaled", "dot_general", formula="a · b = Σ aₖ bₖ for vectors")
def _(views: Views, n: Node) -> Scaled | None:
    return views.scaled(as_sum(n)) if n.shape == () else None


def as_sum(n: Node) -> Node:
    """The product of two vectors as a sum of products."""
    a, b = n.inputs
    return reduced("reduce_sum", a**2 if a is b else a * b, tuple(range(len(a.shape))))


@rule("scaled", "select_n", formula="where(c, m e^E, k e^F) by mantissa and exponent")
def _(views: Views, n: Node) -> Scaled | None:
    condition, *branches = n.inputs
    found = [views.scaled(b) for b in branches]
    if all(f is None for f in found) or len(branches) != 2:
        return None
    parts = [
        Scaled(*(stretched(p, n.shape) for p in f or (b, n.like(0.0))))
        for f, b in zip(found, branches, strict=True)
    ]
    return Scaled(
        select(condition, *(p.mantissa for p in parts)),
        select(condition, *(p.exponent for p in parts)),
    )


@rule("scaled", "concatenate", "stack", formula="joined mantissas and joined exponents")
def _(views: Views, n: Node) -> Scaled | None:
    found = [views.scaled(i) for i in n.inputs]
    if all(f is None for f in found):
        return None
    parts = [
        Scaled(*(stretched(p, i.shape) for p in f or (i, n.like(0.0))))
        for f, i in zip(found, n.inputs, strict=True)
    ]
    return Scaled(
        *(
            n.graph.make(n.op, tuple(side), n.params, n.shape, n.dtype, n.eqn)
            for side in zip(*parts, strict=True)
        )
    )


@rule("scaled", "dot_general", formula="Σₖ mₖ e^{Eₖ} bₖ, each row shifted by its largest exponent")
def _(views: Views, n: Node) -> Scaled | None:
    (contract, batch) = n.params["dimension_numbers"]
    sides = [views.scaled(i) for i in n.inputs]
    if all(s is None for s in sides):
        return None
    mantissas, exponents = [], []
    for i, (x, side) in enumerate(zip(n.inputs, sides, strict=True)):
        if side is None or already_shifted(x, tuple(contract[i])):
            mantissas.append(x)
            continue
        over = tuple(contract[i])
        found = Scaled(*(stretched(part, x.shape) for part in side))
        high = apply("finite", reduced("reduce_max", apply("exponent", *found), over))
        mantissas.append(aligned(found, kept(high, x, over)))
        exponents.append(spread(high, n, i, len(batch[0]), over))
    if not exponents:
        return None
    total = n.graph.make("dot_general", tuple(mantissas), n.params, n.shape, n.dtype, n.eqn)
    return Scaled(total, exponents[0] if len(exponents) == 1 else exponents[0] + exponents[1])


def spread(high: Node, n: Node, side: int, batch: int, over: tuple[int, ...]) -> Node:
    """The exponents of the rows of one operand, over the whole product of matrices.

    The axes of a product are the batch, those of the left operand, those of the right one.
    """
    (_, batches) = n.params["dimension_numbers"]
    rest = [i for i in range(len(n.inputs[side].shape)) if i not in over]
    free = [i for i in rest if i not in batches[side]]
    first = batch + (len(n.shape) - batch - len(free) if side else 0)
    place = {axis: k for k, axis in enumerate(batches[side])}
    place |= {axis: first + k for k, axis in enumerate(free)}
    dims = tuple(place[i] for i in rest)
    if tuple(sorted(dims)) != dims:
        high = high.graph.make(
            "transpose",
            (high,),
            {"permutation": tuple(sorted(range(len(dims)), key=dims.__getitem__))},
            tuple(high.shape[k] for k in sorted(range(len(dims)), key=dims.__getitem__)),
            high.dtype,
        )
        dims = tuple(sorted(dims))
    params = {"shape": n.shape, "broadcast_dimensions": dims, "sharding": None}
    return high.graph.make("broadcast_in_dim", (high,), params, n.shape, n.dtype)


def pair(views: Views, n: Node) -> tuple[Scaled, Scaled] | None:
    """Both operands as mantissa and exponent, if one of them has an exponent."""
    found = [views.scaled(i) for i in n.inputs]
    if all(f is None for f in found):
        return None
    zero = n.like(0.0)
    if n.op != "add":  # a factor with a logarithm goes along
        found = [
            Scaled(n.like(1.0), views.log_of(i))
            if f is None and i.positive and i.constant is None and views.log(i) is not None
            else f
            for f, i in zip(found, n.inputs, strict=True)
        ]
    a, b = (
        Scaled(*(stretched(part, n.shape) for part in (f or (i, zero))))
        for f, i in zip(found, n.inputs, strict=True)
    )
    return a, b


def aligned(part: Scaled, high: Node) -> Node:
    """m e^{E − M}"""
    return apply("scaled_mul", part.mantissa, exp(apply("exponent", *part) - high))


def whole(found: Scaled) -> Node:
    """The number again: m e^E, and 0 where m is 0."""
    return apply("unscaled", *found)
