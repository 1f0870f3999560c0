"""The rhythm of a series: one step from row to row, and the times that come next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.base.words import counted
from gradus.data.series.clock import read_times, written

if TYPE_CHECKING:
    import polars as pl

TICK, MONTH, NUMBER = "tick", "month", "number"  # what steps are counted in; ticks are 1 µs
LENGTHS = {  # in ticks
    "week": 604_800_000_000,
    "day": 86_400_000_000,
    "hour": 3_600_000_000,
    "minute": 60_000_000,
    "second": 1_000_000,
    "millisecond": 1000,
    "microsecond": 1,
}
SHORTEST_MONTH = 28 * LENGTHS["day"]
CYCLES = {"day": LENGTHS["day"], "week": LENGTHS["week"], "year": 365 * LENGTHS["day"]}
FEW = 4  # rows of a cycle


class Points(NamedTuple):
    """Times as whole numbers, one unit of them, and how many there are at the end of a month."""

    numbers: np.ndarray
    unit: str
    month_end: bool = False


class Rhythm(Record):
    """A time column whose rows follow each other at one step: 1 hour, 15 minutes, 1 month.

    Months and years are those of the calendar, always on the same day or always on the last.

    >>> import polars as pl
    >>> months = pl.Series("month", ["1960-10", "1960-11", "1960-12"])
    >>> rhythm = Rhythm.fit(months)
    >>> rhythm.words
    '1 month'
    >>> rhythm.after(months, 2).to_list()
    ['1961-01', '1961-02']

    Raises InputError, naming row and time, for rows that are not sorted, times that occur twice,
    and gaps: a row that is not there would shift all windows over it.
    """

    name: str = static()
    step: int = static()
    unit: str = static()
    month_end: bool = static()
    form: str = static()

    @classmethod
    def fit(cls, series: pl.Series) -> Rhythm:
        """Learn the step, which is the most frequent one; every other is refused."""
        times, form = read_times(series)
        if len(times) < 2:
            raise InputError(
                f"time column {series.name!r}",
                expected="two rows or more",
                got=len(times),
                fix="give a longer series",
            )
        points = points_of(times)
        steps = np.diff(points.numbers)
        refuse_disorder(series, steps)
        values, counts = np.unique(steps, return_counts=True)
        step = int(values[counts.argmax()])
        rhythm = cls(series.name, step, points.unit, points.month_end, form)
        rhythm.refuse_gaps(series, points)
        return rhythm

    def check(self, series: pl.Series) -> None:
        """Refuse times that do not follow each other as in training."""
        times, _ = read_times(series)
        points = points_of(times, self.unit)
        refuse_disorder(series, np.diff(points.numbers))
        self.refuse_gaps(series, points)

    def after(self, series: pl.Series, count: int) -> pl.Series:
        """The next `count` times after the last row, written as the column writes them."""
        import polars as pl

        times, _ = read_times(series)
        last = int(points_of(times, self.unit).numbers[-1])
        numbers = last + self.step * np.arange(1, count + 1)
        if self.unit == NUMBER:
            return pl.Series(self.name, numbers)
        if self.unit == MONTH:
            return written(self._months(times[-1], numbers), self.form).alias(self.name)
        return written(pl.Series(numbers).cast(pl.Datetime("us")), self.form).alias(self.name)

    @property
    def words(self) -> str:
        """The step for people to read."""
        if self.unit == NUMBER:
            return str(self.step)
        if self.unit == MONTH:
            years, rest = divmod(self.step, 12)
            return counted(self.step, "month") if rest else counted(years, "year")
        unit = next(name for name, ticks in LENGTHS.items() if self.step % ticks == 0)
        return counted(self.step // LENGTHS[unit], unit)

    def nearest_cycle(self, period: int) -> int:
        """The day, week or year in rows, where a period that was found is about as long.

        >>> import polars as pl
        >>> Rhythm.fit(pl.Series("day", ["2024-01-01", "2024-01-02"])).nearest_cycle(350)
        365
        """
        lengths = [self.rows_of(cycle) for cycle in CYCLES]
        close = [n for n in lengths if n > 1 and abs(period - n) <= n // 10]
        return close[0] if close else period

    def rows_of(self, cycle: str) -> int:
        """How many steps make a day, a week or a year; 0 where none do."""
        if self.unit == NUMBER:
            return 0
        if self.unit == MONTH:
            return 12 // self.step if cycle == "year" else 0
        return CYCLES[cycle] // self.step

    def calendar(self, series: pl.Series) -> dict[str, np.ndarray]:
        """Where in the day, the week and the year each row is: sine and cosine of the phase.

        Cycles of fewer than four rows are left out; whole numbers have none.
        """
        times, found = read_times(series)[0], {}
        for cycle in CYCLES:
            if self.rows_of(cycle) >= FEW:
                phase = 2 * np.pi * phase_of(times, cycle)
                found |= {f"sine of the {cycle}": np.sin(phase)}
                found |= {f"cosine of the {cycle}": np.cos(phase)}
        return found

    def refuse_gaps(self, series: pl.Series, points: Points) -> None:
        """Refuse the first row that is not one step after the row before."""
        wrong = np.diff(points.numbers) != self.step
        if wrong.any():
            row = int(wrong.argmax()) + 1
            missing, rest = divmod(int(np.diff(points.numbers)[row - 1]), self.step)
            gap = f": a gap, {counted(missing - 1, 'row')} missing" if not rest else ""
            raise InputError(
                f"time column {self.name!r}, row {row} (counted from 0)",
                expected=f"{self.words} after row {row - 1}, {series[row - 1]}",
                got=f"{series[row]}{gap}",
                fix="add the rows that are missing, their numbers left empty; or name no time "
                "column: rows then count as evenly spaced",
            )

    def _months(self, last, numbers: np.ndarray) -> pl.Series:
        """The times in these months, on the day and at the time of the last row."""
        import polars as pl

        first = pl.Series([last]).dt.month_start()
        rest = last - first[0]
        ahead = numbers - int(points_of(pl.Series([last]), MONTH).numbers[0])
        starts = pl.concat([first.dt.offset_by(f"{int(n)}mo") for n in ahead])
        if self.month_end:
            return starts.dt.month_end()
        return starts + rest


def points_of(times: pl.Series, unit: str | None = None) -> Points:
    """Times as whole numbers: months where all rows stand alike in theirs, microseconds else."""
    import polars as pl

    if times.dtype == pl.Int64:
        return Points(times.to_numpy(), NUMBER)
    ticks = times.dt.timestamp("us").to_numpy()
    ends = bool((times.dt.month_end() == times).all())
    starts = (times - times.dt.month_start()).n_unique() == 1
    apart = len(ticks) > 1 and bool(np.all(abs(np.diff(ticks)) >= SHORTEST_MONTH))
    if unit == MONTH or (unit is None and apart and (starts or ends)):
        months = 12 * times.dt.year().cast(pl.Int64) + times.dt.month()
        return Points(months.to_numpy(), MONTH, ends and not starts)
    return Points(ticks, TICK)


def phase_of(times: pl.Series, cycle: str) -> np.ndarray:
    """Where in the day, the week or the year times are, from 0 to below 1."""
    days = times.dt.timestamp("us").to_numpy() / LENGTHS["day"]
    if cycle == "year":
        return (times.dt.ordinal_day().to_numpy() - 1 + days % 1) / 366
    return days % 1 if cycle == "day" else (days + 3) % 7 / 7  # 1970-01-01 was a Thursday


def refuse_disorder(series: pl.Series, steps: np.ndarray) -> None:
    """Refuse the first row whose time is not later than that of the row before."""
    if (steps <= 0).any():
        row = int((steps <= 0).argmax()) + 1
        twice = steps[row - 1] == 0
        raise InputError(
            f"time column {series.name!r}, row {row} (counted from 0)",
            expected=f"a time after that of row {row - 1}, {series[row - 1]}",
            got=f"{series[row]}, " + ("which occurs twice" if twice else "which is earlier"),
            fix="take one of the two rows out" if twice else "sort the rows by time",
        )
