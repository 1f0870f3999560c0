"""Whether every term has columns in the design matrix, and these determine coefficients."""

from __future__ import annotations

import numpy as np

from gradus.base.errors import InputError

DEPENDENT = 1e-10  # a column with less than this part of its length outside the others'
NEGLIGIBLE = 1e-6  # shares of a sum that are not told


def check_columns(x: np.ndarray, terms: tuple[str, ...], formula: str) -> None:
    """Refuse as many columns as rows, and columns that are sums of others, by name.

    Arguments:
        x: the design matrix, shape (n, p).
        terms: names of its columns.
        formula: for the message.
    """
    n, p = x.shape
    if p == 0:
        raise InputError(
            f"formula {formula!r}", expected="a term or an intercept", got="neither", fix="add one"
        )
    if p >= n:
        raise InputError(
            f"{formula!r} has too many coefficients for the table",
            expected=f"fewer coefficients than rows, {n}",
            got=f"{p} coefficients",
            fix="drop terms, add rows, or use a penalty: linear.ridge or linear.lasso",
        )
    found = dependence(x)
    if found is not None:
        column, shares = found
        raise InputError(
            f"columns of {formula!r} depend on each other",
            expected="columns that are no sums of others",
            got=f"{terms[column]} = {_sum(shares, terms)}",
            fix=f"take {terms[column]!r} or another of them out; linear.ridge can keep all",
        )


def check_terms(groups: dict[str, tuple[int, ...]], formula: str) -> None:
    """Refuse a term that makes no column: its factor has one level, which is the baseline.

    Arguments:
        groups: which columns of the design matrix belong to each term.
        formula: for the message.
    """
    for term, columns in groups.items():
        if not columns:
            raise InputError(
                f"term {term!r} of {formula!r} makes no column",
                expected="a factor of two levels or more",
                got="the same level in every row",
                fix=f"take {term!r} out of the formula: the other terms do its work",
            )


def dependence(x: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The first column that is a sum of those before it, and their shares; None if there is none.

    >>> x = np.array([[1.0, 2.0, 5.0], [1.0, 4.0, 9.0], [1.0, 7.0, 15.0], [1.0, 1.0, 3.0]])
    >>> column, shares = dependence(x)
    >>> column, shares.round(6).tolist()
    (2, [1.0, 2.0])
    """
    length = np.linalg.norm(x, axis=0)
    for column in range(x.shape[1]):
        if length[column] == 0:
            return column, np.zeros(column)
    scaled = x / length
    if np.ptp(x[:, 0]) == 0:
        spread = scaled[:, 1:] - scaled[:, 1:].mean(axis=0)  # else a year would look constant
        sizes = np.linalg.norm(spread, axis=0)
        sizes[sizes < DEPENDENT] = 1
        scaled = np.column_stack([scaled[:, 0], spread / sizes])
    diagonal = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    small = np.flatnonzero(diagonal < DEPENDENT)
    if not len(small):
        return None
    column = int(small[0])
    shares = np.linalg.lstsq(x[:, :column] / length[:column], x[:, column], rcond=None)[0]
    return column, shares / length[:column]


def _sum(shares: np.ndarray, terms: tuple[str, ...]) -> str:
    """A sum in words: 2·a − b.

    >>> _sum(np.array([1.0, 0.0, -2.5]), ("a", "b", "c"))
    'a − 2.5·c'
    """
    largest = np.abs(shares).max(initial=0.0)
    parts = [
        (share, term if abs(abs(share) - 1) < NEGLIGIBLE else f"{abs(share):.4g}·{term}")
        for share, term in zip(shares, terms, strict=False)
        if abs(share) > NEGLIGIBLE * largest
    ]
    if not parts:
        return "0 in every row"
    first, *others = parts
    rest = "".join(f" {'−' if share < 0 else '+'} {text}" for share, text in others)
    return ("−" if first[0] < 0 else "") + first[1] + rest
