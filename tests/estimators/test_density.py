"""Densities through scikit-learn's door."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.datasets import make_moons

from gradus import InputError, models
from gradus.estimators import DensityEstimator
from gradus.likelihoods import Bernoulli, HeteroscedasticGaussian, Poisson


@pytest.fixture(scope="module")
def moons():
    """Two moons, one table to learn from and one to be judged by."""
    return [make_moons(1000, noise=0.1, random_state=seed)[0] for seed in (0, 1)]


@pytest.fixture(scope="module")
def fitted(moons):
    return DensityEstimator(epochs=60, learning_rate=0.01, random_state=0).fit(moons[0])


def test_two_moons_are_described_better_than_by_a_bell(moons, fitted):
    """By a nat or so for every point."""
    train, test = moons
    bell = multivariate_normal(train.mean(axis=0), np.cov(train.T)).logpdf(test).mean()
    assert fitted.score(test) > bell + 0.7


def test_the_density_integrates_to_one(fitted):
    line = np.arange(-3, 4, 0.04)
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    assert np.exp(fitted.score_samples(grid)).sum() * 0.04**2 == pytest.approx(1, abs=0.02)


def test_samples_come_from_the_density(moons, fitted):
    """They are as likely as points that were held out, and the same for the same seed."""
    drawn = fitted.sample(2000, random_state=0)
    assert drawn.shape == (2000, 2)
    assert fitted.score(drawn) == pytest.approx(fitted.score(moons[1]), abs=0.2)
    np.testing.assert_allclose(drawn.mean(axis=0), moons[0].mean(axis=0), atol=0.1)
    np.testing.assert_array_equal(drawn, fitted.sample(2000, random_state=0))


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0), (1e5, -7e5)], ids=str)
def test_units_do_not_matter(scale, shift, moons, fitted):
    """p(sx + m) = p(x) / s² in two columns."""
    other = DensityEstimator(epochs=60, learning_rate=0.01, random_state=0)
    other.fit(scale * moons[0] + shift)
    ours = other.score(scale * moons[1] + shift) + 2 * np.log(scale)
    assert ours == pytest.approx(fitted.score(moons[1]), abs=0.05)


def test_binary_columns():
    """Three columns, the last the exclusive or of the others: four of eight rows, ¼ each."""
    rows = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
    net = DensityEstimator(likelihood=Bernoulli(), learning_rate=0.02, random_state=0)
    net.fit(np.tile(rows, (50, 1)))
    np.testing.assert_allclose(np.exp(net.score_samples(rows)), 0.25, atol=0.03)
    assert {tuple(row) for row in net.sample(200, random_state=0).astype(int)} == set(
        map(tuple, rows.tolist())
    )


def test_a_flow_describes_the_moons_too(moons):
    train, test = moons
    bell = multivariate_normal(train.mean(axis=0), np.cov(train.T)).logpdf(test).mean()
    flow = models.flow(2, 2, hidden=(16,))
    net = DensityEstimator(model=flow, epochs=30, learning_rate=0.01, random_state=0).fit(train)
    assert net.score(test) > bell + 0.2
    assert net.sample(3, random_state=0).shape == (3, 2)


def test_of_a_vae_a_lower_bound_is_known(moons):
    """One bell as hidden cause and a spread for each column: below the best bell, not far off."""
    train, test = moons
    bell = multivariate_normal(train.mean(axis=0), np.cov(train.T)).logpdf(test).mean()
    vae = models.vae(2, [16], 1, HeteroscedasticGaussian())
    net = DensityEstimator(model=vae, epochs=40, learning_rate=0.01, random_state=0).fit(train)
    assert net.score(test) > bell - 0.5
    assert net.sample(3, random_state=0).shape == (3, 2)


def test_what_makes_no_density_is_refused(moons):
    with pytest.raises(InputError, match="likelihood of regression or classification"):
        DensityEstimator(likelihood=Poisson()).fit(moons[0])
    with pytest.raises(InputError, match="Bernoulli: target in row"):
        DensityEstimator(likelihood=Bernoulli()).fit(moons[0])
    with pytest.raises(InputError, match=r"model\n.*a model of p\(x\)"):
        DensityEstimator(model="made").fit(moons[0])
