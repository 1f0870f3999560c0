"""From numbers back to a table in the user's units."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gradus import InputError
from gradus.data import Dataset, PixelPreprocessor, Preprocessor

TABLE = {
    "rooms": [1, 2, 3, None, 5, 6],
    "price": [0.5, 1.25, 2.5, 3.5, None, 2.25],
    "garden": [True, False, None, True, True, False],
    "town": ["Bern", "Oslo", "Bern", "Rome", None, "Oslo"],
    "built": ["2024-01-30", "2024-03-02", "2024-03-05", None, "2024-12-31", "2023-02-28"],
    "sold": [0, 1, 1, 0, 1, None],
}


@pytest.mark.parametrize("garden", ["boolean", "category"])
def test_what_was_encoded_comes_back(garden):
    prep = Preprocessor.fit(TABLE, kinds={"garden": garden})
    true = pl.DataFrame(TABLE).with_columns(pl.col("built").str.to_date())
    assert prep.decode(prep.inputs(TABLE)).equals(true)


def test_gaps_that_are_left_open_are_nan_in_all_numbers_of_a_value():
    prep = Preprocessor.fit(TABLE, gaps="leave")
    x = prep.inputs(TABLE)
    missing = {name: np.isnan(x[:, i]) for i, name in enumerate(prep.features)}
    assert missing["town=Oslo"].tolist() == missing["town=Rome"].tolist() == [0, 0, 0, 0, 1, 0]
    assert missing["rooms"].tolist() == [0, 0, 0, 1, 0, 0]
    assert not any("missing" in name for name in prep.features)
    assert prep.sentences[0].endswith("1 missing, left open")
    assert prep.decode(np.nan_to_num(x)).null_count().sum_horizontal().item() == 0


def test_values_are_the_nearest_that_a_column_can_have():
    prep = Preprocessor.fit({"n": [1, 2, 3], "x": [0.25, 0.5, 1.0], "y": [1 / 3, 0.0, 1.0]})
    made = prep.decode(np.array([[0.3, 0.3, 0.3]]))
    # mean 2 and deviation 0.816: 2.24; 0.583 and 0.312: 0.677; 0.444 and 0.416: 0.569
    assert made.row(0)[:2] == (2, 0.68)
    assert made["y"][0] == pytest.approx(0.5691, abs=1e-3)
    assert prep.grains == pytest.approx((1.2247, 0.01 / 0.3118, 0), abs=1e-3)


def test_a_day_that_no_month_has_is_its_last():
    prep = Preprocessor.fit({"d": ["2023-01-31", "2023-02-01", "2023-03-31"]})
    x = prep.inputs({"d": ["2023-01-31"]})
    x[0, prep.features.index("d month")] = 0  # the mean: February
    assert str(prep.decode(x)["d"][0]) == "2023-02-28"


def test_pixels_come_back_within_their_bounds():
    images = Dataset(np.array([[[[0], [51]]], [[[102], [255]]]], np.uint8))
    prep = PixelPreprocessor.fit(images)
    np.testing.assert_allclose(prep.decode(prep.inputs(images)), images.x, atol=1e-4)
    assert prep.decode(np.array([[-1.0, 2.0]])).ravel().tolist() == [0, 255]
    with pytest.raises(InputError, match=r"shape \(n, 1, 2, 1\)"):
        prep.inputs(Dataset(np.zeros((2, 2, 1, 1))))


def test_wrong_numbers_and_ways_are_refused():
    prep = Preprocessor.fit({"n": [1, 2, 3]})
    with pytest.raises(InputError, match=r"an array of shape \(n, 1\)"):
        prep.decode(np.zeros((2, 3)))
    with pytest.raises(InputError, match="'mark' or 'leave'"):
        Preprocessor.fit({"n": [1, 2, 3]}, gaps="drop")
