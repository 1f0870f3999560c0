"""A table in memory: data frames and dicts of arrays as typed Polars columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gradus.base.errors import InputError

MISSING_MARKS = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null")
DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m/%d/%Y",  # before day/month: files written in the United States prevail
    "%d/%m/%Y",
)


def as_table(data: Any):
    """A Polars data frame from a Polars or pandas data frame, or from a dict of columns.

    Text that is numbers, dates or true/false throughout becomes such; NaN becomes missing.

    >>> as_table({"x": np.array([1.0, np.nan]), "y": ["3", "4"]}).rows()
    [(1.0, 3), (None, 4)]

    Raises InputError for anything else, and for columns of different lengths.
    """
    import polars as pl

    if type(data).__module__.startswith("pandas."):
        data = _from_pandas(data)
    if isinstance(data, Mapping):
        data = _from_dict(data)
    if not isinstance(data, pl.DataFrame):
        raise InputError(
            "this is not a table",
            expected="a Polars or pandas data frame, or a dict of columns",
            got=type(data).__name__,
            fix="give the columns names, as in {'age': …, 'income': …}",
        )
    return pl.DataFrame([_typed(column) for column in data])


def _from_pandas(frame: Any) -> dict[str, Any]:
    """Columns of a pandas data frame, without the need for PyArrow."""
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        raise InputError(
            f"two columns are called {name!r}",
            expected="different names",
            got=list(frame.columns),
            fix="rename one of them",
        )
    return {str(name): _pandas_column(frame[name]) for name in frame.columns}


def _pandas_column(column: Any) -> Any:
    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        return column.to_numpy()
    return [None if missing else v for v, missing in zip(column, column.isna(), strict=True)]


def _from_dict(columns: Mapping[str, Any]):
    import polars as pl

    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(
            "columns of different lengths",
            expected="one value per row in every column",
            got=", ".join(f"{name}: {n}" for name, n in lengths.items()),
            fix="give columns of equal length",
        )
    return pl.DataFrame([_series(name, values) for name, values in columns.items()])


def _series(name: str, values: Any):
    import polars as pl

    kinds = {type(v) for v in values if v is not None} if isinstance(values, list | tuple) else {}
    mixed = len(kinds) > 1 and str in kinds
    if isinstance(values, np.ndarray) and values.dtype == object:
        return _series(name, values.tolist())
    return pl.Series(name, [None if v is None else str(v) for v in values] if mixed else values)


def _typed(column):
    """The column with one of the types Int64, Float64, Boolean, Datetime or String."""
    import polars as pl

    kind = column.dtype
    if kind == pl.String or kind in (pl.Categorical, pl.Enum):
        return _from_text(column.cast(pl.String))
    if kind.is_float() or kind.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    if kind.is_integer():
        return column.cast(pl.Int64)
    if kind in (pl.Date, pl.Datetime):
        return column.cast(pl.Datetime("us"))
    if kind in (pl.Boolean, pl.Null):
        return column.cast(pl.Boolean) if kind == pl.Boolean else column.cast(pl.String)
    raise InputError(
        f"column {column.name!r} cannot be used",
        expected="numbers, text, true/false or dates",
        got=kind,
        fix="leave the column out, or turn it into numbers",
    )


def _from_text(column):
    import polars as pl

    text = column.str.strip_chars()
    text = text.set(text.is_in(MISSING_MARKS).fill_null(False), None)
    known = text.drop_nulls()
    if known.is_empty() or known.str.contains(r"^[-+]?0\d").any():
        return text  # 01234 is a code, not a number
    for kind in (pl.Int64, pl.Float64):
        if known.cast(kind, strict=False).null_count() == 0:
            return text.cast(kind).fill_nan(None) if kind == pl.Float64 else text.cast(kind)
    if known.str.to_lowercase().is_in(["true", "false"]).all():
        return text.str.to_lowercase() == "true"
    for form in DATE_FORMATS:
        if known.head(100).str.to_datetime(form, strict=False).null_count() == 0:
            dates = text.str.to_datetime(form, strict=False, time_unit="us")
            if dates.null_count() == text.null_count():
                return dates
    return text
