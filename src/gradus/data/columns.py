"""What one column of a table becomes: how numbers, categories, yes/no and dates are encoded."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static

if TYPE_CHECKING:
    import polars as pl

DATE_PARTS = ("year", "month", "day", "weekday", "hour", "minute")


class Column(Record):
    """One column and what was learned about it from the training part.

    `fit(series)` learns from a Polars series; `encode(series)` gives the numbers that a model
    sees, shape (n, len(features)), for any part.
    """

    name: str = static()
    missing: int = static()  # how many values the training part lacked

    @property
    @abstractmethod
    def features(self) -> tuple[str, ...]:
        """The names of the numbers that this column becomes."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What was decided about this column, for people to read."""

    @abstractmethod
    def encode(self, series: pl.Series) -> np.ndarray:
        """The column as float32 numbers, one row per value."""

    def _with_indicator(self, numbers: np.ndarray, absent: np.ndarray) -> np.ndarray:
        """Append a column that is 1 where the value is missing, if the training part had such."""
        if self.missing:
            return np.column_stack([numbers, absent]).astype(np.float32)
        if absent.any():
            self._warn(f"{absent.sum()} missing, though none was in the training part; filled")
        return numbers.astype(np.float32)

    def _indicator(self) -> tuple[str, ...]:
        return (f"{self.name} is missing",) if self.missing else ()

    def _warn(self, message: str) -> None:
        warnings.warn(f"{self.name}: {message}", stacklevel=5)


class NumberColumn(Column):
    """A number, standardised: z = (x − mean) / std; a missing one is the median, and marked.

    >>> import polars as pl
    >>> column = NumberColumn.fit(pl.Series("age", [20.0, 30.0, None, 40.0]))
    >>> column.features
    ('age', 'age is missing')
    >>> column.encode(pl.Series("age", [30, None])).tolist()
    [[0.0, 0.0], [0.0, 1.0]]
    """

    mean: float = static()
    std: float = static()
    median: float = static()

    @classmethod
    def fit(cls, series: pl.Series) -> NumberColumn:
        x, absent = numbers_of(series)
        known = x[~absent]
        median = float(np.median(known))
        filled = np.where(absent, median, x)
        std = float(filled.std()) if np.ptp(filled) > 0 else 1.0  # rounding varies too
        return cls(series.name, int(absent.sum()), float(filled.mean()), std, median)

    @property
    def features(self):
        return (self.name, *self._indicator())

    @property
    def sentence(self):
        mean, std = shown(self.mean), shown(self.std)
        what = f"{self.name}: number, mean {mean}, standard deviation {std} → standardised"
        if not self.missing:
            return what
        filled = f"filled with the median {shown(self.median)} and marked by a column"
        return f"{what}; {self.missing} missing, {filled}"

    def encode(self, series):
        x, absent = numbers_of(series)
        z = (np.where(absent, self.median, x) - self.mean) / self.std
        return self._with_indicator(z[:, None], absent)


class BooleanColumn(Column):
    """True or false, as 1 or 0; a missing one is 0, and marked."""

    @classmethod
    def fit(cls, series: pl.Series) -> BooleanColumn:
        return cls(series.name, series.null_count())

    @property
    def features(self):
        return (self.name, *self._indicator())

    @property
    def sentence(self):
        marked = f"; {self.missing} missing, marked by a column" if self.missing else ""
        return f"{self.name}: true or false, as 1 or 0{marked}"

    def encode(self, series):
        x, absent = numbers_of(series)
        x = np.where(absent, 0.0, x)
        _refuse(series, (x != 0) & (x != 1), "true or false, 1 or 0", "correct this value")
        return self._with_indicator(x[:, None], absent)


class CategoryColumn(Column):
    """One of k levels, as k − 1 dummies; the baseline, the most frequent level, is all zeros.

    Missing values are a level of their own. A level that the training part did not show is
    encoded like the baseline, with a warning.

    >>> import polars as pl
    >>> column = CategoryColumn.fit(pl.Series("colour", ["red", "blue", "red", "green"]))
    >>> print(column.sentence)
    colour: 3 categories → 2 dummies, baseline 'red'
    >>> column.features
    ('colour=blue', 'colour=green')
    >>> column.encode(pl.Series("colour", ["green", "red"])).tolist()
    [[0.0, 1.0], [0.0, 0.0]]

    James, Witten, Hastie and Tibshirani (2021), section 3.3.1.
    """

    baseline: str = static()
    others: tuple[str | None, ...] = static()

    @classmethod
    def fit(cls, series: pl.Series, baseline: str | None = None) -> CategoryColumn:
        text = text_of(series)
        counts = dict(text.value_counts().rows())
        missing = counts.pop(None, 0)
        levels: list[str] = sorted(counts)
        baseline = baseline or max(levels, key=lambda level: counts[level])
        if baseline not in levels:
            raise InputError(
                f"baseline of {series.name}",
                expected="a level that the training part shows",
                got=repr(baseline),
                fix=nearest(baseline, levels),
            )
        others = [level for level in levels if level != baseline] + [None] * (missing > 0)
        return cls(series.name, missing, baseline, tuple(others))

    @property
    def features(self):
        return tuple(
            f"{self.name} is missing" if level is None else f"{self.name}={level}"
            for level in self.others
        )

    @property
    def sentence(self):
        levels = len(self.others) + 1
        dummies = "1 dummy" if levels == 2 else f"{levels - 1} dummies"
        what = f"{self.name}: {levels} categories → {dummies}, baseline {self.baseline!r}"
        return f"{what}; {self.missing} missing, a category of their own" if self.missing else what

    def encode(self, series):
        import polars as pl

        text = text_of(series)
        levels = (self.baseline, *self.others)
        places = pl.DataFrame(
            {"level": levels, "place": range(len(levels))}, schema_overrides={"level": pl.String}
        )
        found = text.alias("level").to_frame()
        found = found.join(places, on="level", how="left", nulls_equal=True, maintain_order="left")
        self._warn_unseen(text.filter(found["place"].is_null()))
        dummies = np.zeros((len(text), len(levels)), np.float32)
        dummies[np.arange(len(text)), found["place"].fill_null(0).to_numpy()] = 1
        return dummies[:, 1:]

    def _warn_unseen(self, unseen: pl.Series) -> None:
        if len(unseen):
            names = ", ".join("missing" if v is None else repr(v) for v in unseen.unique().head(5))
            self._warn(
                f"categories that the training part did not show ({names}; rows: {len(unseen)}) "
                f"are encoded like the baseline {self.baseline!r}"
            )


