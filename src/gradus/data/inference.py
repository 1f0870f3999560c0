"""Judge what a column is: a number, a category, yes/no, a date, or nothing to learn from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gradus.base.errors import InputError

if TYPE_CHECKING:
    import polars as pl

KINDS = ("number", "category", "boolean", "date", "drop")
MOST_LEVELS = 1000
ROW_NUMBER_NAME = r"(?i:(^|[^a-z])(id|index|row|nr)$)|[a-z]I[dD]$"  # id, row, PassengerId


def infer_kind(series: pl.Series) -> tuple[str, str]:
    """The kind of a column of the training part, one of `KINDS`, and the reason for dropping it.

    Dropped are columns without values, with a single value, with row numbers (whole numbers, all
    different, in a column called "id", "index" or alike), and text whose values are all different,
    or more than 10 that occur less than twice on average, or more than 1000. Whole numbers count
    as numbers, except 0 and 1: they are boolean.

    Arguments:
        series: a Polars series, as in a table from `read_table` or `as_table`.

    >>> import polars as pl
    >>> infer_kind(pl.Series("name", ["Ada", "Grace", "Emmy"]))
    ('drop', 'text (3 different values in 3 rows)')
    >>> infer_kind(pl.Series("age", [36, 85, 53]))
    ('number', '')
    """
    import polars as pl

    known = series.drop_nulls()
    levels = known.n_unique()
    if levels == 0:
        return "drop", "no value in any row"
    if levels == 1 and len(known) == len(series):
        return "drop", f"always {known[0]!r}"
    if known.dtype.is_temporal():
        return "date", ""
    if known.dtype == pl.String:
        return _infer_text(known, levels)
    if known.dtype == pl.Boolean or ((known == 0) | (known == 1)).all():
        return "boolean", ""
    if _is_row_number(known, levels):
        return "drop", "row numbers"
    return "number", ""


def infer_target_kind(series: pl.Series) -> str:
    """What a target means: "classification", "counts" or "regression".

    Text, true/false, and whole numbers of at most 10 values mean classes (2 values always do);
    other whole numbers from 0 or 1 to less than 10 000 are counts; all else is regression.

    >>> import polars as pl
    >>> [infer_target_kind(pl.Series(v)) for v in (["no", "yes"], range(20), [0.5, 1.5])]
    ['classification', 'counts', 'regression']

    Raises InputError for a target that never varies, and for text that hardly repeats.
    """
    known = series.drop_nulls()
    levels = known.n_unique()
    if levels < 2:
        raise InputError(
            f"target {series.name!r}",
            expected="at least two different values",
            got=f"only {known[0]!r}" if levels else "no value in any row",
            fix="choose another target, or add rows that show other values",
        )
    if not known.dtype.is_numeric():
        _refuse_free_text(series, known, levels)
        return "classification"
    numbers = known.to_numpy()
    whole = bool((numbers == np.round(numbers)).all() and np.isfinite(numbers).all())
    if whole and (levels == 2 or (levels <= 10 and levels <= len(known) / 2)):
        return "classification"
    if numbers.dtype.kind in "iu" and numbers.min() in (0, 1) and numbers.max() < 10_000:
        return "counts"
    return "regression"


def _infer_text(known: pl.Series, levels: int) -> tuple[str, str]:
    unique = levels == len(known) > 2
    if unique or levels > MOST_LEVELS or levels > max(10, len(known) / 2):
        return "drop", f"text ({levels} different values in {len(known)} rows)"
    return "category", ""


def almost_numbers(series: pl.Series) -> str:
    """What keeps a column of text from being numbers, if most values look like some; "" if not.

    >>> import polars as pl
    >>> almost_numbers(pl.Series("price", ["1,200", "300", None, "oops", "250"]))
    "2 of 4 values are plain numbers, but '1,200' (row 0, counted from 0) is not"
    """
    import polars as pl

    if series.dtype != pl.String:
        return ""
    plain = series.cast(pl.Float64, strict=False).is_not_null()
    alike = series.str.replace_all(r"[$€£%,\s]", "").cast(pl.Float64, strict=False).is_not_null()
    known, wrong = len(series) - series.null_count(), (series.is_not_null() & ~plain).to_numpy()
    if not wrong.any() or alike.sum() <= known / 2:
        return ""
    row = int(wrong.argmax())
    where = f"{series[row]!r} (row {row}, counted from 0)"
    return f"{plain.sum()} of {known} values are plain numbers, but {where} is not"


def is_free_text(series: pl.Series) -> bool:
    """Whether a column holds texts of several words, three on average, that hardly repeat.

    >>> import polars as pl
    >>> is_free_text(pl.Series("review", ["a very good film", "not for me at all", "well made"]))
    True
    """
    import polars as pl

    if series.dtype != pl.String or infer_kind(series)[0] != "drop":
        return False
    blanks = series.drop_nulls().str.strip_chars().str.count_matches(r"\s+").mean()
    return isinstance(blanks, float) and blanks >= 2


def _refuse_free_text(series: pl.Series, known: pl.Series, levels: int) -> None:
    if levels > max(10, len(known) / 2):
        if reason := almost_numbers(series):
            raise InputError(
                f"target {series.name!r} is text",
                expected="numbers throughout, or classes with several examples each",
                got=reason,
                fix="write such values as plain numbers, as in 1200.5, or leave them empty",
            )
        raise InputError(
            f"target {known.name!r}",
            expected="classes, each with several examples, or numbers",
            got=f"{levels} different values in {len(known)} rows",
            fix="choose another target",
        )


def _is_row_number(known: pl.Series, levels: int) -> bool:
    """Whole numbers, all different, without large gaps (a training part may have lost some)."""
    numbers = known.to_numpy()
    if numbers.dtype.kind not in "iu" or levels < len(known):
        return False
    dense = bool(numbers.max() - numbers.min() < 10 * levels)
    return dense and re.search(ROW_NUMBER_NAME, known.name) is not None
