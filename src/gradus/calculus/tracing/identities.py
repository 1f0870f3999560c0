"""Identities that make derivatives short: common factors, (1 + t)(1 − t), x · xʸ⁻¹."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gradus.calculus.tracing.monomials import Formula, bare, linear, merged, monomial

if TYPE_CHECKING:
    from gradus.calculus.tracing.algebra import Algebra

Factors = list[tuple[Formula, float]]


def factored(algebra: Algebra, a: Formula, b: Formula) -> Formula | None:
    """σ(1 − σ)² − σ²(1 − σ) as σ(1 − σ)(1 − 2σ); None where a + b would be no shorter."""
    powers = dict(monomial(a)[1])
    b = aligned(algebra, b, powers)
    others = dict(monomial(b)[1])
    shared = [(f, min(n, others[f])) for f, n in powers.items() if f in others]
    if not shared or others == powers:
        return None
    common = algebra.product(1.0, shared, max(a.ndim, b.ndim))
    inverse = algebra.power(common, -1)
    left, right = (spread(algebra, algebra.multiply(part, inverse)) for part in (a, b))
    rest = algebra.add(left, right)
    shorter = length(rest) < length(left) + length(right)
    return algebra.multiply(common, rest) if shorter else None


def aligned(algebra: Algebra, a: Formula, signs: Mapping[Formula, float]) -> Formula:
    """A product with −(1 − t) in place of t − 1 where `signs` has 1 − t."""
    coefficient, factors = monomial(a)
    turned = {f: algebra.negative(f) for f, n in factors if f.kind == "sum" and n == 1}
    swap = {f: other for f, other in turned.items() if f not in signs and other in signs}
    if not swap:
        return a
    together = merged([(swap.get(f, f), n) for f, n in factors])
    return algebra.product(coefficient * (-1) ** len(swap), together, a.ndim)


def spread(algebra: Algebra, a: Formula) -> Formula:
    """2 · (1 − t) as 2 − 2t."""
    coefficient, term = bare(a)
    if coefficient == 1 or term.kind != "sum":
        return a
    scaled = [(part, coefficient * weight) for part, weight in term.parts]
    return algebra.sum(coefficient * term.head, scaled, a.ndim)


def length(a: Formula) -> int:
    """How many summands a formula has."""
    constant, terms = linear(a)
    return len(terms) + (constant != 0)


def difference_of_squares(algebra: Algebra, factors: Factors) -> tuple[Factors, Formula] | None:
    """(g + g t)(1 − t) as g (1 − t²): the factors that stay, and the product of the two others."""
    sums = [f for f, n in factors if f.kind == "sum" and n == 1]
    for one in sums:
        for other in sums:
            product = conjugates(algebra, one, other) if one is not other else None
            if product is not None:
                return [part for part in factors if part[0] not in (one, other)], product
    return None


def conjugates(algebra: Algebra, a: Formula, b: Formula) -> Formula | None:
    """a · b = r (c² − t²) where a = r (c + t) and b = c − t for a number c; None elsewhere."""
    (u, *v), (c, *t) = summands(algebra, a), summands(algebra, b)
    if len(v) != 1 or len(t) != 1 or c.kind != "number":
        return None
    for first, second in ((u, v[0]), (v[0], u)):
        ratio = algebra.multiply(first, algebra.power(c, -1))
        if ratio is algebra.negative(algebra.multiply(second, algebra.power(t[0], -1))):
            squares = algebra.add(algebra.power(c, 2), algebra.negative(algebra.power(t[0], 2)))
            return algebra.multiply(ratio, squares)
    return None


def summands(algebra: Algebra, a: Formula) -> list[Formula]:
    """The summands of a sum, its constant first."""
    constant = [algebra.number(a.head)] if a.head else []
    return [*constant, *(algebra.multiply(algebra.number(w), term) for term, w in a.parts)]


def same_base(algebra: Algebra, factors: Factors) -> tuple[Factors, Formula] | None:
    """x · x ** (y − 1) as x ** y: the factors that stay, and the product of the two others."""
    weights = dict(factors)
    for call, n in factors:
        if call.head == "pow" and n == 1 and call.operands[0] in weights:
            base, exponent = call.operands
            higher = algebra.add(exponent, algebra.number(weights[base]))
            power = algebra.call("pow", [base, higher], call.params or {}, call.ndim)
            return [part for part in factors if part[0] not in (call, base)], power
    return None
