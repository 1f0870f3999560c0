"""Simple rules of forecasting, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import windows
from gradus.models import forecast_baselines


def test_last_value_and_last_season():
    x = np.arange(20.0).reshape(2, 5, 2)
    rules = forecast_baselines(x, np.zeros((2, 7)), targets=1, period=3)
    assert rules["last value"](x)[:, :, 0].tolist() == [[8] * 7, [18] * 7]
    # the last three values of the first column are 4, 6, 8
    assert rules["last season"](x)[0, :, 0].tolist() == [4, 6, 8, 4, 6, 8, 4]


@pytest.mark.parametrize("period", [None, 1, 6])
def test_no_season_without_a_period_that_fits_the_window(period):
    x = np.arange(20.0).reshape(2, 5, 2)
    assert "last season" not in forecast_baselines(x, np.zeros((2, 7)), period=period)


def test_regression_learns_a_recurrence():
    """yₜ = 2 cos(2π / 7) yₜ₋₁ − yₜ₋₂ is what every sine of period 7 obeys, whatever its level."""
    t = np.arange(400)
    series = np.stack([np.sin(2 * np.pi * t / 7) + 3, np.cos(2 * np.pi * t / 11)], axis=1)
    x, y = windows(series, 11, 4)
    ahead = forecast_baselines(x[:200], y[:200], targets=2)["ridge regression"](x[300:])
    np.testing.assert_allclose(ahead, y[300:], atol=0.02)


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="columns or more"):
        forecast_baselines(np.zeros((3, 5)), np.zeros((3, 2)))
    with pytest.raises(InputError, match="columns or more"):
        forecast_baselines(np.zeros((3, 5, 1)), np.zeros((3, 2, 3)), targets=2)
