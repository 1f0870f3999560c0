"""From a table to numbers, by what the training part shows and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static
from gradus.data.columns import BooleanColumn, CategoryColumn, Column, NumberColumn
from gradus.data.dataset import Dataset
from gradus.data.dates import DateColumn
from gradus.data.frames import as_table
from gradus.data.inference import KINDS, infer_kind, is_free_text
from gradus.data.targets import ClassTarget, Target, fit_target

if TYPE_CHECKING:
    import polars as pl

COLUMNS = {"number": NumberColumn, "boolean": BooleanColumn, "date": DateColumn}


class Preprocessor(Record):
    """Turns a table into the numbers that a model sees; fitted once, saved with the model.

    Numbers are standardised, k categories become k − 1 dummies, dates their parts, and what is
    missing is filled and marked. Columns are found by name, whatever their order; columns that
    were not there in training are ignored. A category never seen before is encoded like the
    baseline, with a warning. `decode` brings numbers back to columns in the user's units.

    >>> table = {"tv": [1.0, 3.0, 5.0], "region": ["north", "south", "north"], "sales": [2, 4, 9]}
    >>> prep = Preprocessor.fit(table, target="sales", target_kind="regression")
    >>> for sentence in prep.sentences:
    ...     print(sentence)
    tv: number, mean 3, standard deviation 1.633 → standardised
    region: 2 categories → 1 dummy, baseline 'north'
    sales: regression, mean 5, standard deviation 2.944 → standardised
    >>> prep.inputs({"region": ["south"], "tv": [3.0]}).tolist()
    [[0.0, 1.0]]
    >>> prep.decode(np.array([[0.0, 0.9], [1.0, 0.2]])).rows()
    [(3.0, 'south'), (5.0, 'north')]
    """

    columns: tuple[Column, ...] = static()
    dropped: tuple[tuple[str, str], ...] = static()
    target: Target | None = static()

    @classmethod
    def fit(
        cls,
        table: Any,
        target: str | None = None,
        *,
        kinds: Mapping[str, str] | None = None,
        baselines: Mapping[str, str] | None = None,
        target_kind: str | None = None,
        gaps: str = "mark",
    ) -> Preprocessor:
        """Learn from the training part of a table.

        Arguments:
            table: the training part: a Polars or pandas data frame, or a dict of columns.
            target: the name of the column to predict; None: there is none.
            kinds: kinds of columns ("number", "category", "boolean", "date", "drop") where the
                inferred ones are not wanted, by name.
            baselines: baseline levels of categories, by name.
            target_kind: "classification", "counts" or "regression"; None: inferred.
            gaps: what becomes of missing values: "mark" fills them and adds a number that says
                so; "leave" gives NaN, for models that fill them in.

        Raises InputError for unknown names, and where no column is left to learn from.
        """
        if gaps not in ("mark", "leave"):
            raise InputError("gaps", expected="'mark' or 'leave'", got=gaps, fix="gaps='mark'")
        table = as_table(table)
        kinds, baselines = dict(kinds or {}), dict(baselines or {})
        for name in (*kinds, *baselines, *([] if target is None else [target])):
            check_column(name, table.columns)
        inputs = table if target is None else table.drop(target)
        judged = [(series, *_kind(series, kinds)) for series in inputs]
        dropped = tuple((s.name, reason) for s, kind, reason in judged if kind == "drop")
        fitted = _fitted if gaps == "mark" else _fitted_to_known
        columns = tuple(
            fitted(s, kind, baselines.get(s.name)) for s, kind, _ in judged if kind != "drop"
        )
        if not columns:
            raise InputError(
                "no column to learn from",
                expected="at least one column that varies",
                got="; ".join(f"{name}: {reason}" for name, reason in dropped) or "no inputs",
                fix=_other_ways(inputs),
            )
        known = None if target is None else fit_target(table[target], target, target_kind)
        return cls(columns, dropped, known)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the numbers that the model sees, in order."""
        return tuple(feature for column in self.columns for feature in column.features)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return (len(self.features),)

    @property
    def grains(self) -> tuple[float, ...]:
        """How far neighbouring values of each number are apart; 0 where they are continuous."""
        return tuple(grain for column in self.columns for grain in column.grains)

    @property
    def sentences(self) -> list[str]:
        """What was decided about every column, for people to read; the target comes last."""
        dropped = [f"{name}: dropped, {reason}" for name, reason in self.dropped]
        target = [] if self.target is None else [self.target.sentence]
        return [*(column.sentence for column in self.columns), *dropped, *target]

    def inputs(self, table: Any) -> np.ndarray:
        """The table as numbers, shape (n, len(features)), float32.

        Raises InputError for a missing or renamed column, and for a value that cannot be used,
        with its row and column.
        """
        table = as_table(table)
        for column in self.columns:
            fix = (
                f"the run learned from {column.name!r}: add it, or rename the column that holds it"
            )
            check_column(column.name, table.columns, fix)
        return np.concatenate([c.encode(table[c.name]) for c in self.columns], axis=1)

    def decode(self, x: Any) -> pl.DataFrame:
        """Numbers as a model sees or makes them, shape (n, len(features)), as a table.

        Every value is the nearest one that its column can have: whole where all were whole, a
        category that the training part shows, a day of the calendar. Dropped columns stay away.
        """
        import polars as pl

        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != len(self.features):
            raise InputError(
                "numbers to decode",
                expected=f"an array of shape (n, {len(self.features)}), as `inputs` gives it",
                got=x.shape,
                fix="give what the model made, one column for each of `features`",
            )
        ends = np.cumsum([len(column.features) for column in self.columns])
        parts = np.split(x, ends[:-1], axis=1)
        return pl.DataFrame([c.decode(p) for c, p in zip(self.columns, parts, strict=True)])

    def targets(self, table: Any) -> np.ndarray:
        """The target column for the likelihood; `target.decode` brings predictions back."""
        return targets_of(table, self.target, "Preprocessor.fit(table, target='…')")

    def dataset(self, table: Any) -> Dataset:
        """Inputs and, where the target is known, targets of a table, with their names."""
        labels = self.target.labels if isinstance(self.target, ClassTarget) else None
        y = None if self.target is None else self.targets(table)
        return Dataset(self.inputs(table), y, features=self.features, labels=labels)


