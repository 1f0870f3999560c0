"""Estimators get arrays as the user gave them: 64 bits, missing values, names of classes."""

from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold
from sklearn.pipeline import make_pipeline

from gradus import InputError, compare, evaluate
from gradus.evaluation import learning_curve, random_labels


@pytest.fixture
def plane():
    """30 examples; the sign of a plane makes two classes."""
    x = np.random.default_rng(0).normal(size=(30, 2))
    return x, x @ [1.0, 2.0]


def test_no_digit_is_lost_before_the_estimator():
    """In 32 bits 1e8 + 1 is 1e8, and the line is a stair."""
    rows = np.arange(20.0)
    data = (1e8 + rows[:, None], rows)
    assert evaluate(LinearRegression(), data, 4).error < 1e-6
    both = compare({"line": LinearRegression(), "ridge": Ridge(1e-9)}, data, 4)
    assert both.results["line"].error < 1e-6


def test_missing_values_are_the_estimators_own_matter(plane):
    x, y = plane
    x[3, 1] = np.nan
    imputed = make_pipeline(SimpleImputer(), LinearRegression())
    assert evaluate(imputed, (x, y), 3)["mse"].shape == (3,)
    with pytest.raises(InputError, match=r"(?s)fold 1 › LinearRegression.*contains NaN"):
        evaluate(LinearRegression(), (x, y), 3)


@pytest.mark.parametrize("names", [("no", "yes"), (-1, 1), (False, True)])
def test_names_of_classes_say_the_same_as_their_numbers(plane, names):
    x, y = plane
    numbers = (y > 0).astype(int)
    expected = evaluate(LogisticRegression(), (x, numbers), 5)
    found = evaluate(LogisticRegression(), (x, np.array(names)[numbers]), 5)
    np.testing.assert_array_equal(found.y, numbers)
    np.testing.assert_array_equal(found.predicted, expected.predicted)
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, expected.probabilities)


def test_text_is_taken_by_the_curves_too(plane):
    x, y = plane
    data = (x, np.where(y > 0, "yes", "no"))
    assert learning_curve(LogisticRegression(), data, [10, 20], 3).tested.shape == (2, 3)
    assert random_labels(LogisticRegression(), data, draws=1).classes == 2


def test_splitters_of_scikit_learn_are_folds(plane):
    x, y = plane
    result = evaluate(LinearRegression(), plane, KFold(4))
    assert [len(fold.test) for fold in result.folds] == [8, 8, 7, 7]
    with pytest.raises(InputError, match=r"(?s)folds=GroupKFold.*'groups'"):
        evaluate(LinearRegression(), (x, y), GroupKFold(3))


@pytest.mark.parametrize("folds", [5.0, None, [1, 2]])
def test_what_are_no_folds_is_refused(plane, folds):
    with pytest.raises(InputError, match=r"(?s)folds.*a whole number, a splitter"):
        evaluate(LinearRegression(), plane, folds)


def test_training_settings_that_no_learner_takes_are_refused(plane):
    with pytest.raises(InputError, match="a › epochs=3"):
        compare({"a": LinearRegression(), "b": Ridge()}, plane, epochs=3)


def test_a_list_of_learners_is_refused_in_a_word(plane):
    learners: Any = [LinearRegression(), Ridge()]
    with pytest.raises(InputError, match="Got:      a list\n"):
        compare(learners, plane)


def test_groups_and_time_are_named_by_their_column(plane):
    x, y = plane
    table = pl.DataFrame({"a": x[:, 0], "who": [f"p{i % 5}" for i in range(30)], "y": y})
    by_name = evaluate(LinearRegression(), table, 5, target="y", groups="who")
    alone = evaluate(LinearRegression(), table.drop("who"), 5, target="y", groups=table["who"])
    np.testing.assert_array_equal(by_name["mse"], alone["mse"])  # `who` is no input
    ordered = evaluate(LinearRegression(), table, 3, target="y", time="a")
    assert all(x[f.train, 0].max() <= x[f.test, 0].min() for f in ordered.folds)
    with pytest.raises(InputError, match="did you mean 'who'"):
        evaluate(LinearRegression(), table, 5, target="y", groups="whom")
    with pytest.raises(InputError, match="groups='who'"):
        evaluate(LinearRegression(), plane, 5, groups="who")


@pytest.mark.parametrize(
    ("y", "wording"),
    [
        (np.ones(4), "x and y do not fit"),
        (np.r_[np.nan, np.ones(29)], "y, row 0"),
        (np.ones((30, 1), int), "second axis"),
        (np.array(["a", None] * 15), "missing ones"),
    ],
)
def test_targets_that_nothing_can_be_measured_by_are_refused(plane, y, wording):
    with pytest.raises(InputError, match=wording):
        evaluate(LogisticRegression(), (plane[0], y), 3)
