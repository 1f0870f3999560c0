"""From a table in order of time to the windows that a forecaster sees, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.base.words import counted
from gradus.data.columns import numbers_of, shown
from gradus.data.frames import as_table
from gradus.data.inference import almost_numbers
from gradus.data.preprocess import check_column
from gradus.data.series.period import period_of
from gradus.data.series.rhythm import Rhythm
from gradus.data.series.windows import check_lengths, refuse_short, windows

if TYPE_CHECKING:
    import polars as pl


class SeriesPreprocessor(Record):
    """Turns a table in order of time into windows, and what comes after them.

    Columns are standardised by the training part. What is missing is filled with the last value
    before it, which is all that is known at that time, and does not count where it would be a
    target. Columns beside the targets are known up to now, and not ahead.

    >>> table = {"day": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"],
    ...          "sold": [4.0, 8.0, None, 4.0]}
    >>> prep = SeriesPreprocessor.fit(table, ["sold"], time="day", length=2, horizon=1)
    >>> x, y, weight = prep.windows(table)
    >>> x[:, :, 0].tolist(), y.tolist(), weight.tolist()
    ([[-1.0, 1.0], [1.0, 1.0]], [1.0, -1.0], [0.0, 1.0])
    >>> prep.ahead(table), prep.decode(y)
    ({'day': ['2024-01-05']}, array([8., 4.]))
    """

    rhythm: Rhythm | None = static()
    columns: tuple[str, ...] = static()  # the targets, and then what else is known
    width: int = static()  # how many of them are targets
    calendar: tuple[str, ...] = static()
    means: tuple[float, ...] = static()
    stds: tuple[float, ...] = static()
    length: int = static()
    horizon: int = static()
    period: int = static()  # rows after which the first target repeats itself; 0 where it does not
    gaps: tuple[tuple[str, int], ...] = static()
    dropped: tuple[str, ...] = static()

    @classmethod
    def fit(
        cls,
        table: Any,
        targets: Sequence[str] | None = None,
        *,
        horizon: int,
        length: int | None = None,
        time: str | None = None,
        known: Sequence[str] | None = None,
        calendar: bool = False,
        period: int | None = None,
        train: int | None = None,
    ) -> SeriesPreprocessor:
        """Learn rhythm, means and standard deviations.

        Arguments:
            table: rows in order of time: a Polars or pandas data frame, or a dict of columns.
            targets: names of the columns to forecast; None: all columns of numbers.
            horizon: H, how many rows are forecast after a window.
            length: L, rows of a window; None: three times the horizon or the period, whichever is
                longer, and at most a third of the training part.
            time: the column of times, which is checked for order and gaps; None: rows count as
                evenly spaced.
            known: names of further columns that a window holds; None: all columns of numbers.
            calendar: whether a window holds where in the day, the week and the year it is.
            period: rows after which the series repeats itself, 0 for never; None: found in the
                training part, see `period_of`.
            train: how many of the first rows are the training part; None: all.

        Raises InputError, naming row and column, for times that are not sorted or have gaps, for
        text among the numbers, for columns that begin with a gap, and for series too short.
        """
        check_lengths(length or 1, horizon)
        table = as_table(table)
        rows = table.height if train is None else train
        words = "" if train is None else f"{train} of {table.height} rows"
        refuse_short(rows, length or 1, horizon, words)
        for name in (*(targets or ()), *(known or ()), *filter(None, [time])):
            check_column(name, table.columns)
        columns, dropped = chosen(table, targets, known, time)
        rhythm = None if time is None else Rhythm.fit(table[time])
        refuse_calendar(calendar, rhythm)
        numbers, _ = filled(table, columns)
        learned = numbers[:rows]
        varies = np.ptp(learned, axis=0) > 0
        period = found_period(learned[:, 0], rhythm) if period is None else period
        usual = min(3 * max(horizon, period), max(rows // 3, 1), rows - horizon)
        return cls(
            rhythm=rhythm,
            columns=columns,
            width=len(columns) if targets is None else len(targets),
            calendar=tuple(rhythm.calendar(table[time])) if calendar and rhythm else (),
            means=tuple(learned.mean(axis=0).tolist()),
            stds=tuple(np.where(varies, learned.std(axis=0), 1.0).tolist()),
            length=int(length or usual),
            horizon=int(horizon),
            period=int(period),
            gaps=tuple((c, table[c].null_count()) for c in columns if table[c].null_count()),
            dropped=dropped,
        )

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the columns that are forecast."""
        return self.columns[: self.width]

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the numbers in each row of a window."""
        return (*self.columns, *self.calendar)

    @property
    def input_shape(self) -> tuple[int, int]:
        """The shape of one window, (L, C)."""
        return self.length, len(self.features)

    @property
    def target(self) -> None:
        """No column is a target by itself: targets come out of the windows."""
        return None

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of what is forecast: (H, K), with one target (H,), of one row ()."""
        if self.width > 1:
            return self.horizon, self.width
        return () if self.horizon == 1 else (self.horizon,)

    @property
    def sentences(self) -> list[str]:
        """What was decided about every column, for people to read."""
        told = [
            "no time column: rows count as evenly spaced, in the order of the table"
            if self.rhythm is None
            else f"{self.rhythm.name}: time, one row every {self.rhythm.words}"
        ]
        told += [f"{name}: dropped, no numbers" for name in self.dropped]
        for name, mean, std in zip(self.columns, self.means, self.stds, strict=True):
            role = "forecast" if name in self.targets else "known up to now"
            words = f"mean {shown(mean)}, standard deviation {shown(std)} → standardised"
            told.append(f"{name}: {role}, {words}")
        told.append(
            f"windows: {counted(self.length, 'row')} known, {self.horizon} forecast; "
            + (f"period {counted(self.period, 'row')}" if self.period else "no period found")
        )
        for name, count in self.gaps:
            told.append(f"{name}: {count} missing, filled with the value before")
        return told + ([f"calendar: {', '.join(self.calendar)}"] if self.calendar else [])

    def series(self, table: Any) -> tuple[np.ndarray, np.ndarray]:
        """The table as a model sees it, (T, C), and 1 for every target that is no gap, (T, K).

        Raises InputError for missing columns, and for times that do not go on as in training.
        """
        table = as_table(table)
        for name in (*self.columns, *([self.rhythm.name] if self.rhythm else [])):
            check_column(name, table.columns, f"the run learned from {name!r}: add this column")
        if self.rhythm is not None:
            self.rhythm.check(table[self.rhythm.name])
        numbers, absent = filled(table, self.columns)
        z = (numbers - np.array(self.means)) / np.array(self.stds)
        if self.calendar and self.rhythm:
            phases = self.rhythm.calendar(table[self.rhythm.name])
            z = np.column_stack([z, *(phases[name] for name in self.calendar)])
        return z.astype(np.float32), (~absent[:, : self.width]).astype(np.float32)

    def windows(self, table: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """All windows of a table, (n, L, C), what comes after each, (n, *target_shape), and what
        of it counts, 1 or 0; None where nothing is missing. All are views of the series.
        """
        z, measured = self.series(table)
        x, ahead = windows(z, self.length, self.horizon)
        _, weight = windows(measured, self.length, self.horizon)
        shape = (len(x), *self.target_shape)
        y = self._targets(ahead[:, :, : self.width], shape)
        return x, y, None if measured.all() else self._targets(weight, shape)

    def inputs(self, table: Any) -> np.ndarray:
        """The last window of a table, from which the rows after it are forecast, (1, L, C)."""
        z, _ = self.series(table)
        if len(z) < self.length:
            raise InputError(
                "the series is too short",
                expected=f"{self.length} rows or more, as the run learned from windows of as many",
                got=f"{len(z)} rows",
                fix="give more of the rows before",
            )
        return z[None, -self.length :]

    def ahead(self, table: Any) -> dict[str, list]:
        """The times that are forecast after the last row, by the name of their column."""
        if self.rhythm is None:
            return {"step": list(range(1, self.horizon + 1))}
        times = as_table(table)[self.rhythm.name]
        return {self.rhythm.name: self.rhythm.after(times, self.horizon).to_list()}

    def decode(self, y: Any) -> np.ndarray:
        """Forecasts in the user's units; several targets are on the last axis."""
        means, stds = np.array(self.means[: self.width]), np.array(self.stds[: self.width])
        if self.width == 1:
            means, stds = means[0], stds[0]
        return np.asarray(y, np.float64) * stds + means

    def _targets(self, ahead: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """(n, H, K) without the axes that have length 1, as likelihoods take targets."""
        ahead = ahead if self.width > 1 else ahead[:, :, 0]
        return ahead if len(shape) > 1 else ahead[:, 0]


def chosen(
    table: pl.DataFrame,
    targets: Sequence[str] | None,
    known: Sequence[str] | None,
    time: str | None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that a window holds, targets first, and those that are left out."""
    import polars as pl

    usable = [s.name for s in table if s.dtype.is_numeric() or s.dtype == pl.Boolean]
    usable = [name for name in usable if name != time]
    first = usable if targets is None else list(targets)
    if not first or len(set(first)) < len(first) or time in first:
        raise InputError(
            "columns to forecast",
            expected="one column of numbers or more, each of them once, and not the time",
            got=", ".join(map(repr, first)) or "none",
            fix=f"choose some of {', '.join(map(repr, usable))}" if usable else almost(table),
        )
    rest = usable if known is None else known
    columns = tuple(dict.fromkeys([*first, *rest]))
    left = (name for name in table.columns if name not in (*columns, *usable, time))
    return columns, tuple(left)


def almost(table: pl.DataFrame) -> str:
    """What keeps the columns of a table from being numbers, for people to mend."""
    reasons = (f"{s.name}: {why}" for s in table if (why := almost_numbers(s)))
    return "; ".join(reasons) or "add such a column"


def found_period(values: np.ndarray, rhythm: Rhythm | None) -> int:
    """The period of a column, that of the calendar where it is about as long; 0 for none."""
    period = period_of(values) or 0
    return period if rhythm is None else rhythm.nearest_cycle(period)


def filled(table: pl.DataFrame, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Columns as numbers (T, C), gaps filled with the value before, and where gaps were."""
    read = [numbers_of(table[name]) for name in columns]
    for name, (_, absent) in zip(columns, read, strict=True):
        if absent[0]:
            raise InputError(
                f"column {name!r}, row 0 (counted from 0)",
                expected="a number to begin with: gaps are filled with the value before",
                got="nothing",
                fix="take the first rows out, up to one that is complete, or leave the column out",
            )
    numbers = np.stack([x for x, _ in read], axis=1)
    absent = np.stack([gap for _, gap in read], axis=1)
    last = np.maximum.accumulate(np.where(absent, 0, np.arange(len(absent))[:, None]), axis=0)
    return np.take_along_axis(numbers, last, axis=0), absent


def refuse_calendar(wanted: bool, rhythm: Rhythm | None) -> None:
    """Refuse a calendar without dates."""
    if wanted and (rhythm is None or rhythm.unit == "number"):
        raise InputError(
            "a calendar without dates",
            expected="a time column of dates",
            got="none" if rhythm is None else f"whole numbers in {rhythm.name!r}",
            fix="name the column of dates, or leave the calendar out",
        )
