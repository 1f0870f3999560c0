"""What one column of a table becomes, and back: numbers, categories and yes/no."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static

if TYPE_CHECKING:
    import polars as pl


class Column(Record):
    """One column and what was learned about it from the training part.

    `fit(series)` learns from a Polars series; `encode(series)` gives the numbers that a model
    sees, shape (n, len(features)), for any part, and `decode(numbers)` brings them back.
    """

    name: str = static()
    dtype: str = static()  # what Polars calls the type of the values
    missing: int = static()  # how many values the training part lacked
    marked: bool = static()  # whether a number says which are missing; else they are NaN

    @property
    @abstractmethod
    def features(self) -> tuple[str, ...]:
        """The names of the numbers that this column becomes."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What was decided about this column, for people to read."""

    @property
    @abstractmethod
    def grains(self) -> tuple[float, ...]:
        """How far neighbouring values of each number are apart; 0 where they are continuous."""

    @abstractmethod
    def encode(self, series: pl.Series) -> np.ndarray:
        """The column as float32 numbers, one row per value."""

    @abstractmethod
    def nearest(self, numbers: np.ndarray) -> pl.Series:
        """The values of the column that are nearest to numbers, whatever their type is called."""

    def decode(self, numbers: np.ndarray) -> pl.Series:
        """Numbers that a model made, shape (n, len(features)), as values of the column.

        Where the mark of a missing value is nearer to 1 than to 0, the value is missing.
        """
        import polars as pl

        values = self.nearest(numbers).cast(getattr(pl, self.dtype)).alias(self.name)
        if not self._indicator():
            return values
        return values.zip_with(pl.Series(numbers[:, -1] <= 0.5), pl.Series([None], dtype=pl.Null))

    def _of_missing(self, words: str) -> str:
        """The end of the sentence, about missing values."""
        if not self.missing:
            return ""
        return f"; {self.missing} missing, {words if self.marked else 'left open'}"

    def _with_gaps(self, numbers: np.ndarray, absent: np.ndarray) -> np.ndarray:
        """NaN where the value is missing."""
        return np.where(absent[:, None], np.nan, numbers).astype(np.float32)

    def _with_indicator(self, numbers: np.ndarray, absent: np.ndarray) -> np.ndarray:
        """Append a column that is 1 where the value is missing, if the training part had such."""
        if not self.marked:
            return self._with_gaps(numbers, absent)
        if self.missing:
            return np.column_stack([numbers, absent]).astype(np.float32)
        if absent.any():
            self._warn(f"{absent.sum()} missing, though none was in the training part; filled")
        return numbers.astype(np.float32)

    def _indicator(self) -> tuple[str, ...]:
        return (f"{self.name} is missing",) if self.missing and self.marked else ()

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
    >>> column.decode(np.array([[1.0, 0.1], [0.0, 0.9]])).to_list()
    [37.0, None]
    """

    mean: float = static()
    std: float = static()
    median: float = static()
    digits: int | None = static()  # behind the point, of all values; None for many

    @classmethod
    def fit(cls, series: pl.Series) -> NumberColumn:
        x, absent = numbers_of(series)
        known = x[~absent]
        median = float(np.median(known))
        filled = np.where(absent, median, x)
        std = float(filled.std()) if np.ptp(filled) > 0 else 1.0  # rounding varies too
        return cls(*about(series), float(filled.mean()), std, median, digits_of(known))

    @property
    def features(self):
        return (self.name, *self._indicator())

    @property
    def sentence(self):
        mean, std = shown(self.mean), shown(self.std)
        what = f"{self.name}: number, mean {mean}, standard deviation {std} → standardised"
        filled = f"filled with the median {shown(self.median)} and marked by a column"
        return what + self._of_missing(filled)

    @property
    def grains(self):
        grain = 0.0 if self.digits is None else 10.0**-self.digits / self.std
        return (grain, *(1.0 for _ in self._indicator()))

    def encode(self, series):
        x, absent = numbers_of(series)
        z = (np.where(absent, self.median, x) - self.mean) / self.std
        return self._with_indicator(z[:, None], absent)

    def nearest(self, numbers):
        import polars as pl

        x = self.mean + self.std * numbers[:, 0].astype(np.float64)
        return pl.Series(x if self.digits is None else np.round(x, self.digits))


class BooleanColumn(Column):
    """True or false, as 1 or 0; a missing one is 0, and marked."""

    @classmethod
    def fit(cls, series: pl.Series) -> BooleanColumn:
        return cls(*about(series))

    @property
    def features(self):
        return (self.name, *self._indicator())

    @property
    def sentence(self):
        return f"{self.name}: true or false, as 1 or 0{self._of_missing('marked by a column')}"

    @property
    def grains(self):
        return tuple(1.0 for _ in self.features)

    def encode(self, series):
        x, absent = numbers_of(series)
        x = np.where(absent, 0.0, x)
        refuse(series, (x != 0) & (x != 1), "true or false, 1 or 0", "correct this value")
        return self._with_indicator(x[:, None], absent)

    def nearest(self, numbers):
        import polars as pl

        return pl.Series((numbers[:, 0] > 0.5).astype(np.int8))


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
    >>> column.decode(np.array([[0.3, 0.6], [0.3, 0.2]])).to_list()
    ['green', 'red']

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
        return cls(*about(series), baseline, tuple(others))

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
        return what + self._of_missing("a category of their own")

    @property
    def grains(self):
        return tuple(1.0 for _ in self.features)

    def encode(self, series):
        import polars as pl

        text = text_of(series)
        levels = (self.baseline, *self.others)
        places = pl.DataFrame(
            {"level": levels, "place": range(len(levels))}, schema_overrides={"level": pl.String}
        )
        found = text.alias("level").to_frame()
        found = found.join(places, on="level", how="left", nulls_equal=True, maintain_order="left")
        left_open = text.is_null() & (not self.marked)
        self._warn_unseen(text.filter(found["place"].is_null() & ~left_open))
        dummies = np.zeros((len(text), len(levels)), np.float32)
        dummies[np.arange(len(text)), found["place"].fill_null(0).to_numpy()] = 1
        return self._with_gaps(dummies[:, 1:], left_open.to_numpy())

    def nearest(self, numbers):
        import polars as pl

        rest = 1 - numbers.sum(axis=1, keepdims=True)
        places = np.concatenate([rest, numbers], axis=1).argmax(axis=1)
        levels = np.array([self.baseline, *self.others], object)
        text = pl.Series(levels[places].tolist(), dtype=pl.String)
        return text == "true" if self.dtype == "Boolean" else text

    def _warn_unseen(self, unseen: pl.Series) -> None:
        if len(unseen):
            names = ", ".join("missing" if v is None else repr(v) for v in unseen.unique().head(5))
            self._warn(
                f"categories that the training part did not show ({names}; rows: {len(unseen)}) "
                f"are encoded like the baseline {self.baseline!r}"
            )


def about(series: pl.Series) -> tuple[str, str, int, bool]:
    """Name, type and missing values of a column, these to be marked."""
    return series.name, series.dtype.base_type().__name__, series.null_count(), True


def numbers_of(series: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """A Polars series as float64 numbers, and where it is missing; text and infinities refused."""
    import polars as pl

    if series.dtype == pl.String or series.dtype.is_temporal():
        numbers = series.cast(pl.String).cast(pl.Float64, strict=False)
        text = (numbers.is_null() & series.is_not_null()).to_numpy()
        refuse(series, text, "a number", "correct this value, or make the column a category")
        series = numbers
    absent = series.is_null().to_numpy()
    x = series.cast(pl.Float64).to_numpy()
    refuse(series, np.isinf(x), "a finite number", "correct this value, or leave it empty")
    return x, absent


def digits_of(numbers: np.ndarray) -> int | None:
    """How many digits behind the point are enough to write all numbers; None for more than 4.

    >>> [digits_of(np.array(x)) for x in ([3.0, 4.0], [0.25, 1.5], [1 / 3])]
    [0, 2, None]
    """
    for digits in range(5):
        if (abs(np.round(numbers, digits) - numbers) <= 1e-7 * abs(numbers)).all():
            return digits
    return None


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


def refuse(series: pl.Series, wrong: np.ndarray, expected: str, fix: str) -> None:
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
