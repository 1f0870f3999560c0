"""From a table to windows and back to the user's units."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import SeriesPreprocessor

DAYS = [f"2024-01-{d:02}" for d in range(1, 21)]
TABLE = pl.DataFrame(
    {
        "day": DAYS,
        "sold": [float(d % 7) for d in range(20)],
        "open": [d % 2 == 0 for d in range(20)],
        "rain": [float(d) for d in range(20)],
        "said": ["…"] * 20,
    }
)


def fitted(targets=("sold",), **more):
    chosen = {"time": "day", "horizon": 3, "length": 5} | more
    return SeriesPreprocessor.fit(TABLE, list(targets), **chosen)


def test_targets_come_first_and_text_is_left_out():
    prep = fitted(["rain"])
    assert prep.columns == ("rain", "sold", "open")
    assert prep.dropped == ("said",)
    assert prep.input_shape == (5, 3)
    everything = SeriesPreprocessor.fit(TABLE, time="day", horizon=3, length=5)
    assert everything.targets == everything.columns == ("sold", "open", "rain")
    assert fitted(known=[]).columns == ("sold",)


@pytest.mark.parametrize(
    ("targets", "horizon", "shape"),
    [(("sold",), 3, (3,)), (("sold",), 1, ()), (("sold", "rain"), 3, (3, 2)),
     (("sold", "rain"), 1, (1, 2))],
)  # fmt: skip
def test_targets_have_the_axes_that_likelihoods_take(targets, horizon, shape):
    prep = fitted(targets, horizon=horizon)
    x, y, weight = prep.windows(TABLE)
    assert prep.target_shape == shape
    assert x.shape == (20 - 5 - horizon + 1, 5, 3)
    assert y.shape == (len(x), *shape)
    assert weight is None
    units = prep.decode(y).reshape(len(x), horizon, -1)[:, :, 0]
    np.testing.assert_allclose(units[0], [(5 + h) % 7 for h in range(horizon)], atol=1e-6)


def test_only_the_training_part_sets_the_scale():
    prep = fitted(["rain"], train=10)
    z, _ = prep.series(TABLE)
    assert prep.means[0] == 4.5  # of 0 … 9
    assert prep.stds[0] == pytest.approx(np.sqrt(33 / 4))  # (10² − 1) / 12
    np.testing.assert_allclose(z[:10, 0].mean(), 0, atol=1e-6)


def test_gaps_are_filled_from_the_past_and_do_not_count():
    table = TABLE.with_columns(sold=pl.when(pl.col("rain") == 6).then(None).otherwise("sold"))
    prep = SeriesPreprocessor.fit(table, ["sold"], time="day", horizon=3, length=5)
    z, measured = prep.series(table)
    assert z[6, 0] == z[5, 0]
    assert np.flatnonzero(measured == 0).tolist() == [6]
    *_, weight = prep.windows(table)
    assert weight[:3].tolist() == [[1, 0, 1], [0, 1, 1], [1, 1, 1]]
    assert "sold: 1 missing, filled with the value before" in prep.sentences
    other = TABLE.with_columns(rain=pl.when(pl.col("rain") > 0).then("rain"))
    with pytest.raises(InputError, match="column 'rain', row 0"):
        SeriesPreprocessor.fit(other, ["sold"], time="day", horizon=3, length=5)


def test_the_last_window_is_where_forecasts_begin():
    prep = fitted()
    np.testing.assert_allclose(prep.inputs(TABLE)[0], prep.series(TABLE)[0][-5:])
    assert prep.ahead(TABLE) == {"day": ["2024-01-21", "2024-01-22", "2024-01-23"]}
    assert fitted(time=None).ahead(TABLE) == {"step": [1, 2, 3]}
    with pytest.raises(InputError, match="5 rows or more"):
        prep.inputs(TABLE[:4])


def test_the_calendar_is_in_the_windows():
    prep = fitted(calendar=True)
    assert prep.features[-4:] == prep.calendar
    assert prep.input_shape == (5, 7)
    z, _ = prep.series(TABLE)
    np.testing.assert_allclose(z[0, 3:5], [0, 1], atol=1e-6)  # 2024-01-01 was a Monday
    with pytest.raises(InputError, match="a calendar without dates"):
        fitted(time=None, calendar=True)


def test_window_and_period_are_found():
    wave = {"y": np.sin(2 * np.pi * np.arange(300) / 12)}
    prep = SeriesPreprocessor.fit(wave, ["y"], horizon=4)
    assert (prep.period, prep.length) == (12, 36)
    assert SeriesPreprocessor.fit(wave, ["y"], horizon=20).length == 60
    assert SeriesPreprocessor.fit(wave, ["y"], horizon=20, train=60).length == 20
    assert SeriesPreprocessor.fit(wave, ["y"], horizon=20, train=25).length == 5
    assert "windows: 36 rows known, 4 forecast; period 12 rows" in prep.sentences


def test_it_is_saved_and_read():
    prep, arrays = fitted(calendar=True), {}
    again = decode(encode(prep, arrays), arrays)
    assert again == prep
    np.testing.assert_array_equal(again.windows(TABLE)[0], prep.windows(TABLE)[0])


WRONG = [
    ({"targets": ("sld",)}, "did you mean 'sold'"),
    ({"targets": ("said",)}, "a number"),
    ({"targets": ("sold", "sold")}, "each of them once"),
    ({"targets": ("day",)}, "not the time"),
    ({"time": "date"}, "no column 'date'"),
    ({"horizon": 30}, "35 rows or more"),
    ({"length": 30}, "33 rows or more"),
    ({"horizon": 0}, "horizon of a series"),
    ({"train": 6}, "6 of 20 rows"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_wrong_use_is_answered(arguments, message):
    with pytest.raises(InputError, match=message):
        fitted(**arguments)


def test_new_tables_need_the_same_columns():
    with pytest.raises(InputError, match="no column 'rain'"):
        fitted().windows(TABLE.drop("rain"))


def test_almost_numbers_are_named_where_nothing_can_be_forecast():
    with pytest.raises(InputError, match=r"load: 2 of 3 .*'much' \(row 1, counted from 0\)"):
        SeriesPreprocessor.fit({"load": ["1", "much", "3"]}, horizon=1)
