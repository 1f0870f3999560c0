"""Systems of linear equations, solved in four ways, and the digits that each way loses."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.tables import Table, decimal, number, paragraphs

SMALLEST_PIVOT = 1e-13  # relative to the largest entry; what is below it is rounding


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
    largest = np.abs(rows[:, :-1]).max()
    for k in range(len(rows)):
        pivot = k + int(np.abs(rows[k:, k]).argmax())
        if abs(rows[pivot, k]) <= SMALLEST_PIVOT * largest:
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


def normal_equations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from XᵀX β = Xᵀy. Squares the condition number: half of the digits go.

    >>> normal_equations(np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 3.0, 5.0]))
    array([1., 2.])
    """
    return eliminate(x.T @ x, x.T @ y).x


def orthogonal(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least squares from X = QR: R β = Qᵀy. The condition number stays what it is.

    >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> orthogonal(x, np.array([1.0, 3.0, 5.0])).round(12)
    array([1., 2.])
    """
    q, r = np.linalg.qr(x)
    return back_substitution(r, q.T @ y)


def gradient_descent(x: np.ndarray, y: np.ndarray, steps: int = 10_000) -> np.ndarray:
    """Least squares by β ← β − ε Xᵀ(Xβ − y), with ε = 1/λmax, from 0.

    Along a direction of curvature λ the error shrinks by 1 − λ/λmax at each step: the steps that
    are needed grow like the square of the condition number of X.

    >>> x = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> gradient_descent(x, np.array([1.0, 3.0, 5.0]), steps=200).round(6)
    array([1., 2.])
    """
    beta = np.zeros(x.shape[1], x.dtype)
    rate = 1 / np.linalg.norm(x, 2) ** 2
    for _ in range(steps):
        beta = beta - rate * (x.T @ (x @ beta - y))
    return beta


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
