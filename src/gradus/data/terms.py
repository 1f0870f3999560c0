"""Products and powers of inputs: interactions and polynomial terms for linear models."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Polynomial(Record):
    """The inputs and their products up to a degree: x₁, x₂, x₁², x₁x₂, x₂² for degree 2.

    Standardise afterwards: powers differ widely in scale.

    Arguments:
        degree: the largest number of factors.
        interactions_only: leave powers of one input out, keep x₁x₂.

    >>> terms = Polynomial(2)
    >>> terms(np.array([[2.0, 3.0]])).tolist()
    [[2.0, 3.0, 4.0, 6.0, 9.0]]
    >>> terms.names(("tv", "radio"))
    ('tv', 'radio', 'tv²', 'tv·radio', 'radio²')

    James, Witten, Hastie and Tibshirani (2021), section 3.3.2. Differs from scikit-learn: there is
    no column of ones, since layers have biases.
    """

    degree: int = static(2)
    interactions_only: bool = static(False)

    def __call__(self, x: Any) -> np.ndarray:
        """The terms of inputs of shape (n, D), float32."""
        if x.ndim != 2 or self.degree < 1:
            raise InputError(
                "Polynomial",
                expected="inputs of shape (n, D), and a degree of 1 or more",
                got=f"inputs of shape {x.shape}, degree {self.degree}",
                fix="flatten the inputs to (n, D)",
            )
        x = np.asarray(x, np.float32)
        return np.stack([x[:, term].prod(axis=1) for term in self._terms(x.shape[1])], axis=1)

    def names(self, features: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the terms, from those of the inputs."""
        return tuple(
            "·".join(_power(features[i], term.count(i)) for i in sorted(set(term)))
            for term in self._terms(len(features))
        )

    def _terms(self, inputs: int) -> list[list[int]]:
        """Which inputs are multiplied, for every term: by number of factors, then in order."""
        choose = combinations if self.interactions_only else combinations_with_replacement
        degrees = range(1, self.degree + 1)
        return [list(term) for degree in degrees for term in choose(range(inputs), degree)]


def _power(name: str, exponent: int) -> str:
    return name if exponent == 1 else name + str(exponent).translate(SUPERSCRIPTS)
