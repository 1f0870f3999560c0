"""Windows, their division in order of time, and the period of a series."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import period_of, split_windows, windows


def test_windows_are_views_of_the_series():
    series = np.arange(40.0).reshape(20, 2)
    known, ahead = windows(series, length=5, horizon=3)
    assert known.shape == (13, 5, 2)
    assert ahead.shape == (13, 3, 2)
    assert np.shares_memory(known, series)
    assert np.shares_memory(ahead, series)
    np.testing.assert_array_equal(known[4], series[4:9])
    np.testing.assert_array_equal(ahead[4], series[9:12])


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.2), (0, 0.3), (0.2, 0), (7, 9)])
def test_no_value_is_learned_from_and_measured_on(validation, test):
    length, horizon, rows = 6, 3, 60
    parts = split_windows(rows, length, horizon, validation, test)
    forecast = [
        {row for i in part for row in range(i + length, i + length + horizon)} for part in parts
    ]
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert not forecast[a] & forecast[b]
    last_learned = max(forecast[0], default=0)
    assert all(min(later) > last_learned for later in forecast[1:] if later)
    assert max(set().union(*forecast)) == rows - 1  # nothing is left over at the end


def test_the_customary_parts_of_hourly_transformers():
    """12, 4 and 4 months of 720 hours, windows of 336, 96 ahead: 8640 − 336 − 96 + 1 windows, and
    2880 − 96 + 1 of each later part, whose windows begin before their part.
    """
    parts = split_windows(14400, 336, 96, 2880, 2880)
    assert [len(part) for part in parts] == [8209, 2785, 2785]
    assert [int(part[0]) for part in parts] == [0, 8640 - 336, 11520 - 336]


WRONG = [
    ({"rows": 9, "length": 6, "horizon": 4, "validation": 0, "test": 0}, "10 rows or more"),
    ({"rows": 30, "length": 6, "horizon": 40, "validation": 0, "test": 0}, "30 rows are left"),
    ({"rows": 30, "length": 26, "horizon": 5, "validation": 0, "test": 0}, "31 rows or more"),
    ({"rows": 50, "length": 3, "horizon": 40, "validation": 0.1, "test": 0.2}, "0 rows are left"),
    ({"rows": 30, "length": 6, "horizon": 4, "validation": 3, "test": 0}, "4 rows and more"),
    ({"rows": 30, "length": 6, "horizon": 4, "validation": 0.1, "test": 0.9}, "too few"),
    ({"rows": 30, "length": 0, "horizon": 4, "validation": 0, "test": 0}, "window of a series"),
    ({"rows": 30, "length": 6, "horizon": 1.5, "validation": 0, "test": 0}, "horizon of a series"),
    ({"rows": 30, "length": 6, "horizon": 4, "validation": 1.5, "test": 0}, "a fraction"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_parts_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        split_windows(**arguments)


def test_short_fractions_have_as_many_rows_as_are_forecast():
    parts = split_windows(100, 10, 20, 0.05, 0.1)
    assert [len(part) for part in parts] == [31, 1, 1]


def test_the_period_of_slow_and_fast_waves():
    t, random = np.arange(600), np.random.default_rng(0)
    noise = random.normal(size=600)
    assert period_of(np.sin(2 * np.pi * t / 24) + 0.3 * noise) == 24
    assert period_of(np.sin(2 * np.pi * t / 24) + 5 * np.sin(2 * np.pi * t / 300)) == 24
    assert 95 <= period_of(np.sin(2 * np.pi * t / 100) + 0.5 * noise) <= 105
    assert period_of(0.01 * t) is None
    assert period_of(noise) is None
    assert period_of(np.ones(600)) is None
    assert period_of(np.ones(3)) is None
