"""From a formula and a table to the numbers of a linear model: y and the columns of X."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear.columns import (
    check_column,
    check_levels,
    check_there,
    frame_of,
    levels_of,
)
from gradus.models.linear.formula import Formula, formulaic_library, read_formula
from gradus.models.linear.rank import check_columns, check_terms

if TYPE_CHECKING:
    import polars as pl

INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """The design matrix of a formula over a table.

    Arguments:
        formula: as it was written.
        target: the left side of the formula.
        terms: names of the columns of X.
        x: X, shape (n, p), float64; where the formula has an intercept, its first column is ones.
        y: what the left side says of every row: numbers, or labels.
        groups: which columns belong to each term of the formula, the intercept left out.
        levels: the levels of every column of text; None for columns of numbers.
        spec: what formulaic has learned from the table, such as the means of `center(x)`.
    """

    formula: str
    target: str
    terms: tuple[str, ...]
    x: np.ndarray
    y: np.ndarray
    groups: dict[str, tuple[int, ...]]
    levels: dict[str, tuple[str, ...] | None]
    spec: Any

    def __repr__(self) -> str:
        return f"Design({self.formula!r}, {self.x.shape[0]} rows, {self.x.shape[1]} columns)"

    @property
    def has_intercept(self) -> bool:
        """Whether the first column is ones."""
        return INTERCEPT in self.terms

    def matrix(self, table: Any) -> np.ndarray:
        """X for the rows of another table, shape (n, p), float64.

        Raises InputError where a column is missing or holds what the first table did not show.
        """
        frame = frame_of(table)
        check_there(frame, tuple(self.levels))
        for name, levels in self.levels.items():
            check_column(frame, name)
            check_levels(frame[name], levels)
        return finite(numbers(self.spec, frame, tuple(self.levels)), self.terms)


def design(formula: str, table: Any, *, full_rank: bool = True) -> Design:
    """Read a formula over a table.

    Text becomes dummies, one fewer than levels; the baseline is the level that sorts first.

    Arguments:
        formula: see `read_formula`.
        table: a Polars or pandas data frame, a dict of columns, or the path of a file.
        full_rank: refuse columns that are sums of others, and as many columns as rows: without a
            penalty they leave the coefficients undetermined.

    Raises InputError for what cannot be read or fitted, naming the column and the row.

    >>> table = {"pay": [3.0, 4.0, 5.0, 7.0], "age": [1, 2, 4, 5], "city": ["A", "B", "A", "B"]}
    >>> design("pay ~ age + city", table).terms
    ('Intercept', 'age', 'city[B]')
    >>> design("pay ~ age + I(2 * age)", table)
    Traceback (most recent call last):
    gradus.base.errors.InputError: columns of 'pay ~ age + I(2 * age)' depend on each other
      Expected: columns that are no sums of others
      Got:      I(2 * age) = 2·age
      Fix:      take 'I(2 * age)' or another of them out; linear.ridge can keep all
    """
    frame = frame_of(table)
    read = read_formula(formula, frame.columns)
    for name in (*read.target_columns, *read.columns):
        check_column(frame, name)
    y = target_of(read, frame)
    matrix = evaluated(read.parsed.rhs, frame, read.columns)
    terms = tuple(map(readable, matrix.columns))
    x = finite(filled(matrix, frame.height), terms)
    groups = {written(term): tuple(at) for term, at in matrix.model_spec.term_indices.items()}
    groups.pop("1", None)
    check_terms(groups, formula)
    levels = {name: levels_of(frame[name]) for name in read.columns}
    made = Design(formula, read.target, terms, x, y, groups, levels, matrix.model_spec)
    if full_rank:
        check_columns(made.x, made.terms, formula)
    return made


def target_of(formula: Formula, frame: pl.DataFrame) -> np.ndarray:
    """The left side of a formula: a column as it is, labels, or numbers computed from columns."""
    if formula.labels:
        return frame[formula.target_columns[0]].to_numpy().astype(object)
    if not formula.transformed:
        return frame[formula.target].to_numpy()
    values = filled(evaluated(formula.parsed.lhs, frame, formula.target_columns), frame.height)
    if values.shape[1] != 1:
        raise InputError(
            f"target {formula.target!r} makes {values.shape[1]} columns",
            expected="one column: a number or a class for every row",
            got=formula.target,
            fix="name a column, or write one number, such as log(a) or I(a**2)",
        )
    return finite(values, (formula.target,))[:, 0]


def numbers(spec: Any, frame: pl.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """The columns of X that a formula or what was learned of it says."""
    return filled(evaluated(spec, frame, columns), frame.height)


def evaluated(spec: Any, frame: pl.DataFrame, columns: tuple[str, ...]) -> Any:
    """What formulaic makes of some columns; it sees those and no others, and no outside names."""
    errors = formulaic_library().errors
    import pandas

    values = {name: plain(frame[name]) for name in columns}
    rows = pandas.DataFrame(values, index=range(frame.height))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            # What is not finite is refused with its row, and so are levels that are new.
            warnings.simplefilter("error", errors.DataMismatchWarning)
            return spec.get_model_matrix(rows, context={"sqrt": np.sqrt}, na_action="ignore")
    except (errors.FormulaicError, errors.DataMismatchWarning, ValueError) as error:
        raise InputError(
            "the formula cannot be evaluated",
            expected="numbers where it computes, and levels that occur where it names one",
            got=str(error).splitlines()[0],
            fix="check the kinds of the columns: text has no logarithm",
        ) from None


def plain(column: pl.Series) -> np.ndarray:
    """A column as an array: numbers in float64, so that powers of counts do not overflow."""
    import polars as pl

    if column.dtype == pl.String:
        return np.array(column.to_list(), object)
    return column.to_numpy() if column.dtype == pl.Boolean else column.cast(pl.Float64).to_numpy()


def filled(matrix: Any, rows: int) -> np.ndarray:
    """A data frame as float64; one without columns keeps its rows."""
    return np.asarray(matrix, np.float64).reshape(rows, -1)


def finite(x: np.ndarray, terms: tuple[str, ...]) -> np.ndarray:
    """The array as it is; refused where something is not finite, with its term and row."""
    wrong = ~np.isfinite(x)
    if wrong.any():
        row, column = (int(i[0]) for i in np.nonzero(wrong))
        raise InputError(
            f"term {terms[column]!r}, row {row} (counted from 0)",
            expected="a finite number",
            got=x[row, column],
            fix="correct the value: logarithms want numbers above 0, roots no negative ones",
        )
    return x


def written(term: Any) -> str:
    """A term of formulaic as it can stand in a formula, odd names in backquotes."""
    factors = [
        f"`{f.expr}`" if f.eval_method.value == "lookup" and not f.expr.isidentifier() else f.expr
        for f in term.factors
    ]
    return ":".join(factors)


def readable(name: str) -> str:
    """The name of a column of X, in the words of the table.

    >>> readable("C(year, contr.treatment(2004))[T.2003.0]"), readable("TV:student[T.Yes]")
    ('year[2003]', 'TV:student[Yes]')
    """
    name = re.sub(r"C\(([^,()]+)(?:, contr\.\w+\([^()]*\))?\)\[", r"\1[", name)
    name = re.sub(r"\[[TS]\.(-?\d+)\.0\]", r"[\1]", name)
    return re.sub(r"\[[TS]\.", "[", name)