def _other_ways(inputs: pl.DataFrame) -> str:
    """What to do with a table of which no column is learned from."""
    texts = [series.name for series in inputs if is_free_text(series)]
    if texts:
        return f"learn from the words of {texts[0]!r}: --text {texts[0]}, or `TextPreprocessor`"
    return "add a column, or make one of these a category (--category, or `kinds`)"


def _fitted(series: pl.Series, kind: str, baseline: str | None) -> Column:
    if kind == "category":
        return CategoryColumn.fit(series, baseline)
    return COLUMNS[kind].fit(series)


def _fitted_to_known(series: pl.Series, kind: str, baseline: str | None) -> Column:
    column = _fitted(series.drop_nulls(), kind, baseline)
    return column.replace(missing=series.null_count(), marked=False)


def _kind(series: pl.Series, chosen: Mapping[str, str]) -> tuple[str, str]:
    if series.name not in chosen or series.null_count() == len(series):
        return infer_kind(series)
    kind = chosen[series.name]
    if kind not in KINDS:
        raise InputError(
            f"kind of column {series.name!r}",
            expected=", ".join(map(repr, KINDS)),
            got=repr(kind),
            fix=nearest(kind, KINDS),
        )
    return kind, "as you chose"


def targets_of(table: Any, target: Target | None, fit: str) -> np.ndarray:
    """The target column of a table for the likelihood.

    Arguments:
        table: as `as_table` takes it.
        target: what was fitted; None where no target was named.
        fit: the call that names one.

    Raises InputError without a target, and for a table without its column.
    """
    if target is None:
        raise InputError(
            "this preprocessor knows no target",
            expected="a target named when it was fitted",
            got="none",
            fix=f"fit it again: `{fit}`",
        )
    table = as_table(table)
    check_column(target.name, table.columns)
    return target.encode(table[target.name])


def check_column(name: str, columns: list[str], fix: str | None = None) -> None:
    """Refuse a name that no column has, with a similar one or, where none is, with `fix`."""
    if name not in columns:
        hint = nearest(name, columns)
        raise InputError(
            f"the table has no column {name!r}",
            expected=f"a column called {name!r}",
            got=", ".join(map(repr, columns[:12])) + (" …" if len(columns) > 12 else ""),
            fix=fix if fix and not hint.startswith("did you mean") else hint,
        )
