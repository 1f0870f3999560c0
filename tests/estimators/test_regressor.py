"""Regression through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gradus import InputError
from gradus.estimators import Regressor
from gradus.likelihoods import Bernoulli, HeteroscedasticGaussian, Laplace, Poisson

LINE = np.linspace(-1, 1, 60)[:, None]


def linear(**given):
    """A line, learned in a moment."""
    given = {"epochs": 60, "learning_rate": 0.05, "random_state": 0} | given
    return Regressor((), **given)


def test_diabetes_is_foretold_better_than_by_the_mean():
    x, y = load_diabetes(return_X_y=True)
    net = make_pipeline(StandardScaler(), Regressor((16,), epochs=30, random_state=0))
    assert net.fit(x[::2], y[::2]).score(x[1::2], y[1::2]) > 0.3


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1e-6, 0), (1e6, 0), (1, 1e9)], ids=str)
def test_neither_unit_nor_size_of_targets_matters(scale, shift):
    y = scale * (3 * LINE[:, 0] - 1) + shift
    net = linear().fit(LINE, y)
    np.testing.assert_allclose((net.predict(LINE) - y) / scale, 0, atol=0.1)


def test_scales_are_those_of_the_examples_that_count():
    """Weighted mean of 0 and 4 with weights 3 and 1 is 1; variance ¾·1 + ¼·9 = 3."""
    net = linear(epochs=1).fit([[0.0], [1.0], [2.0]], [0.0, 4.0, 99.0], sample_weight=[3, 1, 0])
    assert (net.mean_, net.std_) == (1, pytest.approx(np.sqrt(3)))


def test_several_targets_at_once():
    y = np.hstack([3 * LINE - 1, 1000 * LINE])
    net = linear().fit(LINE, y)
    assert net.predict(LINE).shape == (60, 2)
    np.testing.assert_allclose(net.predict(LINE), y, atol=10)
    assert net.score(LINE, y) > 0.999


def test_a_constant_is_learned():
    np.testing.assert_allclose(
        linear(epochs=20).fit(LINE, np.full(60, 7.0)).predict(LINE), 7, atol=0.1
    )


def test_every_prediction_has_a_spread_of_its_own():
    """Noise of standard deviation 10 (1.1 + x), in the units of y."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (600, 1))
    y = 100 + 10 * (1.1 + x[:, 0]) * rng.normal(size=600)
    net = Regressor(
        (16,), likelihood=HeteroscedasticGaussian(), learning_rate=0.01, random_state=0
    ).fit(x, y)
    mean, std = net.predict([[-0.5], [0.5]], return_std=True)
    np.testing.assert_allclose(mean, 100, atol=4)
    np.testing.assert_allclose(std, [6, 16], rtol=0.25)


def test_counts_are_not_scaled():
    x = np.repeat([[0.0], [1.0]], 40, axis=0)
    y = np.random.default_rng(0).poisson(np.repeat([2.0, 20.0], 40))
    net = linear(likelihood=Poisson(), epochs=200).fit(x, y)
    assert (net.mean_, net.std_) == (0, 1)
    np.testing.assert_allclose(
        net.predict([[0.0], [1.0]]), [y[:40].mean(), y[40:].mean()], rtol=0.02
    )


def test_outliers_move_the_median_less_than_the_mean():
    y = 3 * LINE[:, 0]
    y[::10] = 100
    errors = [
        np.median(np.abs(linear(likelihood=likelihood, epochs=200).fit(LINE, y).predict(LINE) - y))
        for likelihood in (Laplace(), None)
    ]
    assert errors[0] < 1 < errors[1]


def test_partial_fit_keeps_the_first_scale():
    net = linear().partial_fit(LINE, 5 + LINE[:, 0])
    before = net.mean_, net.std_
    net.partial_fit(LINE, 900 + LINE[:, 0])
    assert (net.mean_, net.std_) == before
    assert net.n_iter_ == 2


def test_what_makes_no_regression_is_refused():
    y = LINE[:, 0]
    with pytest.raises(InputError, match="likelihood of regression or counts"):
        linear(likelihood=Bernoulli()).fit(LINE, y)
    with pytest.raises(InputError, match="Poisson: target in row 0"):
        linear(likelihood=Poisson()).fit(LINE, y)
    with pytest.raises(InputError, match=r"return_std\n(.*\n)+.*HeteroscedasticGaussian\(\)"):
        linear(epochs=1).fit(LINE, y).predict(LINE, return_std=True)
