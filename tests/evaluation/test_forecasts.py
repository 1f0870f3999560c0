"""Errors of forecasts by hand: in units, by step and target, and of what is there alone."""

from __future__ import annotations

import numpy as np
import pytest
from tests.report.reading import Page

from gradus.data import SeriesPreprocessor
from gradus.evaluation import assess_forecasts
from gradus.report.forecasts import forecast


def prepared(columns, **more):
    table = {f"c{i}": column for i, column in enumerate(columns)}
    prep = SeriesPreprocessor.fit(table, horizon=2, length=3, **more)
    return prep, table


def test_one_target_is_measured_in_its_units():
    """Forecasts of 0 (the mean) for 8, 12, 8, 12 …: every error is 2, or 1 standard deviation."""
    prep, table = prepared([np.tile([8.0, 12.0], 20)])
    x, y, _ = prep.windows(table)
    found = assess_forecasts(lambda x: np.zeros((len(x), 2)), prep, (x, y), (x, y))
    assert found.measures == pytest.approx({"rmse": 2, "mae": 2, "standardised mse": 1})
    assert found.headline == "rmse"
    np.testing.assert_allclose(found.by_step[0], [2, 2])
    # the last value is right two rows ahead, and off by 4 one row ahead
    np.testing.assert_allclose(found.by_step[1], [4, 0], atol=1e-6)
    assert found.baselines["last value"]["rmse"] == pytest.approx(np.sqrt(8))
    np.testing.assert_allclose(found.band[:, 0, 0], [-2, 2])
    np.testing.assert_allclose(found.known[0, :, 0], [8, 12, 8])
    np.testing.assert_allclose(found.guesses[0, :2, :, 0], [[10, 10], [8, 8]])


def test_several_targets_are_measured_in_standard_deviations():
    prep, table = prepared([np.tile([8.0, 12.0], 20), np.tile([-1.0, 1.0], 20)])
    x, y, _ = prep.windows(table)
    found = assess_forecasts(lambda x: np.zeros((len(x), 2, 2)), prep, (x, y))
    assert found.measures == pytest.approx({"standardised mse": 1, "standardised mae": 1})
    np.testing.assert_allclose(found.by_target, [[2, 1]])
    assert found.baselines == {}


def test_what_is_missing_does_not_count():
    prep, table = prepared([np.tile([8.0, 12.0], 20)])
    x, y, _ = prep.windows(table)
    wrong, weight = y.copy(), np.ones_like(y)
    wrong[3, 1], weight[3, 1] = 1000.0, 0
    found = assess_forecasts(lambda x: np.zeros((len(x), 2)), prep, (x, wrong, weight))
    assert found.measures["rmse"] == pytest.approx(2)
    assert np.isnan(assess_forecasts(lambda x: y[:5], prep, (x[:5], y[:5])).band).all()


@pytest.mark.parametrize("targets", [1, 3])
def test_the_page_shows_errors_and_windows(targets):
    columns = [np.tile([8.0, 12.0, 9.0 + k], 20) for k in range(targets)]
    prep, table = prepared(columns)
    x, y, _ = prep.windows(table)
    found = assess_forecasts(lambda x: np.zeros((len(x), 2, targets)), prep, (x, y), (x, y))
    page = Page(f"<main>{forecast(found)}</main>")
    assert page.faults == []
    assert list(page.svgs) == ["Error by step", *(
        f"Forecast of c{k % targets}, window {k + 1} of 4" for k in range(4)
    )]  # fmt: skip
    assert "does not beat the baseline" in page.text
    assert ("rmse, in its own units" in page.text) == (targets > 1)
    assert forecast(None) == ""
