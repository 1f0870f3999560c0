"""Windows of a forecast: every line that is drawn has its name in a legend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from report.reading import Page

from gradus.evaluation import Forecasts
from gradus.report.forecasts import forecast


@pytest.fixture
def found():
    """One window of 5 known rows and 3 forecast ones, beside one rule."""
    return Forecasts(
        ("sold",),
        40,
        {"rmse": 1.0},
        {"last season": {"rmse": 2.0}},
        by_step=np.ones((2, 3)),
        by_target=np.ones((2, 1)),
        band=np.stack([np.full((3, 1), -1.0), np.ones((3, 1))]),
        known=np.arange(5.0).reshape(1, 5, 1),
        ahead=np.arange(3.0).reshape(1, 3, 1),
        guesses=np.arange(6.0).reshape(1, 2, 3, 1),
    )


def words_of(found):
    """All texts of the picture of the only window."""
    return Page(f"<main>{forecast(found)}</main>").svgs["Forecast of sold, window 1 of 1"]


def test_a_legend_names_what_was_known_what_came_and_what_was_forecast(found):
    drawn = [t for t in words_of(found) if t in ("known", "what came", "last season", "forecast")]
    assert drawn == ["known", "what came", "last season", "forecast"]


def test_without_a_rule_the_legend_has_none(found):
    alone = replace(found, baselines={}, by_step=np.ones((1, 3)), by_target=np.ones((1, 1)))
    words = words_of(replace(alone, guesses=found.guesses[:, :1]))
    assert "forecast" in words
    assert "last season" not in words
