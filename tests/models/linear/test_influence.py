"""What single rows do, against fits without them."""

import numpy as np
import pytest

from gradus import InputError
from gradus.models import linear

RANDOM = np.random.default_rng(2)
N = 25
X = RANDOM.normal(size=N)
TABLE = {
    "x": X,
    "y": 1 + X + RANDOM.normal(size=N),
    "two": RANDOM.logistic(size=N) < X,
    "count": RANDOM.poisson(np.exp(1 + 0.3 * X)),
    "g": RANDOM.choice(["a", "b", "c"], N),
    "w": RANDOM.uniform(0.5, 2, N),
}


def without(row):
    return {name: np.delete(np.asarray(values), row) for name, values in TABLE.items()}


def test_cooks_distance_by_leaving_rows_out():
    """D = Σ (ŷ − ŷ₋ᵢ)² / (p s²)."""
    fit = linear.least_squares("y ~ x", TABLE)
    found = linear.influence(fit)
    for row in range(N):
        moved = fit.fitted - linear.least_squares("y ~ x", without(row)).predict(TABLE)
        expected = np.sum(moved**2) / (2 * fit.measures["rse"] ** 2)
        assert found.cook[row] == pytest.approx(expected)


def test_leverage_and_standardised_residuals_by_their_formulas():
    """h = 1/n + (x − x̄)²/Σ(x − x̄)², r = e/(s√(1−h))."""
    fit = linear.least_squares("y ~ x", TABLE)
    found = linear.influence(fit)
    h = 1 / N + (X - X.mean()) ** 2 / np.sum((X - X.mean()) ** 2)
    np.testing.assert_allclose(found.leverage, h)
    np.testing.assert_allclose(found.residual, TABLE["y"] - fit.fitted)
    standardised = found.residual / fit.measures["rse"] / np.sqrt(1 - h)
    np.testing.assert_allclose(found.standardised, standardised)


@pytest.mark.parametrize(
    "fit",
    [
        linear.logistic("two ~ x", TABLE),
        linear.poisson("count ~ x", TABLE),
        linear.gaussian("y ~ x", TABLE),
        linear.least_squares("y ~ x", TABLE, weights="w"),
    ],
    ids=lambda fit: fit.kind,
)
def test_every_fit_of_one_predictor(fit):
    found = linear.influence(fit)
    assert all(part.shape == (N,) and np.isfinite(part).all() for part in found)
    assert found.leverage.sum() == pytest.approx(2)  # the trace of the projection is p


def test_pearsons_residuals():
    fit = linear.logistic("two ~ x", TABLE)
    p = fit.fitted
    np.testing.assert_allclose(
        linear.influence(fit).residual, (TABLE["two"] - p) / np.sqrt(p * (1 - p))
    )


@pytest.mark.parametrize(
    "fit", [linear.ridge("y ~ x", TABLE, penalty=0.1), linear.softmax("g ~ x", TABLE)]
)
def test_other_fits_are_refused(fit):
    with pytest.raises(InputError, match="influence"):
        linear.influence(fit)