class DateColumn(Column):
    """A date, as its year, month, day, weekday (Monday is 1), hour and minute, standardised.

    Parts that do not vary in the training part are left out.
    """

    parts: tuple[str, ...] = static()
    means: tuple[float, ...] = static()
    stds: tuple[float, ...] = static()

    @classmethod
    def fit(cls, series: pl.Series) -> DateColumn:
        known = _date_parts(_dates(series).drop_nulls(), DATE_PARTS)
        varies = known.std(axis=0) > 0
        parts = tuple(part for part, keep in zip(DATE_PARTS, varies, strict=True) if keep)
        means, stds = known.mean(axis=0)[varies], known.std(axis=0)[varies]
        return cls(series.name, series.null_count(), parts, (*means.tolist(),), (*stds.tolist(),))

    @property
    def features(self):
        return (*(f"{self.name} {part}" for part in self.parts), *self._indicator())

    @property
    def sentence(self):
        marked = f"; {self.missing} missing, marked by a column" if self.missing else ""
        return f"{self.name}: date → {', '.join(self.parts)}{marked}"

    def encode(self, series):
        z = (_date_parts(_dates(series), self.parts) - np.array(self.means)) / np.array(self.stds)
        return self._with_indicator(np.nan_to_num(z), series.is_null().to_numpy())


def numbers_of(series: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """A Polars series as float64 numbers, and where it is missing; text and infinities refused."""
    import polars as pl

    if series.dtype == pl.String or series.dtype.is_temporal():
        numbers = series.cast(pl.String).cast(pl.Float64, strict=False)
        text = (numbers.is_null() & series.is_not_null()).to_numpy()
        _refuse(series, text, "a number", "correct this value, or make the column a category")
        series = numbers
    absent = series.is_null().to_numpy()
    x = series.cast(pl.Float64).to_numpy()
    _refuse(series, np.isinf(x), "a finite number", "correct this value, or leave it empty")
    return x, absent


def text_of(series: pl.Series) -> pl.Series:
    """A Polars series as text, value by value: whole numbers without a point, `true`, `false`."""
    import polars as pl

    text = series.cast(pl.String)
    if series.dtype.is_float():
        whole = series.cast(pl.Int64, strict=False)
        return whole.cast(pl.String).zip_with((whole == series).fill_null(False), text)
    if series.dtype == pl.String:  # a column of these alone is true or false, and no text
        lower = text.str.to_lowercase()
        return lower.zip_with(lower.is_in(["true", "false"]).fill_null(False), text)
    return text


def shown(number: float) -> str:
    """A number for people to read: four digits, and all digits before the point."""
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.4g}"


def _dates(series: pl.Series) -> pl.Series:
    """A Polars series as dates; anything else is refused, except gaps throughout."""
    import polars as pl

    if series.dtype.is_temporal():
        return series
    present = series.is_not_null().to_numpy()
    _refuse(series, present, "a date", "write every date in one form, as 2024-01-31")
    return series.cast(pl.Datetime("us"))


def _date_parts(series: pl.Series, parts: tuple[str, ...]) -> np.ndarray:
    columns = [getattr(series.dt, part)().cast(float).to_numpy() for part in parts]
    return np.stack(columns, axis=1) if columns else np.zeros((len(series), 0))


def _refuse(series: pl.Series, wrong: np.ndarray, expected: str, fix: str) -> None:
    """Raise InputError naming column, row and value of the first wrong one; silent if none is."""
    if wrong.any():
        row = int(np.argmax(wrong))
        value = f"{series[row]!r}, and {wrong.sum() - 1} more like it" if wrong.sum() > 1 else None
        raise InputError(
            f"column {series.name!r}, row {row} (counted from 0)",
            expected=expected,
            got=value or repr(series[row]),
            fix=fix,
        )
