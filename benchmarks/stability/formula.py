"""One textbook formula: what it means exactly, and the ways in which people write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Numbers = float | list  # a number, a vector (list of numbers) or a matrix (list of lists)


class Formula(NamedTuple):
    """A formula with a scalar result, its spellings, and inputs that are hard for them.

    Arguments:
        name: what the formula is called, unique in the table.
        group: the class of trouble ("logistic", "softmax", "near zero" …).
        exact: the formula on mpmath numbers (vectors and matrices as nested lists of them),
            evaluated with at least 50 digits; it has to be right for every input of the row.
        spellings: name → the formula as somebody would write it with jax.numpy, given one array
            per input; naive on purpose.
        inputs: the arguments of each call, ordinary numbers and hard ones. They are rounded to
            the float type before the exact value is taken, so rounding of inputs is no excuse.
        gradient: the exact gradient by every input (the same nesting as the input), where
            numerical differentiation of `exact` cannot give it: at corners where a subgradient
            is the convention (the norm at 0 has gradient 0).
    """

    name: str
    group: str
    exact: Callable
    spellings: dict[str, Callable]
    inputs: Sequence[tuple[Numbers, ...]]
    gradient: Callable | None = None
