"""Formulas that keep themselves tidy: constants folded, equal terms and factors merged.

A sum holds its terms with their coefficients, a product its factors with their powers, so that
1 · x, x + 0, x + x and x · x never survive as such. Equal formulas are one object.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradus.calculus.tracing.identities import difference_of_squares, factored, same_base
from gradus.calculus.tracing.monomials import Formula, bare, linear, merged, monomial


class Algebra:
    """Makes formulas; two that are equal are the same object.

    >>> algebra = Algebra()
    >>> x = algebra.symbol("x")
    >>> algebra.add(x, x) is algebra.multiply(algebra.number(2), x)
    True
    >>> algebra.add(x, algebra.negative(x)).head
    0.0
    """

    def __init__(self):
        self.known: dict[Any, Formula] = {}

    def number(self, value: Any) -> Formula:
        """A constant."""
        return self._one(Formula("number", float(value)))

    def symbol(self, name: str, ndim: int = 0) -> Formula:
        """A variable."""
        return self._one(Formula("symbol", name, ndim=ndim))

    def call(
        self, primitive: str, operands: Sequence[Formula], params: Mapping[str, Any], ndim: int
    ) -> Formula:
        """Any other operation."""
        parts = tuple((operand, 1.0) for operand in operands)
        return self._one(Formula("call", primitive, parts, params, ndim))

    def add(self, a: Formula, b: Formula) -> Formula:
        """a + b, with equal terms merged, and common factors where that makes it shorter."""
        if (short := factored(self, a, b)) is not None:
            return short
        (constant, terms), (other, more) = linear(a), linear(b)
        return self.sum(constant + other, merged([*terms, *more]), max(a.ndim, b.ndim))

    def negative(self, a: Formula) -> Formula:
        """−a."""
        constant, terms = linear(a)
        return self.sum(-constant, [(term, -c) for term, c in terms], a.ndim)

    def multiply(self, a: Formula, b: Formula) -> Formula:
        """a · b, with constants and equal factors merged."""
        (one, factors), (other, more) = monomial(a), monomial(b)
        ndim, together = max(a.ndim, b.ndim), merged([*factors, *more])
        found = difference_of_squares(self, together) or same_base(self, together)
        if found:
            rest, product = found
            return self.multiply(self.product(one * other, rest, ndim), product)
        return self.product(one * other, together, ndim)

    def power(self, a: Formula, exponent: float) -> Formula:
        """a to a constant power."""
        coefficient, factors = monomial(a)
        whole = float(exponent).is_integer()
        if a.kind == "number" and (a.head > 0 or (whole and (a.head or exponent > 0))):
            return self.number(a.head**exponent)
        if not whole or coefficient == 0:  # (x²)^½ is |x|, not x
            return self.product(1.0, [(a, float(exponent))], a.ndim)
        powers = [(factor, n * exponent) for factor, n in factors]
        return self.product(coefficient**exponent, powers, a.ndim)

    def rebuilt(self, formula: Formula, operands: Sequence[Formula]) -> Formula:
        """The same formula of other operands."""
        if formula.kind == "call":
            return self.call(formula.head, operands, formula.params or {}, formula.ndim)
        result = self.number(formula.head) if formula.kind == "sum" else self.number(1)
        for operand, (_, weight) in zip(operands, formula.parts, strict=True):
            if formula.kind == "sum":
                result = self.add(result, self.multiply(self.number(weight), operand))
            else:
                result = self.multiply(result, self.power(operand, weight))
        return result if formula.parts else formula

    def sum(self, constant: float, terms: list, ndim: int) -> Formula:
        """constant + Σ coefficient · term, of terms that are all different."""
        if not terms:
            return self.number(constant)
        if constant == 0 and len(terms) == 1 and terms[0][1] == 1:
            return terms[0][0]
        return self._one(Formula("sum", constant, tuple(terms), ndim=ndim))

    def product(self, coefficient: float, factors: list, ndim: int) -> Formula:
        """coefficient · Π factor^power, of factors that are all different."""
        if coefficient == 0 or not factors:
            return self.number(coefficient)
        one = len(factors) == 1 and factors[0][1] == 1
        base = factors[0][0] if one else None
        product = base or self._one(Formula("product", 1, tuple(factors), ndim=ndim))
        return product if coefficient == 1 else self.sum(0.0, [(product, coefficient)], ndim)

    def _one(self, formula: Formula) -> Formula:
        weighed = [(id(part), weight) for part, weight in formula.parts]
        parts = tuple(weighed) if formula.kind == "call" else frozenset(weighed)
        key = formula.kind, formula.head, parts, repr(formula.params), formula.ndim
        if key not in self.known:
            self.known[key] = replace(formula, order=len(self.known))
        return self.known[key]


def product_of_arrays(
    algebra: Algebra, operands: Sequence[Formula], params: Mapping[str, Any], ndim: int
) -> Formula:
    """A product of arrays, with constants before it."""
    coefficients, rest = zip(*map(bare, operands), strict=True)
    product = algebra.call("dot_general", rest, params, ndim)
    return algebra.multiply(algebra.number(math.prod(coefficients)), product)


Combine = Callable[[Algebra, Sequence[Formula], Mapping[str, Any]], Formula]

# Primitives that are tidied up; all others are calls.
TIDY: dict[str, Combine] = {
    "add": lambda m, a, _: m.add(*a),
    "add_any": lambda m, a, _: m.add(*a),
    "sub": lambda m, a, _: m.add(a[0], m.negative(a[1])),
    "neg": lambda m, a, _: m.negative(a[0]),
    "expm1": lambda m, a, p: m.add(m.call("exp", a, p, a[0].ndim), m.number(-1)),
    "mul": lambda m, a, _: m.multiply(*a),
    "div": lambda m, a, _: m.multiply(a[0], m.power(a[1], -1)),
    "integer_pow": lambda m, a, p: m.power(a[0], p["y"]),
    "square": lambda m, a, _: m.power(a[0], 2),
    "sqrt": lambda m, a, _: m.power(a[0], 0.5),
    "rsqrt": lambda m, a, _: m.power(a[0], -0.5),
}
