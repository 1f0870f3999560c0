"""Windows over a series: what is known, and what comes next."""

from __future__ import annotations

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.data.splits import Split


def windows(values: np.ndarray, length: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Every stretch of `length` rows, and the `horizon` rows after it; views, nothing is copied.

    Arguments:
        values: a series, rows in order of time, shape (T, C).
        length: rows of a window.
        horizon: rows that come after it.

    Gives (T − length − horizon + 1, length, C) and (…, horizon, C). Raises InputError for a
    series that is shorter than one window and its horizon.

    >>> known, next = windows(np.arange(6)[:, None], length=3, horizon=2)
    >>> known[:, :, 0].tolist(), next[:, :, 0].tolist()
    ([[0, 1, 2], [1, 2, 3]], [[3, 4], [4, 5]])
    """
    check_lengths(length, horizon)
    refuse_short(len(values), length, horizon)
    known = sliding(values[: len(values) - horizon], length)
    return known, sliding(values[length:], horizon)


def sliding(values: np.ndarray, length: int) -> np.ndarray:
    """Every stretch of `length` rows, shape (T − length + 1, length, C), as a view."""
    return np.lib.stride_tricks.sliding_window_view(values, length, axis=0).swapaxes(1, 2)


def split_windows(
    rows: int,
    length: int,
    horizon: int,
    validation: float = 0.1,
    test: float = 0.2,
) -> Split:
    """Divide the windows of a series in order of time: training, then validation, then testing.

    A window belongs to the part in which all rows that it forecasts lie; what it knows may reach
    back into the part before, as it would in use. Windows whose forecasts lie on both sides of a
    border belong to no part: no value is learned from and measured on.

    Arguments:
        rows: rows of the series.
        length, horizon: as in `windows`.
        validation, test: fractions of the rows, and at least as many as the horizon; or numbers
            of rows, which are taken as they are: 2880 hours are four months.

    Gives numbers of windows, counted from the first of the series. Raises InputError where a part
    is shorter than the horizon, or the training part than one window and its horizon.

    >>> parts = split_windows(20, length=4, horizon=2, validation=3, test=5)
    >>> [(int(part[0]), int(part[-1])) for part in parts]
    [(0, 6), (8, 9), (11, 14)]
    """
    check_lengths(length, horizon)
    early, middle, late = split_rows(rows, horizon, validation, test)
    words = f"{rows} rows, {middle} of them for validation and {late} for testing"
    refuse_short(early, length, horizon, words)
    borders = (length, early, early + middle, rows)
    starts = (0, early - length, early + middle - length)
    stops = (end - length - horizon + 1 for end in borders[1:])
    return Split(*(np.arange(a, max(a, b)) for a, b in zip(starts, stops, strict=True)))


def split_rows(rows: int, horizon: int, validation: float, test: float) -> tuple[int, int, int]:
    """How many of the rows, from the first on, are for training, validation and testing.

    Raises InputError where so few are left for training that nothing can be forecast there.

    >>> split_rows(144, 24, validation=0.1, test=0.2)
    (91, 24, 29)
    """
    late = rows_of("test", test, rows, horizon)
    middle = rows_of("validation", validation, rows, horizon)
    early = rows - middle - late
    if early <= horizon:
        raise InputError(
            f"{rows} rows are too few to forecast {horizon}",
            expected=f"more than {horizon} rows to learn from, beside {middle} for validation and "
            f"{late} for testing",
            got=f"{max(early, 0)} rows are left",
            fix="forecast fewer rows, hold fewer out, or give a longer series",
        )
    return early, middle, late


def rows_of(part: str, wanted: float, rows: int, horizon: int) -> int:
    """How many rows a part has."""
    if not isinstance(wanted, int):
        if not 0 <= wanted < 1:
            raise InputError(
                f"the {part} part of a series",
                expected="a fraction from 0 to below 1, or a whole number of rows",
                got=wanted,
                fix=f"{part}=0.2, or {part}=2880",
            )
        return max(round(rows * wanted), horizon) if wanted else 0
    if wanted < 0 or 0 < wanted < horizon:
        raise InputError(
            f"the {part} part of a series",
            expected=f"0, or {horizon} rows and more, as many as are forecast",
            got=wanted,
            fix="give it more rows, or forecast fewer",
        )
    return wanted


def check_lengths(length: int, horizon: int) -> None:
    """Refuse windows and horizons that have no row."""
    for name, value in (("window", length), ("horizon", horizon)):
        check_whole(f"{name} of a series", value, fix=f"give the {name} 24 rows, say")


def refuse_short(rows: int, length: int, horizon: int, words: str = "") -> None:
    """Refuse a series, or its training part, that has not one window and what comes after it."""
    if rows < length + horizon:
        raise InputError(
            "the training part is too short" if words else "the series is too short",
            expected=f"{length + horizon} rows or more: windows of {length} and {horizon} to "
            "forecast",
            got=words or f"{rows} rows",
            fix="forecast fewer rows, take shorter windows, or give a longer series",
        )
