"""A column of times as points in time: dates in any of the usual forms, or whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradus.base.errors import InputError
from gradus.data.columns import refuse
from gradus.data.frames import DATE_FORMATS, as_table

if TYPE_CHECKING:
    import polars as pl

MONTH = "%Y-%m"
ZONED = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M%z")
FORMATS = (MONTH, *DATE_FORMATS, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f", *ZONED)
DAY, SECOND, COMPACT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y%m%d"


def read_times(series: pl.Series) -> tuple[pl.Series, str]:
    """The points in time of a column, and the form in which they are written.

    Points in time are a Polars series of dates with a clock, times with a zone brought to UTC; or
    whole numbers, such as years, whose form is ""; those like 20240131 are dates. Raises
    InputError, naming the row, for what is neither, and for a missing time.

    >>> import polars as pl
    >>> read_times(pl.Series("month", ["1949-01", "1949-02"]))[1]
    '%Y-%m'
    """
    import polars as pl

    name = series.name
    series = as_table({name: series})[name]
    refuse(series, series.is_null().to_numpy(), "a time", "write it in, or take the row out")
    if series.dtype == pl.Int64:
        days = _parsed(series.cast(pl.String), COMPACT)
        return (series, "") if days.null_count() else (days, COMPACT)
    if series.dtype.is_temporal():
        return series, _form_of(series)
    if series.dtype != pl.String:
        raise InputError(
            f"time column {name!r}",
            expected="dates, or whole numbers such as years",
            got=f"numbers such as {series[0]}" if series.dtype.is_numeric() else series.dtype,
            fix="name another column, or leave it out: rows then count as evenly spaced",
        )
    return _from_text(series)


def written(times: pl.Series, form: str) -> pl.Series:
    """Points in time as the column wrote them; dates as text, so that files show them so.

    >>> from datetime import datetime
    >>> import polars as pl
    >>> written(pl.Series([datetime(1961, 1, 1)]), MONTH).to_list()
    ['1961-01']
    """
    return times.dt.strftime(form.replace("%z", "+00:00")) if form else times


def _from_text(series: pl.Series) -> tuple[pl.Series, str]:
    """Text by the form that fits most rows; the first row that it does not fit is refused."""
    tried = {form: _parsed(series, form) for form in FORMATS}
    form = min(tried, key=lambda form: tried[form].null_count())
    refuse(
        series, tried[form].is_null().to_numpy(), "a time in one form with all others",
        "write every time alike, as 2024-01-31 or 2024-01-31 23:00:00",
    )  # fmt: skip
    return tried[form], form


def _parsed(series: pl.Series, form: str) -> pl.Series:
    import polars as pl

    if form == MONTH:
        return (series + "-01").str.to_datetime(DAY, strict=False, time_unit="us")
    if form in ZONED:
        series = series.str.replace("Z$", "+00:00")
        read = series.str.to_datetime(form, strict=False, time_unit="us", time_zone="UTC")
        return read.dt.replace_time_zone(None)
    return series.str.to_datetime(form, strict=False, time_unit="us").cast(pl.Datetime("us"))


def _form_of(series: pl.Series) -> str:
    """Days where no row has a time of day."""
    ticks = series.dt.timestamp("us").to_numpy()
    return DAY if np.all(ticks % 86_400_000_000 == 0) else SECOND
