"""Formulas that keep themselves tidy: constants folded, equal terms and factors merged.

A sum holds its terms with their coefficients, a product its factors with their powers, so that
1 · x, x + 0, x + x and x · x never survive as such. Equal formulas are one object.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula.

    Arguments:
        kind: "number", "symbol", "sum", "product" or "call".
        head: the number, the name of the symbol, the constant of the sum, the name of the called
            primitive; 1 for a product.
        parts: terms with coefficients, factors with powers, or operands with 1.
        params: parameters of the called primitive.
        ndim: how many axes its value has.
        order: which formula was made first.
    """

    kind: str
    head: Any
    parts: tuple[tuple[Formula, float], ...] = ()
    params: Mapping[str, Any] | None = None
    ndim: int = 0
    order: int = 0

    @property
    def operands(self) -> tuple[Formula, ...]:
        """The formulas it is made of."""
        return tuple(part for part, _ in self.parts)


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
        """a + b, with equal terms merged."""
        (constant, terms), (other, more) = _linear(a), _linear(b)
        return self._sum(constant + other, _merged([*terms, *more]), max(a.ndim, b.ndim))

    def negative(self, a: Formula) -> Formula:
        """−a."""
        constant, terms = _linear(a)
        return self._sum(-constant, [(term, -c) for term, c in terms], a.ndim)

    def multiply(self, a: Formula, b: Formula) -> Formula:
        """a · b, with constants and equal factors merged."""
        (one, factors), (other, more) = _monomial(a), _monomial(b)
        return self._product(one * other, _merged([*factors, *more]), max(a.ndim, b.ndim))

    def power(self, a: Formula, exponent: float) -> Formula:
        """a to a constant power."""
        coefficient, factors = _monomial(a)
        whole = float(exponent).is_integer()
        if a.kind == "number" and (a.head > 0 or (whole and (a.head or exponent > 0))):
            return self.number(a.head**exponent)
        if not whole or coefficient == 0:  # (x²)^½ is |x|, not x
            return self._product(1.0, [(a, float(exponent))], a.ndim)
        powers = [(factor, n * exponent) for factor, n in factors]
        return self._product(coefficient**exponent, powers, a.ndim)

    def _sum(self, constant: float, terms: list, ndim: int) -> Formula:
        if not terms:
            return self.number(constant)
        if constant == 0 and len(terms) == 1 and terms[0][1] == 1:
            return terms[0][0]
        return self._one(Formula("sum", constant, tuple(terms), ndim=ndim))

    def _product(self, coefficient: float, factors: list, ndim: int) -> Formula:
        if coefficient == 0 or not factors:
            return self.number(coefficient)
        one = len(factors) == 1 and factors[0][1] == 1
        base = factors[0][0] if one else None
        product = base or self._one(Formula("product", 1, tuple(factors), ndim=ndim))
        return product if coefficient == 1 else self._sum(0.0, [(product, coefficient)], ndim)

    def _one(self, formula: Formula) -> Formula:
        parts = tuple((id(part), weight) for part, weight in formula.parts)
        key = formula.kind, formula.head, parts, repr(formula.params), formula.ndim
        if key not in self.known:
            self.known[key] = replace(formula, order=len(self.known))
        return self.known[key]


def walk(formulas: Iterable[Formula]) -> list[Formula]:
    """All formulas inside some formulas, each once, operands before what they are used in."""
    found: dict[Formula, None] = {}
    waiting = [(formula, False) for formula in formulas]
    while waiting:
        formula, done = waiting.pop()
        if done:
            found[formula] = None
        elif formula not in found:
            waiting.append((formula, True))
            waiting += [(operand, False) for operand in reversed(formula.operands)]
    return list(found)


def _linear(a: Formula) -> tuple[float, list[tuple[Formula, float]]]:
    """A formula as constant + Σ coefficient · term."""
    if a.kind == "number":
        return a.head, []
    return (a.head, list(a.parts)) if a.kind == "sum" else (0.0, [(a, 1.0)])


def _monomial(a: Formula) -> tuple[float, list[tuple[Formula, float]]]:
    """A formula as coefficient · Π factor^power."""
    if a.kind == "number":
        return a.head, []
    coefficient, term = _bare(a)
    return coefficient, list(term.parts) if term.kind == "product" else [(term, 1.0)]


def _merged(parts: list[tuple[Formula, float]]) -> list[tuple[Formula, float]]:
    """Equal formulas together, their weights added; those of weight 0 left out."""
    weights: dict[Formula, float] = {}
    for formula, weight in parts:
        weights[formula] = weights.get(formula, 0.0) + weight
    return [(formula, weight) for formula, weight in weights.items() if weight != 0]


def product_of_arrays(
    algebra: Algebra, operands: Sequence[Formula], params: Mapping[str, Any], ndim: int
) -> Formula:
    """A product of arrays, with constants before it."""
    coefficients, bare = zip(*map(_bare, operands), strict=True)
    product = algebra.call("dot_general", bare, params, ndim)
    return algebra.multiply(algebra.number(math.prod(coefficients)), product)


def _bare(a: Formula) -> tuple[float, Formula]:
    """A formula as coefficient and the rest."""
    if a.kind == "sum" and a.head == 0 and len(a.parts) == 1:
        term, coefficient = a.parts[0]
        return coefficient, term
    return 1.0, a


Combine = Callable[[Algebra, Sequence[Formula], Mapping[str, Any]], Formula]

# Primitives that are tidied up; all others are calls.
TIDY: dict[str, Combine] = {
    "add": lambda m, a, _: m.add(*a),
    "add_any": lambda m, a, _: m.add(*a),
    "sub": lambda m, a, _: m.add(a[0], m.negative(a[1])),
    "neg": lambda m, a, _: m.negative(a[0]),
    "mul": lambda m, a, _: m.multiply(*a),
    "div": lambda m, a, _: m.multiply(a[0], m.power(a[1], -1)),
    "integer_pow": lambda m, a, p: m.power(a[0], p["y"]),
    "square": lambda m, a, _: m.power(a[0], 2),
    "sqrt": lambda m, a, _: m.power(a[0], 0.5),
    "rsqrt": lambda m, a, _: m.power(a[0], -0.5),
}
