"""Times of all forms, the step between them, and what is no rhythm."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.data import Rhythm

FORMS = {  # times -> (the step in words, the next two)
    "hours": (["2024-02-28 22:00:00", "2024-02-28 23:00:00"], "1 hour",
              ["2024-02-29 00:00:00", "2024-02-29 01:00:00"]),
    "quarters of an hour": (["2024-01-01 00:00", "2024-01-01 00:15"], "15 minutes",
                            ["2024-01-01 00:30:00", "2024-01-01 00:45:00"]),
    "days": (["2023-12-30", "2023-12-31"], "1 day", ["2024-01-01", "2024-01-02"]),
    "weeks": (["2024-01-01", "2024-01-08"], "1 week", ["2024-01-15", "2024-01-22"]),
    "months": (["1960-10", "1960-11", "1960-12"], "1 month", ["1961-01", "1961-02"]),
    "first days": (["2024-01-01", "2024-02-01", "2024-03-01"], "1 month",
                   ["2024-04-01", "2024-05-01"]),
    "last days": (["2023-12-31", "2024-01-31", "2024-02-29"], "1 month",
                  ["2024-03-31", "2024-04-30"]),
    "quarters": (["2024-01-01", "2024-04-01", "2024-07-01"], "3 months",
                 ["2024-10-01", "2025-01-01"]),
    "years": (["2022-05-17", "2023-05-17", "2024-05-17"], "1 year", ["2025-05-17", "2026-05-17"]),
    "numbers": ([1700, 1702, 1704], "2", [1706, 1708]),
    "compact days": ([20240228, 20240229], "1 day", ["20240301", "20240302"]),
    "in UTC": (["2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z"], "1 hour",
               ["2024-01-01T02:00:00+00:00", "2024-01-01T03:00:00+00:00"]),
    "in a zone": (["2024-01-01 00:00:00+02:00", "2024-01-01 01:00:00+02:00"], "1 hour",
                  ["2024-01-01 00:00:00+00:00", "2024-01-01 01:00:00+00:00"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_the_step_is_found_and_goes_on(name):
    times, words, ahead = FORMS[name]
    series = pl.Series("t", times)
    rhythm = Rhythm.fit(series)
    assert rhythm.words == words
    assert rhythm.after(series, 2).to_list() == ahead
    rhythm.check(series[1:])


def test_the_zone_that_winter_ends_in_does_not_matter():
    """The clock of Berlin is put forward at 1:00 UTC; what is one hour apart stays so."""
    times = ["2024-03-31 01:00:00+01:00", "2024-03-31 03:00:00+02:00", "2024-03-31 04:00:00+02:00"]
    assert Rhythm.fit(pl.Series("t", times)).words == "1 hour"


WRONG = {
    "twice": (["2024-01-01", "2024-01-02", "2024-01-02"], "row 2", "occurs twice"),
    "not sorted": (["2024-01-01", "2024-01-03", "2024-01-02"], "row 2", "earlier"),
    "a gap": (["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-06"], "row 3",
              "2024-01-06: a gap, 2 rows missing"),
    "a month missing": (["2024-01", "2024-02", "2024-03", "2024-05"], "row 3", "1 row missing"),
    "between": (["2024-01-01 00:00", "2024-01-01 01:00", "2024-01-01 02:00", "2024-01-01 02:30"],
                "row 3", "1 hour after row 2"),
    "no date": (["2024-01-01", "2024-01-02", "soon"], "row 2", "'soon'"),
    "nothing": (["2024-01-01", None, "2024-01-03"], "row 1", "None"),
    "fractions": ([1.5, 2.5], "'t'", "1.5"),
    "words": (["a", "b"], "row 0", "'a'"),
    "one": (["2024-01-01"], "'t'", "two rows or more"),
    "true": ([True, False], "'t'", "Boolean"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_rhythm_is_refused_with_its_row(name):
    times, place, words = WRONG[name]
    with pytest.raises(InputError) as refusal:
        Rhythm.fit(pl.Series("t", times))
    assert place in str(refusal.value)
    assert words in str(refusal.value)


def test_other_rows_must_go_at_the_same_step():
    rhythm = Rhythm.fit(pl.Series("t", ["2024-01-01 00:00", "2024-01-01 01:00"]))
    with pytest.raises(InputError, match="row 1 "):
        rhythm.check(pl.Series("t", ["2024-01-01 00:00", "2024-01-01 02:00"]))
    with pytest.raises(InputError, match="row 1 "):
        rhythm.check(pl.Series("t", ["2024-01-01", "2024-01-02"]))


def test_the_calendar_goes_round():
    """Six o'clock is a quarter of the day; hours have a day, a week and a year, days no day."""
    hours = pl.Series("t", [f"2024-01-01 {h:02}:00" for h in range(24)])
    phases = Rhythm.fit(hours).calendar(hours)
    assert len(phases) == 6
    np.testing.assert_allclose(phases["sine of the day"][[0, 6, 12]], [0, 1, 0], atol=1e-9)
    np.testing.assert_allclose(phases["cosine of the week"][0], 1)  # a Monday
    days = pl.Series("t", [f"2024-01-{d:02}" for d in range(1, 9)])
    assert list(Rhythm.fit(days).calendar(days)) == [
        f"{wave} of the {cycle}" for cycle in ("week", "year") for wave in ("sine", "cosine")
    ]
    numbers = pl.Series("t", [1, 2, 3])
    assert Rhythm.fit(numbers).calendar(numbers) == {}
