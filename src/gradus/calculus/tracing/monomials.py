"""What a formula consists of: terms with coefficients, factors with powers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


def linear(a: Formula) -> tuple[float, list[tuple[Formula, float]]]:
    """A formula as constant + Σ coefficient · term."""
    if a.kind == "number":
        return a.head, []
    return (a.head, list(a.parts)) if a.kind == "sum" else (0.0, [(a, 1.0)])


def monomial(a: Formula) -> tuple[float, list[tuple[Formula, float]]]:
    """A formula as coefficient · Π factor^power."""
    if a.kind == "number":
        return a.head, []
    coefficient, term = bare(a)
    return coefficient, list(term.parts) if term.kind == "product" else [(term, 1.0)]


def merged(parts: list[tuple[Formula, float]]) -> list[tuple[Formula, float]]:
    """Equal formulas together, their weights added; those of weight 0 left out."""
    weights: dict[Formula, float] = {}
    for formula, weight in parts:
        weights[formula] = weights.get(formula, 0.0) + weight
    return [(formula, weight) for formula, weight in weights.items() if weight != 0]


def bare(a: Formula) -> tuple[float, Formula]:
    """A formula as coefficient and the rest."""
    if a.kind == "sum" and a.head == 0 and len(a.parts) == 1:
        term, coefficient = a.parts[0]
        return coefficient, term
    return 1.0, a
