"""A table in memory: data frames and dicts of arrays as typed Polars columns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.errors import InputError

if TYPE_CHECKING:
    import polars as pl

MISSING_MARKS = ("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null")
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y",
    MONTH_FIRST,  # before day/month: files written in the United States prevail
    DAY_FIRST,
)


def as_table(data: Any) -> pl.DataFrame:
    """A Polars data frame from a Polars or pandas data frame, or from a dict of columns.

    Text that is numbers, dates or true/false throughout becomes such; NaN becomes missing.

    >>> as_table({"x": np.array([1.0, np.nan]), "y": ["3", "4"]}).rows()
    [(1.0, 3), (None, 4)]

    Raises InputError for anything else, and for columns of different lengths.
    """
    import polars as pl

    if _is_pandas(data):
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


def _is_pandas(value: Any) -> bool:
    return type(value).__module__.split(".")[0] == "pandas"


def _from_pandas(frame: Any) -> dict[str, Any]:
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        raise InputError(
            f"two columns are called {name!r}",
            expected="different names",
            got=list(frame.columns),
            fix="rename one of them",
        )
    return {str(name): frame[name] for name in frame.columns}


def _from_dict(columns: Mapping[str, Any]) -> pl.DataFrame:
    import polars as pl

    series = [_series(str(name), values) for name, values in columns.items()]
    if len({len(column) for column in series}) > 1:
        raise InputError(
            "columns of different lengths",
            expected="one value per row in every column",
            got=", ".join(f"{column.name}: {len(column)}" for column in series),
            fix="give columns of equal length",
        )
    return pl.DataFrame(series)


def _series(name: str, values: Any) -> pl.Series:
    """A column from an array, a list, or a Polars or pandas series (without need of PyArrow)."""
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(name)
    if _is_pandas(values):
        plain = isinstance(values.dtype, np.dtype) and values.dtype != object
        values = values.to_numpy() if plain else values.astype(object).where(values.notna(), None)
    if np.ndim(values) != 1:
        raise InputError(
            f"column {name!r}",
            expected="one value per row, shape (n,)",
            got=f"shape {np.shape(values)}",
            fix="give every column of a matrix its own name; put a single value into a list",
        )
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pl.Series(name, values)
    return pl.Series(name, list(values), strict=False)


def _typed(column: pl.Series) -> pl.Series:
    """The column with one of the types Int64, Float64, Boolean, Datetime or String."""
    import polars as pl

    kind = column.dtype
    if kind in (pl.String, pl.Categorical, pl.Enum, pl.Null):
        return _from_text(column.cast(pl.String))
    if kind.is_float() or kind.is_decimal():
        return column.cast(pl.Float64).fill_nan(None)
    if kind.is_integer():
        return column.cast(pl.Int64)
    if kind in (pl.Date, pl.Datetime):
        return column.cast(pl.Datetime("us"))
    if kind == pl.Boolean:
        return column
    raise InputError(
        f"column {column.name!r} cannot be used",
        expected="numbers, text, true/false or dates",
        got=kind,
        fix="leave the column out, or turn it into numbers",
    )


def _from_text(column: pl.Series) -> pl.Series:
    import polars as pl

    text = column.str.strip_chars()
    text = text.set(text.is_in(MISSING_MARKS).fill_null(False), None)
    known = text.drop_nulls()
    if known.is_empty() or known.str.contains(r"^[-+]?0\d+$").any():
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
                if form == MONTH_FIRST:
                    _say_which_way(text, dates)
                return dates
    return text


def _say_which_way(text: pl.Series, dates: pl.Series) -> None:
    """Warn where month and day could be exchanged in every row: the reading is then a guess."""
    other = text.str.to_datetime(DAY_FIRST, strict=False, time_unit="us")
    differ = (other != dates).fill_null(False)
    if other.null_count() == text.null_count() and differ.any():
        example = text.filter(differ)[0]
        warnings.warn(
            f"column {text.name!r}: dates such as {example} are read as month/day/year; "
            "write year-month-day if that is wrong",
            UserWarning,
            stacklevel=2,
        )
