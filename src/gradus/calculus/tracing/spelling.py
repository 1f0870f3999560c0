"""Formulas as text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from gradus.calculus.tracing.monomials import Formula, walk
from gradus.calculus.tracing.notation import (
    ATOM,
    POWER,
    PREFIX,
    PRODUCT,
    SIGN,
    SUM,
    Term,
    constant,
    superscript,
    written,
)

LONG = 12  # letters from which a formula that occurs twice gets a name
NAMES = "abcdeghjkmnpqrstuvw"


def spelled(formulas: Sequence[Formula], taken: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Formulas as text, and what the names in them stand for.

    Arguments:
        formulas: what to write.
        taken: names that already have a meaning.

    Long formulas that occur several times are written once, under a name of their own.

    >>> from gradus.calculus.tracing.algebra import Algebra
    >>> algebra = Algebra()
    >>> x = algebra.symbol("x")
    >>> spelled([algebra.add(algebra.power(x, 2), algebra.number(-1))], ["x"])
    (['x² − 1'], {})
    """
    order = walk(formulas)
    uses = Counter(operand for formula in order for operand in formula.operands)
    terms: dict[Formula, Term] = {}
    names = (name for name in _names() if name not in taken)
    where: dict[str, str] = {}
    for formula in order:
        term = _term(formula, terms)
        if uses[formula] > 1 and len(term.text) > LONG and formula.kind != "number":
            name = next(names)
            where[name] = term.text
            term = Term(name, ATOM, formula.ndim)
        terms[formula] = term
    return [terms[formula].text for formula in formulas], where


def _names():
    yield from NAMES
    number = 1
    while True:
        yield f"a{number}"
        number += 1


def _term(formula: Formula, terms: dict[Formula, Term]) -> Term:
    if formula.kind == "number":
        return _constant(formula.head)
    if formula.kind == "symbol":
        return Term(formula.head, ATOM, formula.ndim)
    if formula.kind == "call":
        operands = [terms[operand] for operand in formula.operands]
        return written(formula.head, formula.params or {}, operands)
    if formula.kind == "product":
        return _quotient(formula, 1.0, terms)
    return _sum(formula, terms)


def _sum(formula: Formula, terms: dict[Formula, Term]) -> Term:
    """Positive terms first, so that a sum need not begin with a sign."""
    parts = [_scaled(term, coefficient, terms) for term, coefficient in formula.parts]
    if formula.head:
        parts.append(_constant(formula.head))
    parts.sort(key=lambda part: part.binding == SIGN)
    total, *others = parts
    for part in others:
        total = written("add", {}, [total, part])
    return total._replace(ndim=formula.ndim)


def _scaled(formula: Formula, coefficient: float, terms: dict[Formula, Term]) -> Term:
    """coefficient · formula, with the sign outside: −2 · x / 3."""
    if coefficient < 0:
        positive = _scaled(formula, -coefficient, terms)
        return Term(f"−{positive.within(PRODUCT)}", SIGN, positive.ndim)
    return terms[formula] if coefficient == 1 else _quotient(formula, coefficient, terms)


def _quotient(formula: Formula, coefficient: float, terms: dict[Formula, Term]) -> Term:
    """A product, what has negative powers below the line."""
    whole = formula.kind != "product" or (formula in terms and terms[formula].binding == ATOM)
    factors = ((formula, 1.0),) if whole else formula.parts  # whole: also where it has a name
    ordered = sorted(factors, key=lambda part: (part[0].kind != "symbol", part[0].order))
    top = [_power(terms[f], n) for f, n in ordered if n > 0]
    bottom = [_power(terms[f], -n) for f, n in ordered if n < 0]
    above, below = _fraction(coefficient)
    if above != 1 or not top:
        top.insert(0, constant(above))
    if below != 1:
        bottom.insert(0, constant(below))
    upper = _times(top)
    if not bottom:
        return upper
    if upper.binding == PRODUCT and top[-1].binding > PREFIX:  # a · b / c needs no parentheses
        upper = upper._replace(binding=POWER)
    return written("div", {}, [upper, _times(bottom)])


def _constant(value: float) -> Term:
    """A number, where it is ⅓ or alike as a fraction."""
    above, below = _fraction(abs(value))
    if below == 1:
        return constant(value)
    text = f"{above}/{below}"
    return Term(f"−{text}", SIGN) if value < 0 else Term(text, PRODUCT)


def _times(terms: list[Term]) -> Term:
    product, *others = terms
    for term in others:
        product = written("mul", {}, [product, term])
    return product


def _power(base: Term, exponent: float) -> Term:
    if exponent == 1:
        return base
    if exponent == 0.5:
        return Term(f"√{base.within(ATOM)}", POWER, base.ndim)
    if float(exponent).is_integer():
        return Term(base.within(ATOM) + superscript(int(exponent)), POWER, base.ndim)
    return Term(f"{base.within(ATOM)} ** {constant(exponent).within(SUM)}", POWER, base.ndim)


def _fraction(value: float) -> tuple[float, float]:
    """A coefficient as numerator and denominator, where it is ⅓ or alike and no short decimal."""
    if not math.isfinite(value):
        return value, 1
    if math.isclose(value, 1, rel_tol=2e-7):  # π / π in float32
        return 1, 1
    near = Fraction(value).limit_denominator(100)
    short = len(f"{value:.6g}") <= 5
    if short or near.numerator not in range(1, 100) or abs(float(near) - value) > 2e-7 * value:
        return value, 1
    return near.numerator, near.denominator
