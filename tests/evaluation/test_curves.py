"""Learning and capacity curves: numbers, verdicts and pictures."""

import numpy as np
import pytest
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeRegressor

from gradus import InputError, capacity_curve, learning_curve, nn, supervised
from gradus.evaluation import together
from gradus.likelihoods import Categorical, Gaussian
from gradus.optim import adam


@pytest.fixture(scope="module")
def wave():
    """A sine with noise, 200 examples."""
    x = np.linspace(0, 6, 200)[:, None]
    return x, np.sin(x[:, 0]) + np.random.default_rng(0).normal(size=200) / 2


def tree(depth):
    return DecisionTreeRegressor(max_depth=depth, random_state=0)


def test_more_examples_are_learned_from_and_smaller_sets_are_parts_of_larger_ones(wave):
    curve = learning_curve(LinearRegression(), wave, [10, 0.5, 1.0], 4)
    assert curve.places == (10, 75, 150)
    assert curve.tested.shape == curve.learned.shape == (3, 4)
    for place, result in zip(curve.places, curve.results, strict=True):
        assert {len(fold.train) for fold in result.folds} == {place}
    small, large = (set(curve.results[i].folds[0].train) for i in (0, 1))
    assert small < large
    np.testing.assert_array_equal(curve.results[0].folds[2].test, curve.results[2].folds[2].test)


def test_nets_learn_all_sizes_in_one_program_with_equal_steps(monkeypatch):
    """With 2 of 32 rows, a net takes the 8 steps of an epoch that one with all rows takes."""
    x = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    y = (x[:, 0] > 0).astype("int32")
    seen = []
    many = together.fit_many
    monkeypatch.setattr(
        together, "fit_many", lambda *a, **k: seen.append(many(*a, **k)) or seen[-1]
    )
    net = supervised(nn.Dense(2), Categorical(2), adam(0.05))
    curve = learning_curve(net, (x, y), [2, 8, 32], 2, epochs=5, batch=4)
    assert len(seen) == 1
    assert [int(run.state.optimizer.step) for run in seen[0]] == [40] * 6
    assert curve.measure == "accuracy"
    assert curve.tested[2].mean() > 0.85


# What a learner does, and how its verdict begins.
def test_verdicts_of_learning_curves(wave):
    x, y = wave
    rough = learning_curve(KNeighborsRegressor(1), (x, np.sin(9 * x[:, 0])), [20, 40, 160], 5)
    assert rough.verdict.startswith("more data helps: the test error falls by")
    flat = learning_curve(DummyRegressor(), wave, [40, 80, 160], 5)
    assert flat.verdict.startswith("more data would hardly help: training and test error lie close")
    knows = learning_curve(KNeighborsRegressor(1), (x, y - np.sin(x[:, 0])), [40, 80, 160], 5)
    assert "the model over-fits" in knows.verdict


def test_the_capacity_curve_is_a_u(wave):
    curve = capacity_curve(tree, [1, 2, 3, 6, 12], wave, over="depth")
    assert curve.best == 3
    assert (np.diff(curve.learned.mean(1)) < 0).all()
    tested = curve.tested.mean(1)
    assert tested[0] > tested[2] < tested[4]
    assert curve.verdict == (
        "best at depth 3; it over-fits from 6 on: training errors fall further, test errors rise."
    )


def test_verdicts_of_capacity_curves(wave):
    x, _ = wave
    growing = capacity_curve(tree, [1, 2, 3], (x, np.sin(3 * x[:, 0])), over="depth")
    assert growing.verdict == "the model is too small: 3 is best, and the test error still falls."
    equal = capacity_curve(lambda _: LinearRegression(), ["small", "large"], wave)
    assert equal.verdict == "capacity small is enough: no larger one is better by a standard error."


def test_a_net_of_more_units_has_a_lower_training_error(wave):
    x, y = (a.astype("float32") for a in wave)

    def make(units):
        net = nn.Sequential(nn.Dense(units, nn.tanh), nn.Dense(1))
        return supervised(net, Gaussian(), adam(0.03))

    curve = capacity_curve(make, [1, 16], (x, y), 2, over="units", epochs=60)
    assert curve.learned[1].mean() < curve.learned[0].mean()


def test_they_print_and_draw(wave):
    curve = capacity_curve(tree, [1, 4], wave, over="depth")
    lines = str(curve).splitlines()
    assert lines[0] == "mse, 5 folds"
    assert lines[1].split() == ["depth", "training", "test", "from", "to"]
    assert lines[-1] == curve.verdict
    assert "MSE over depth: at the end" in curve.picture()
    named = capacity_curve(lambda _: LinearRegression(), ["small", "large"], wave)
    assert "small" in named._repr_html_()


@pytest.mark.parametrize(
    ("sizes", "wording"),
    [([10], "two or more"), ([1, 10], "from 2 to 160"), ([10, 161], "from 2 to 160")],
)
def test_sizes_that_cannot_be_are_refused(wave, sizes, wording):
    with pytest.raises(InputError, match=wording):
        learning_curve(LinearRegression(), wave, sizes)


@pytest.mark.parametrize(
    ("make", "values", "wording"),
    [
        (tree, [1], "two or more"),
        (lambda depth: DecisionTreeRegressor, [1, 2], r"make\(1\) › learner"),
        (lambda depth: depth, [1, 2], "Got:      int"),
    ],
)
def test_what_makes_no_learner_is_refused(wave, make, values, wording):
    with pytest.raises(InputError, match=wording):
        capacity_curve(make, values, wave)
