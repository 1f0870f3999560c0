"""What a column of dates becomes, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradus.base.record import static
from gradus.data.columns import Column, about, refuse

if TYPE_CHECKING:
    import polars as pl

DATE_PARTS = ("year", "month", "day", "weekday", "hour", "minute")
EARLIEST = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0}  # what a date is made of
LATEST = {"year": 9999, "month": 12, "day": 31, "hour": 23, "minute": 59}


class DateColumn(Column):
    """A date, as its year, month, day, weekday (Monday is 1), hour and minute, standardised.

    Parts that do not vary in the training part are left out.

    >>> import polars as pl
    >>> days = pl.Series("day", ["2024-01-30", "2024-03-02"]).str.to_datetime()
    >>> column = DateColumn.fit(days)
    >>> column.features
    ('day month', 'day day', 'day weekday')
    >>> column.decode(column.encode(days)).to_list()
    [datetime.date(2024, 1, 30), datetime.date(2024, 3, 2)]
    """

    fixed: tuple[tuple[str, int], ...] = static()  # parts that do not vary
    parts: tuple[str, ...] = static()
    means: tuple[float, ...] = static()
    stds: tuple[float, ...] = static()

    @classmethod
    def fit(cls, series: pl.Series) -> DateColumn:
        known = _date_parts(_dates(series).drop_nulls(), DATE_PARTS)
        varies = known.std(axis=0) > 0
        parts = tuple(part for part, keep in zip(DATE_PARTS, varies, strict=True) if keep)
        means, stds = known.mean(axis=0)[varies], known.std(axis=0)[varies]
        always = zip(DATE_PARTS, known[0].astype(int).tolist(), strict=True)
        fixed = tuple((part, value) for part, value in always if part not in parts)
        column = cls(*about(series), fixed, parts, (*means.tolist(),), (*stds.tolist(),))
        midnight = {("hour", 0), ("minute", 0)} <= set(fixed)
        return column.replace(dtype="Date") if midnight else column

    @property
    def features(self):
        return (*(f"{self.name} {part}" for part in self.parts), *self._indicator())

    @property
    def sentence(self):
        marked = self._of_missing("marked by a column")
        return f"{self.name}: date → {', '.join(self.parts)}{marked}"

    @property
    def grains(self):
        return (*(1 / std for std in self.stds), *(1.0 for _ in self._indicator()))

    def encode(self, series):
        z = (_date_parts(_dates(series), self.parts) - np.array(self.means)) / np.array(self.stds)
        return self._with_indicator(np.nan_to_num(z), series.is_null().to_numpy())

    def nearest(self, numbers):
        import polars as pl

        x = np.round(np.array(self.means) + np.array(self.stds) * numbers[:, : len(self.parts)])
        found = dict(self.fixed) | dict(zip(self.parts, x.T, strict=True))
        clock = pl.DataFrame(
            {p: np.clip(np.broadcast_to(found[p], len(x)), low, LATEST[p])
             for p, low in EARLIEST.items()}
        ).cast(pl.Int32)  # fmt: skip
        month = pl.datetime("year", "month", 1, "hour", "minute")
        day = pl.min_horizontal("day", month.dt.month_end().dt.day())
        return clock.select(month + pl.duration(days=day - 1)).to_series()


def _dates(series: pl.Series) -> pl.Series:
    """A Polars series as dates; anything else is refused, except gaps throughout."""
    import polars as pl

    if series.dtype.is_temporal():
        return series
    present = series.is_not_null().to_numpy()
    refuse(series, present, "a date", "write every date in one form, as 2024-01-31")
    return series.cast(pl.Datetime("us"))


def _date_parts(series: pl.Series, parts: tuple[str, ...]) -> np.ndarray:
    columns = [getattr(series.dt, part)().cast(float).to_numpy() for part in parts]
    return np.stack(columns, axis=1) if columns else np.zeros((len(series), 0))
