"""Pictures of linear models: what they draw."""

import numpy as np
import pytest
from report.reading import Page

from gradus import InputError, report
from gradus.models import linear

RANDOM = np.random.default_rng(4)
N = 60
X = RANDOM.normal(size=N)
TABLE = {"x<1>": X, "y": 1 + X + RANDOM.normal(size=N), "two": RANDOM.logistic(size=N) < X}
TABLE["y"][17] += 30


def test_four_pictures_name_the_row_that_stands_out():
    pictures = report.diagnostics(linear.least_squares("y ~ `x<1>`", TABLE))
    for picture in pictures:
        page = Page(picture)
        assert page.faults == []
        [texts] = page.svgs.values()
        assert "17" in texts
    assert "rows 17, " in pictures.residuals
    assert "of row 17." in pictures.leverage


def test_a_file_that_stands_alone():
    html = report.diagnostics(linear.least_squares("y ~ `x<1>`", TABLE)).html()
    page = Page(html)
    assert page.faults == []
    assert set(page.svgs) == {"Residuals", "Normal quantiles", "Scale", "Leverage"}
    assert "var(" not in html


@pytest.mark.parametrize(
    "fit",
    [
        linear.logistic("two ~ `x<1>`", TABLE),
        linear.poisson("c ~ x", {"c": RANDOM.poisson(3, N), "x": X}),
        linear.least_squares("y ~ 1", TABLE),
        linear.least_squares("y ~ x", {"x": [0.0, 1.0] * 10, "y": RANDOM.normal(size=20)}),
    ],
    ids=lambda fit: fit.design.formula,
)
def test_every_fit_can_be_drawn(fit):
    for picture in report.diagnostics(fit):
        assert Page(picture).faults == []
        assert "NaN" not in picture


def test_of_many_rows_those_that_stand_out_are_drawn():
    x = RANDOM.normal(size=5000)
    y = x + RANDOM.normal(size=5000)
    y[4321] += 100
    picture = report.diagnostics(linear.least_squares("y ~ x", {"x": x, "y": y})).residuals
    assert "4321" in picture
    assert len(picture) < 200_000


def test_lines_of_equal_cooks_distance():
    """One far row: D = h r² / (p (1 − h)) is above 1, and both lines are drawn."""
    table = {"x": [*np.linspace(0, 1, 10), 10.0], "y": [*(np.arange(10) % 2), 30.0]}
    fit = linear.least_squares("y ~ x", table)
    assert linear.influence(fit).cook[10] > 1
    [texts] = Page(report.diagnostics(fit).leverage).svgs.values()
    assert {"0.5", "1", "10"} <= set(texts)


def test_the_curve_of_a_logistic_regression():
    fit = linear.logistic("two ~ `x<1>`", TABLE)
    page = Page(report.logistic_curve(fit))
    assert page.faults == []
    half = -fit["Intercept"].estimate / fit["x<1>"].estimate
    assert f"½ at x<1> = {half:.4g}" in page.text


@pytest.mark.parametrize("formula", ["two ~ `x<1>` + y", "two ~ 1", "two ~ `x<1>` - 1"])
def test_a_curve_needs_one_term(formula):
    with pytest.raises(InputError, match="one term"):
        report.logistic_curve(linear.logistic(formula, TABLE))


def test_what_has_no_diagnostics():
    with pytest.raises(InputError, match="influence"):
        report.diagnostics(linear.ridge("y ~ `x<1>`", TABLE, penalty=1.0))
