"""The columns of a user's table: there, without gaps, finite, and of the kind that was fitted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradus.base.errors import InputError
from gradus.data.frames import as_table
from gradus.data.tables import read_table

if TYPE_CHECKING:
    import polars as pl


def frame_of(table: Any) -> pl.DataFrame:
    """The user's table with typed columns; a path is read."""
    frame = read_table(table) if isinstance(table, str | Path) else as_table(table)
    if frame.height == 0:
        raise InputError(
            "the table is empty", expected="rows", got="no row", fix="check where it comes from"
        )
    return frame


def check_there(frame: pl.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse a table without all the columns of a fit."""
    for name in names:
        if name not in frame.columns:
            raise InputError(
                f"the table has no column {name!r}",
                expected=f"the columns that were fitted: {', '.join(map(repr, names))}",
                got=", ".join(map(repr, frame.columns)),
                fix=f"add a column {name!r}",
            )


def check_column(frame: pl.DataFrame, name: str) -> None:
    """Refuse a column that has gaps, that is infinite somewhere, or that holds dates."""
    column = frame[name]
    missing = column.is_null().to_numpy()
    if missing.any():
        raise InputError(
            f"column {name!r}, row {missing.argmax()} (counted from 0)",
            expected="a value in every row",
            got=f"a missing one; {missing.sum()} in all",
            fix="fill it, or leave such rows out: drop_nulls() and drop_nans() of a Polars table, "
            "dropna() of a pandas one",
        )
    if column.dtype.is_temporal():
        raise InputError(
            f"column {name!r} holds dates",
            expected="numbers or text",
            got=column.dtype,
            fix="make a number of it first, such as the year",
        )
    if column.dtype.is_float() and column.is_infinite().any():
        row = int(column.is_infinite().to_numpy().argmax())
        raise InputError(
            f"column {name!r}, row {row} (counted from 0)",
            expected="a finite number",
            got=column[row],
            fix="leave the row out, or replace the value",
        )


def check_levels(column: pl.Series, levels: tuple[str, ...] | None) -> None:
    """Refuse text for numbers, numbers for text, and levels that were not there before."""
    import polars as pl

    if (column.dtype == pl.String) != (levels is not None):
        raise InputError(
            f"column {column.name!r}",
            expected="numbers" if levels is None else "text, as in the table that was fitted",
            got=column.dtype,
            fix="give the column in the form that was fitted",
        )
    if levels is not None:
        new = ~column.is_in(levels)
        if new.any():
            row = int(new.to_numpy().argmax())
            raise InputError(
                f"column {column.name!r}, row {row} (counted from 0)",
                expected=f"one of {', '.join(map(repr, levels[:12]))}",
                got=repr(column[row]),
                fix="correct it, or fit again with rows of this level",
            )


def levels_of(column: pl.Series) -> tuple[str, ...] | None:
    """The sorted levels of a column of text; None for numbers."""
    import polars as pl

    return tuple(column.unique().sort()) if column.dtype == pl.String else None
