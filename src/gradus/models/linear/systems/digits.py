"""The digits that each way of solving a least-squares problem loses."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.systems.least import gradient_descent, normal_equations, orthogonal
from gradus.models.linear.tables import Table, decimal, number, paragraphs


class Digits(NamedTuple):
    """How many digits of a solution are right, method by method.

    Arguments:
        condition: the condition number of X: how much a relative error in the data can grow.
        right: correct digits of the worst coefficient, by method.
        available: digits that the type of numbers has.
    """

    condition: float
    right: dict[str, float]
    available: float

    @property
    def lost(self) -> dict[str, float]:
        """The digits that each method lost."""
        return {name: self.available - right for name, right in self.right.items()}

    def __str__(self) -> str:
        right, lost = self.right, self.lost
        rows = tuple((name, decimal(right[name], 1), decimal(lost[name], 1)) for name in right)
        text = f"condition number {number(self.condition, 3)}, {self.available:.1f} digits"
        return paragraphs([Table(("method", "right", "lost"), rows).text(), text])


def compare(x: Any, y: Any, exact: Any, *, dtype: Any = np.float64, steps: int = 10_000) -> Digits:
    """Solve one least-squares problem by normal equations, QR and gradient descent.

    Arguments:
        x: X, shape (n, p), with a column of ones where there is an intercept.
        y: shape (n,).
        exact: the solution that others have computed with many digits, shape (p,).
        dtype: what to compute in: float64, or float32 to see it fail sooner.
        steps: of gradient descent.

    Raises InputError for shapes that do not belong together.

    >>> x = np.column_stack([np.ones(5), [1.0, 2.0, 3.0, 4.0, 5.0]])
    >>> found = compare(x, x @ [1.0, 2.0], [1.0, 2.0])
    >>> {name: right > 12 for name, right in found.right.items()}
    {'normal equations': True, 'QR': True, 'gradient descent': True}
    """
    x, y, exact = (np.asarray(value, np.float64) for value in (x, y, exact))
    if x.ndim != 2 or y.shape != x.shape[:1] or exact.shape != x.shape[1:]:
        raise InputError(
            "systems.compare",
            expected="X of shape (n, p), y of shape (n,) and the exact solution, shape (p,)",
            got=f"{x.shape}, {y.shape} and {exact.shape}",
            fix="give one target per row and one exact coefficient per column",
        )
    narrow = x.astype(dtype), y.astype(dtype)
    found = {
        "normal equations": _or_nothing(normal_equations, *narrow),
        "QR": orthogonal(*narrow),
        "gradient descent": gradient_descent(*narrow, steps),
    }
    available = -float(np.log10(np.finfo(dtype).eps))
    right = {name: min(digits_right(beta, exact), available) for name, beta in found.items()}
    return Digits(float(np.linalg.cond(x)), right, available)


def digits_right(computed: Any, exact: Any) -> float:
    """Correct digits of the worst number, −log₁₀ max |c − e|/|e|; at least 0.

    Where the exact number is 0, the error itself counts.

    >>> round(digits_right([3.1416, 2.0], [3.14159265, 2.0]), 1)
    5.6

    McCullough (1998), the log relative error.
    """
    computed, exact = np.asarray(computed, np.float64), np.asarray(exact, np.float64)
    if not np.all(np.isfinite(computed)):
        return 0.0
    error = np.abs(computed - exact) / np.where(exact == 0, 1, np.abs(exact))
    worst = float(error.max())
    return float("inf") if worst == 0 else max(0.0, -float(np.log10(worst)))


def _or_nothing(solve: Any, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A solution, or NaN where rounding has made the system singular."""
    try:
        return solve(x, y)
    except InputError:
        return np.full(x.shape[1], np.nan)
