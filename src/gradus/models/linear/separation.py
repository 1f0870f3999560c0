"""Whether a likelihood has its maximum at infinity, and which terms lead there.

Where some sum of the columns tells the classes apart without a mistake, but for ties, every
multiple of it fits better than the last, and no finite coefficients are best.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.design import INTERCEPT, Design

SUSPICIOUS = 15.0  # log odds so large hardly come from data that a plane does not tell apart
CLEAR = 1e-5  # how far a row must be on its side of the plane, in standard deviations

Sides = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def check_separation(made: Design, predictor: np.ndarray, sides: Sides, alike: str) -> None:
    """Refuse data whose likelihood grows without bound; cheap where all log odds are moderate.

    Arguments:
        made: the design.
        predictor: X β of the fit that should be trusted.
        sides: from columns, shape (n, p), to rows a with a·w ≥ 0 and rows with a·w = 0 for
            every direction w in which the likelihood never falls.
        alike: what the terms tell apart, for the message.
    """
    moderate = np.all(np.isfinite(predictor)) and np.abs(predictor).max() < SUSPICIOUS
    if moderate or not separates(made.x, sides):
        return
    columns = np.arange(len(made.terms))
    for column in columns[::-1]:
        others = columns[columns != column]
        if made.terms[column] != INTERCEPT and separates(made.x[:, others], sides):
            columns = others
    ties = "" if separates(made.x[:, columns], sides, ties=False) else ", but for ties"
    found = [made.terms[i] for i in columns if made.terms[i] != INTERCEPT]
    raise InputError(
        f"{made.formula!r} has no finite optimum",
        expected=f"{alike} that overlap",
        got=f"{' and '.join(found) or INTERCEPT} tell{'s' * (len(found) < 2)} them apart "
        f"without a mistake{ties}: larger coefficients always fit better",
        fix="drop the term, add rows, or use a penalty: "
        "linear.as_net(…, penalty=penalties.l2(1e-3))",
    )


def separates(x: np.ndarray, sides: Sides, *, ties: bool = True) -> bool:
    """Whether some direction w never lowers the likelihood, and raises it somewhere.

    A linear program: the largest Σ a·w under a·w ≥ 0, a·w = 0 for others, and |w| ≤ 1. Without
    ties every row must gain: the largest margin t under a·w ≥ t instead.

    >>> x = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 2.0], [1.0, 4.0]])
    >>> y = np.array([0, 0, 1, 1])
    >>> separates(x, binary_sides(y)), separates(x, binary_sides(y), ties=False)
    (True, False)
    >>> separates(x, binary_sides(np.array([0, 1, 1, 0])))
    False

    Konis (2007); Albert and Anderson (1984).
    """
    if x.shape[1] == 0:
        return False
    even = np.linalg.qr(x)[0] * np.sqrt(len(x))  # the same planes, in rows of one size
    free, fixed = sides(even)
    if not len(free):
        return False
    if ties:
        w = _furthest(free.sum(axis=0), free, fixed)
        return float((free @ w).max()) > CLEAR
    margin = np.eye(free.shape[1] + 1)[-1]  # t stands behind w
    free, fixed = (np.pad(rows, ((0, 0), (0, 1))) for rows in (free, fixed))
    return float(_furthest(margin, free - margin, fixed)[-1]) > CLEAR


def _furthest(gain: np.ndarray, free: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The w of the largest gain·w under free·w ≥ 0, fixed·w = 0 and |w| ≤ 1; 0 if none is found."""
    from scipy.optimize import linprog

    found = linprog(
        -gain,
        A_ub=-free,
        b_ub=np.zeros(len(free)),
        A_eq=fixed if len(fixed) else None,
        b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=(-1, 1),
    )
    return found.x if found.status == 0 else np.zeros_like(gain)


def binary_sides(y: np.ndarray) -> Sides:
    """Two classes 0 and 1: a plane has the ones above and the zeros below it, or on it."""
    return lambda x: (x * (2 * y[:, None] - 1), np.zeros((0, x.shape[1])))


def count_sides(y: np.ndarray) -> Sides:
    """Counts: where some were counted nothing changes, and where none was the rate may fall."""
    return lambda x: (-x[y == 0], x[y > 0])


def class_sides(y: np.ndarray, classes: int) -> Sides:
    """Several classes: for every row, its own class stands above each of the others."""

    def sides(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n, p = x.shape
        rows = []
        for step in range(1, classes):
            row = np.zeros((n, classes, p))
            row[np.arange(n), y] = x
            row[np.arange(n), (y + step) % classes] = -x
            rows.append(row.reshape(n, classes * p))
        return np.concatenate(rows), np.zeros((0, classes * p))

    return sides
