"""Gaussian elimination, step by step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.tables import number, paragraphs


class Step(NamedTuple):
    """What was done to the rows of A | b, and what they were afterwards."""

    action: str
    rows: np.ndarray


class Elimination(NamedTuple):
    """A system of equations, brought to triangular form and solved; printing shows the steps.

    Arguments:
        x: the solution.
        steps: every exchange and subtraction of rows, beginning with the system as it was given.
    """

    x: np.ndarray
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        shown = [f"{step.action}\n{_written(step.rows)}" for step in self.steps]
        solved = ", ".join(f"x{_index(i + 1)} = {number(v)}" for i, v in enumerate(self.x))
        return paragraphs([*shown, f"from the last row to the first: {solved}"])


def eliminate(a: Any, b: Any) -> Elimination:
    """Gaussian elimination with partial pivoting: solve A x = b, n³/3 multiplications.

    In each column the row with the largest entry comes up, the pivot, so that no multiplier
    exceeds 1 and rounding errors are not blown up.

    Arguments:
        a: A, shape (n, n).
        b: shape (n,).

    Raises InputError for other shapes, and where A is singular: no pivot is left in a column.

    >>> print(eliminate([[1, 3], [2, 4]], [5, 6]))
    the system
    1  3 | 5
    2  4 | 6
    <BLANKLINE>
    exchange rows 1 and 2
    2  4 | 6
    1  3 | 5
    <BLANKLINE>
    row 2 − 0.5 · row 1
    2  4 | 6
    0  1 | 2
    <BLANKLINE>
    from the last row to the first: x₁ = -1, x₂ = 2

    Golub and Van Loan (2013), section 3.4.
    """
    rows = _system(a, b)
    steps = [Step("the system", rows.copy())]
    rounding = len(rows) * np.finfo(rows.dtype).eps * np.abs(rows).max(axis=0)
    for k in range(len(rows)):
        pivot = k + int(np.abs(rows[k:, k]).argmax())
        if abs(rows[pivot, k]) <= rounding[k]:
            raise _singular(k)
        if pivot != k:
            rows[[k, pivot]] = rows[[pivot, k]]
            steps.append(Step(f"exchange rows {k + 1} and {pivot + 1}", rows.copy()))
        for i in range(k + 1, len(rows)):
            if rows[i, k] != 0:
                factor = rows[i, k] / rows[k, k]
                rows[i] -= factor * rows[k]
                rows[i, k] = 0
                steps.append(Step(_subtraction(i, factor, k), rows.copy()))
    return Elimination(back_substitution(rows[:, :-1], rows[:, -1]), tuple(steps))


def back_substitution(u: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Solve U x = b for an upper triangular U: xᵢ = (bᵢ − Σ_{j>i} Uᵢⱼ xⱼ) / Uᵢᵢ, from the last.

    >>> back_substitution(np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([5.0, 8.0]))
    array([1.5, 2. ])
    """
    x = np.zeros_like(b)
    for i in reversed(range(len(b))):
        x[i] = (b[i] - u[i, i + 1 :] @ x[i + 1 :]) / u[i, i]
    return x


def _system(a: Any, b: Any) -> np.ndarray:
    """A | b as one array of floats, in the precision that was given."""
    a, b = np.asarray(a), np.asarray(b)
    numbers = a.dtype.kind in "biuf" and b.dtype.kind in "biuf"
    if not numbers or a.ndim != 2 or a.shape != (len(b), len(b)) or not len(b):
        raise InputError(
            "eliminate",
            expected="A of shape (n, n) and b of shape (n,), numbers",
            got=f"{a.shape} and {b.shape}",
            fix="give as many equations as unknowns; for more equations use `orthogonal`",
        )
    kind = np.float32 if a.dtype == b.dtype == np.float32 else np.float64
    rows = np.column_stack([a, b]).astype(kind)
    if not np.all(np.isfinite(rows)):
        raise InputError(
            "eliminate", expected="finite numbers", got="NaN or infinity", fix="check A and b"
        )
    return rows


def _singular(column: int) -> InputError:
    return InputError(
        "eliminate: the system has no unique solution",
        expected="a pivot in every column",
        got=f"none in column {column + 1}: it is a sum of those before it",
        fix="take the equation or the unknown out that says nothing new",
    )


def _subtraction(row: int, factor: float, pivot: int) -> str:
    sign = "−" if factor > 0 else "+"
    return f"row {row + 1} {sign} {number(abs(factor))} · row {pivot + 1}"


def _written(rows: np.ndarray) -> str:
    cells = [[number(value + 0.0) for value in row] for row in rows]  # + 0.0: no −0
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = [[cell.rjust(w) for cell, w in zip(row, widths, strict=True)] for row in cells]
    return "\n".join("  ".join(row[:-1]) + " | " + row[-1] for row in padded)


def _index(i: int) -> str:
    return str(i).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
