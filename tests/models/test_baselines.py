"""Baselines: answers worked by hand, and what happens at the edges."""

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.models import baselines as module
from gradus.models.baselines import baselines

FIRST = {"classification": "majority class", "regression": "mean", "counts": "mean"}


def line(n=40):
    """Inputs 0 … 1 in one column."""
    return np.linspace(0, 1, n)[:, None]


def test_majority_class_by_hand():
    # Class 2 occurs 3 times of 5; on the test targets 2 2 0 0 it is right twice.
    guess = baselines("classification", line(5), np.array([2, 2, 0, 1, 2]), line(4))
    predicted, probabilities = guess["majority class"]
    assert predicted.tolist() == [2, 2, 2, 2]
    assert np.mean(predicted == [2, 2, 0, 0]) == 0.5
    np.testing.assert_allclose(probabilities[0], [0.2, 0.2, 0.6])


def test_rmse_of_the_mean_is_the_standard_deviation():
    y = np.array([1.0, 5.0, -2.0, 7.0])
    predicted = baselines("regression", line(4), y, line(4))["mean"].predicted
    assert np.sqrt(np.mean((y - predicted) ** 2)) == pytest.approx(np.std(y))


def test_neighbours_average_the_five_nearest():
    x = np.array([[0.0], [1], [2], [3], [4], [100]])
    y = np.array([1.0, 2, 3, 4, 5, 1000])
    assert baselines("regression", x, y, line(1) + 0.5)["5 nearest neighbours"].predicted == 3


def test_linear_baselines_find_what_is_linear():
    x = line()
    y = (x[:, 0] > 0.5).astype(int)
    assert (baselines("classification", x, y, x)["logistic regression"].predicted == y).all()
    ridge = baselines("regression", x, 3 * x[:, 0] + 1, np.array([[0.5]]))["ridge regression"]
    assert ridge.predicted == pytest.approx(2.5)
    rate = np.exp(1 + 2 * x[:, 0])
    poisson = baselines("counts", x, rate, np.array([[0.5]]))["Poisson regression"]
    assert poisson.predicted == pytest.approx(np.exp(2), rel=1e-2)


@pytest.mark.parametrize("kind", FIRST)
def test_targets_all_alike_leave_only_the_constant(kind):
    found = baselines(kind, line(), np.zeros(40, int), line(3))
    assert list(found) == [FIRST[kind]]
    assert found[FIRST[kind]].predicted.tolist() == [0, 0, 0]


def test_a_class_that_was_not_trained_has_probability_zero():
    found = baselines("classification", line(), np.arange(40) % 2 * 2, line(3), classes=4)
    for _, probabilities in found.values():
        assert probabilities.shape == (3, 4)
        assert (probabilities[:, [1, 3]] == 0).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_further_axes_of_the_inputs_are_flattened():
    x = np.random.default_rng(0).random((30, 4, 3))
    y = x.sum(axis=(1, 2))
    parts = {"left": x[:, :2], "right": x[:, 2:]}
    for same in (x, x.reshape(30, 12), parts):
        found = baselines("regression", same, y, same)
        np.testing.assert_allclose(found["ridge regression"].predicted, y, atol=0.1)


def test_several_targets_keep_their_shape():
    y = np.random.default_rng(0).random((40, 2, 3))
    for guess in baselines("regression", line(), y, line(7)).values():
        assert guess.predicted.shape == (7, 2, 3)


def test_pixels_are_compared_as_they_are():
    # The first pixel decides; the second hardly varies, and standardised it would drown the first.
    x = np.array([[0, 0.01], [0, -0.01], [9, 0.01], [9, -0.01]]).repeat(5, axis=0)
    y = np.arange(4).repeat(5) // 2
    near = np.array([[4.0, 0.01]])
    images = baselines("classification", x[:, :, None], y, near[:, :, None])
    assert images["5 nearest neighbours"].predicted == 0


def test_many_rows_are_sampled_and_the_name_says_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 10)
    found = baselines("regression", line(), line()[:, 0], line(3))
    assert next(iter(found)) == "mean, from 10 of 40 rows"
    again = baselines("regression", line(), line()[:, 0], line(3))
    for name, guess in found.items():
        assert (guess.predicted == again[name].predicted).all()


def test_wide_rows_are_sampled_too(monkeypatch):
    monkeypatch.setattr(module, "MOST_NUMBERS", 60)
    x = np.ones((40, 5))
    assert len(baselines("regression", x, x[:, 0], x)) == 1
    assert len(module.sample(40, 5)) == 12


def test_fewer_than_five_rows():
    assert "2 nearest neighbours" in baselines("regression", line(2), line(2)[:, 0], line(1))


def test_not_finite_inputs_are_refused():
    x = line(4)
    x[2] = np.nan
    with pytest.raises(InputError, match="x, row 2"):
        baselines("regression", x, line(4)[:, 0], line(1))


def test_another_kind_is_refused():
    with pytest.raises(InputError, match="baselines"):
        baselines("ranking", line(), line()[:, 0], line())
