"""Missing numbers filled in, through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.impute import KNNImputer

from gradus import InputError, models
from gradus.estimators import Imputer


@pytest.fixture(scope="module")
def plane():
    """400 points of a plane in four columns of different units; a fifth is missing."""
    rng = np.random.default_rng(0)
    t = rng.normal(size=(400, 2))
    x = t @ [[1, 1000, 0.5, 0], [0, 1000, -0.5, 0.01]] + [0, 5000, 0, 1]
    return x, np.where(rng.random(x.shape) < 0.2, np.nan, x)


@pytest.fixture(scope="module")
def fitted(plane):
    """Of rows with gaps."""
    return Imputer(16, (32,), noise=0.2, learning_rate=0.01, epochs=60, random_state=0).fit(
        plane[1]
    )


def error(imputer, x, holed) -> float:
    """Root mean squared error over what was missing, in standard deviations."""
    wrong = (imputer.transform(holed) - x) / x.std(axis=0)
    return float(np.sqrt(np.mean(wrong[np.isnan(holed)] ** 2)))


def test_what_is_known_comes_back_as_it_was(plane, fitted):
    filled, holed = fitted.transform(plane[1]), plane[1]
    assert np.isfinite(filled).all()
    np.testing.assert_array_equal(filled[~np.isnan(holed)], holed[~np.isnan(holed)])
    np.testing.assert_array_equal(fitted.transform(plane[0]), plane[0])


def test_what_is_missing_is_told_from_the_rest(plane, fitted):
    """The mean is off by 1; some rows have too many gaps to be told."""
    assert error(fitted, *plane) < 0.6


def test_real_measurements_are_filled_in_better_than_by_neighbours():
    x = load_breast_cancer().data
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(x))
    train, test = x[rows[:400]], x[rows[400:]]
    holed = np.where(rng.random(test.shape) < 0.3, np.nan, test)
    scale = train.std(axis=0)
    neighbours = KNNImputer().fit(train / scale).transform(holed / scale) * scale
    theirs = ((neighbours - test) / scale)[np.isnan(holed)]
    ours = ((Imputer(random_state=0).fit(train).transform(holed) - test) / scale)[np.isnan(holed)]
    assert np.sqrt(np.mean(ours**2)) < 0.95 * np.sqrt(np.mean(theirs**2))


def test_a_row_of_which_nothing_is_known_gets_something_near_the_means(plane, fitted):
    filled = fitted.transform(np.full((1, 4), np.nan))
    assert (np.abs((filled[0] - fitted.mean_) / fitted.std_) < 1).all()


def test_a_density_draws_what_is_missing(plane):
    """From rows without gaps; another seed gives another draw."""
    x, holed = plane
    model = models.flow(4, 1, hidden=(8,))
    net = Imputer(model=model, learning_rate=0.02, epochs=30, random_state=0).fit(holed)
    first = net.transform(holed)
    assert error(net, x, holed) < 1
    assert (net.set_params(random_state=1).transform(holed) != first).any()


def test_one_column_gets_its_mean():
    x = np.array([[1.0], [np.nan], [3.0], [2.0]] * 10)
    filled = Imputer(2, (4,), epochs=30, learning_rate=0.01, random_state=0).fit_transform(x)
    assert filled[1, 0] == pytest.approx(2, abs=0.3)


def test_what_cannot_be_learned_from_is_refused(plane):
    with pytest.raises(InputError, match="X, column 1: every number is missing"):
        Imputer().fit([[1.0, np.nan], [2.0, np.nan]])
    holed = np.where(np.eye(4, dtype=bool), np.nan, np.ones((4, 4)))
    with pytest.raises(InputError, match="no row is complete"):
        Imputer(model=models.flow(4)).fit(holed)
    with pytest.raises(InputError, match="a model of p"):
        Imputer(model="knn").fit(plane[0])
