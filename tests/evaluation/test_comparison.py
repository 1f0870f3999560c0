"""Comparisons: paired on the same folds, tested, corrected, and put in words."""

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, Ridge

from gradus import InputError, compare, nn, supervised
from gradus.evaluation.corrected import holm, t_test
from gradus.likelihoods import Gaussian
from gradus.optim import sgd


@pytest.fixture(scope="module")
def numbers():
    """A plane with noise, 60 examples."""
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 2))
    return x, x @ [1.0, -2.0] + random.normal(size=60) / 2


def line():
    return supervised(nn.Dense(1), Gaussian(), sgd(0.1))


@pytest.fixture(scope="module")
def comparison(numbers):
    learners = {"net": line(), "least squares": LinearRegression(), "mean": DummyRegressor()}
    return compare(learners, numbers, 5, epochs=30, batch=16)


def test_all_are_measured_on_the_same_folds(comparison):
    first, *others = comparison.results.values()
    for other in others:
        for a, b in zip(first.folds, other.folds, strict=True):
            np.testing.assert_array_equal(a.test, b.test)


def test_every_pair_is_tested_and_corrected_for_their_number(comparison):
    pairs = comparison.pairs
    assert [(p.first, p.second) for p in pairs] == [
        ("net", "least squares"), ("net", "mean"), ("least squares", "mean"),
    ]  # fmt: skip
    differences = comparison.results["net"]["mse"] - comparison.results["mean"]["mse"]
    assert (pairs[1].t, pairs[1].p) == t_test(differences, 12 / 48)
    assert pairs[1].difference == pytest.approx(differences.mean())
    assert pairs[1].low < pairs[1].difference < pairs[1].high
    assert [p.adjusted for p in pairs] == holm([p.p for p in pairs])


def test_the_verdict_names_whom_it_beats(comparison):
    assert comparison.best in ("net", "least squares")
    other = ({"net", "least squares"} - {comparison.best}).pop()
    assert comparison.verdict == (
        f"{comparison.best} is better than mean; no difference to {other} can be shown."
    )


def test_equal_learners_do_not_differ(numbers):
    same = compare({"a": LinearRegression(), "b": LinearRegression()}, numbers, 4)
    assert (same.pairs[0].t, same.pairs[0].p) == (0, 1)
    assert same.verdict == "a has the best mean, but no difference to the others can be shown."


def test_accuracy_is_better_high_and_errors_low():
    x = np.arange(60.0)[:, None]
    y = (np.arange(60) >= 20).astype(int)
    classes = {
        "most": DummyClassifier(),
        "fewest": DummyClassifier(strategy="constant", constant=0),
    }
    assert compare(classes, (x, y), 4).best == "most"
    assert compare(classes, (x, y), 4, measure="error_rate").best == "most"


def test_it_prints_and_draws(comparison):
    learners, pairs, words = str(comparison).split("\n\n")
    assert learners.splitlines()[0].split() == ["mse", "mean", "from", "to"]
    assert pairs.splitlines()[0].split() == [
        "difference", "mean", "from", "to", "t", "p", "p", "(Holm)",
    ]  # fmt: skip
    assert words.startswith(comparison.verdict)
    html = comparison._repr_html_()
    assert html.count("<table") == 2
    assert "MSE of every fold" in html


@pytest.mark.parametrize(
    ("learners", "given", "wording"),
    [
        ({"a": LinearRegression()}, {}, "1 in a dict"),
        ([LinearRegression(), Ridge()], {}, "in a dict by name"),
        ({"a": LinearRegression(), "b": DummyClassifier()}, {}, "b: classification"),
        ({"a": LinearRegression(), "b": Ridge}, {}, "b › learner"),
        ({"a": LinearRegression(), "b": Ridge()}, {"measure": "msr"}, "did you mean 'mse'"),
        ({"a": line(), "b": Ridge()}, {"epoch": 2}, "a › there is no setting 'epoch'"),
        ({"a": line(), "b": Ridge()}, {"folds": 61}, "61 folds"),
    ],
)
def test_what_cannot_be_is_refused(numbers, learners, given, wording):
    with pytest.raises(InputError, match=wording):
        compare(learners, numbers, **given)
