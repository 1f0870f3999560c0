"""Likelihoods whose maximum is at infinity."""

import numpy as np
import pytest

from gradus import InputError, fit, penalties
from gradus.likelihoods import Bernoulli
from gradus.models import linear
from gradus.models.linear.separation import binary_sides, class_sides, count_sides, separates

RANDOM = np.random.default_rng(1)
N = 40
X, Z = RANDOM.normal(size=(2, N))
TABLE = {
    "x": X,
    "z": Z,
    "apart": X > 0.1,
    "slanted": X + 2 * Z > 0,
    "edge": np.where(np.arange(N) < 10, X > 9, RANDOM.random(N) > 0.5),
    "early": np.where(np.arange(N) < 10, "early", "late"),
    "three": np.digitize(X, [-0.5, 0.5]),
    "none": np.where(np.arange(N) < 10, 0, RANDOM.poisson(3, N) + (np.arange(N) == 10)),
}


@pytest.mark.parametrize(
    ("fit", "formula", "terms"),
    [
        (linear.logistic, "apart ~ x", "x tells"),
        (linear.logistic, "apart ~ z + x", "x tells"),
        (linear.logistic, "slanted ~ x + z", "x and z tell"),
        (linear.logistic, "edge ~ z + early", "early\\[late\\] tells"),  # one side only: 10 rows
        (linear.softmax, "three ~ x + z", "x tells"),
        (linear.one_vs_rest, "three ~ x + z", "x tells"),
        (linear.poisson, "none ~ z + early", "early\\[late\\] tells"),
    ],
)
def test_terms_that_tell_classes_apart_are_named(fit, formula, terms):
    with pytest.raises(InputError, match=f"has no finite optimum(.|\n)*{terms}"):
        fit(formula, TABLE)


def test_the_class_is_named_too():
    with pytest.raises(InputError, match="class 0 against the rest"):
        linear.one_vs_rest("three ~ x", TABLE)


@pytest.mark.parametrize(
    ("fit", "table", "ties"),
    [
        (linear.logistic, {"x": [1.0, 2, 2, 3], "y": list("nnyy")}, True),
        (linear.logistic, {"x": [1.0, 2, 2.5, 3], "y": list("nnyy")}, False),
        (linear.logistic, {"x": [0.0, 0, 0, 1], "y": list("nyny")}, True),
        (linear.softmax, {"x": [1.0, 2, 2, 3, 4, 5], "y": list("aabbcc")}, True),
        (linear.softmax, {"x": [1.0, 2, 3, 4, 5, 6], "y": list("aabbcc")}, False),
    ],
)
def test_ties_are_told(fit, table, ties):
    """A row of each class at the same place: no plane has them on its two sides."""
    words = "mistake, but for ties: larger" if ties else "mistake: larger"
    with pytest.raises(InputError, match=words):
        fit("y ~ x", table)


def test_one_row_on_the_other_side_is_enough():
    table = {"x": np.arange(20.0), "y": np.arange(20) >= 10}
    with pytest.raises(InputError, match="no finite optimum"):
        linear.logistic("y ~ x", table)
    table["y"] = table["y"].copy()
    table["y"][[8, 11]] = [True, False]
    assert 0 < linear.logistic("y ~ x", table)["x"].estimate < 5


def test_strong_but_overlapping_classes_are_fitted():
    """Log odds far above the level that raises suspicion."""
    x = np.concatenate([RANDOM.normal(-3, 1, 400), RANDOM.normal(3, 1, 400), [0.5, -0.5, 60.0]])
    y = np.concatenate([np.zeros(400), np.ones(400), [0, 1, 1]])
    found = linear.logistic("y ~ x", {"x": x, "y": y})
    assert np.abs(found.linear_predictor({"x": x})).max() > 50


def brute_force(x, y, directions=200_000):
    """Whether one of many random directions separates, some rows strictly."""
    w = np.random.default_rng(0).normal(size=(directions, x.shape[1]))
    side = (w @ x.T) * (2 * y - 1)
    return bool(((side >= 0).all(axis=1) & (side > 0).any(axis=1)).any())


@pytest.mark.parametrize("seed", range(12))
def test_a_linear_program_finds_what_random_search_finds(seed):
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(8), random.normal(size=(8, 2))])
    y = random.integers(0, 2, 8)
    assert separates(x, binary_sides(y)) == brute_force(x, y)


def test_two_classes_are_two_of_several():
    for seed in range(12):
        random = np.random.default_rng(seed)
        x = np.column_stack([np.ones(8), random.normal(size=(8, 2))])
        y = random.integers(0, 2, 8)
        assert separates(x, binary_sides(y)) == separates(x, class_sides(y, 2))


def test_counts():
    x = np.column_stack([np.ones(4), [0.0, 0, 1, 1]])
    assert separates(x, count_sides(np.array([0, 0, 2, 3])))
    assert not separates(x, count_sides(np.array([0, 1, 2, 3])))


def test_a_penalty_gives_separable_data_an_optimum():
    """The way out that the refusal names."""
    net = linear.as_net("apart ~ x", TABLE, Bernoulli(), penalty=penalties.l2(1e-2))
    short, long = (fit(net.algorithm, net.data, epochs=e, batch=net.rows) for e in (300, 600))
    found = [net.coefficients_of(run.model)["x"] for run in (short, long)]
    assert found[0] == pytest.approx(found[1], rel=1e-3)
