"""Flows: densities that integrate to one, fit what they should, and sample what they say."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gradus import InputError, fit, models, nn
from gradus.estimators import DensityEstimator
from gradus.learn import density
from gradus.optim import adam

KINDS = ["planar", "nice", "realnvp", "maf", "iaf"]


def bent(kind, columns=2, size=0.35):
    """A flow with random numbers in all its arrays: far from a bell."""
    model = models.flow(columns, 2, kind=kind, hidden=[6], activation=nn.tanh)
    arrays, structure = jax.tree.flatten(model.init(jax.random.key(0), (columns,)))
    keys = jax.random.split(jax.random.key(7), len(arrays))
    drawn = [size * jax.random.normal(k, a.shape) for k, a in zip(keys, arrays, strict=True)]
    return structure.unflatten(drawn)


@pytest.fixture(scope="module", params=KINDS)
def sampled(request):
    """A flow, and 4000 of its samples."""
    model = bent(request.param)
    return model, eqx.filter_jit(model.sample)(jax.random.key(1), 4000)


def test_the_density_integrates_to_one_and_its_samples_have_its_moments(sampled):
    """Sums over a grid that reaches 12 in steps of 0.08; a mean of 4000 samples of spread up to 2
    is right to 0.13, four standard errors.
    """
    model, x = sampled
    line = np.arange(-12, 12, 0.08, dtype="float32")
    grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    p = np.exp(np.asarray(eqx.filter_jit(model.log_prob)(grid), "float64")) * 0.08**2
    assert p.sum() == pytest.approx(1, abs=2e-3)
    mean = p @ grid
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.13)
    np.testing.assert_allclose(
        np.cov(x.T, bias=True), (grid - mean).T * p @ (grid - mean), atol=0.4
    )


def test_samples_come_back_from_their_codes(sampled):
    model, x = sampled
    np.testing.assert_allclose(model.reconstruct(x[:20]), x[:20], atol=1e-3)
    z = model.embed(x)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.07)
    np.testing.assert_allclose(np.cov(z.T), np.eye(2), atol=0.1)


@pytest.mark.parametrize("kind", ["maf", "realnvp"])
def test_a_known_gaussian_is_fitted_exactly(kind):
    """With linear conditioners a bell is within reach: the mean log-likelihood of the examples
    comes within 0.01 nats of the highest that any bell has, that of their own moments.
    """
    draw = np.random.default_rng(0)
    x = draw.multivariate_normal([3.0, -40.0], [[1.0, 9.0], [9.0, 100.0]], 2000)
    best = multivariate_normal(x.mean(axis=0), np.cov(x.T, bias=True)).logpdf(x).mean()
    model = models.flow(2, 2, kind=kind, hidden=[])
    run = fit(density(model, adam(0.02)), x, epochs=40, batch=500)
    assert np.mean(run.outputs(x)) == pytest.approx(best, abs=0.01)


def test_missing_numbers_are_drawn_given_the_others():
    """Of two columns with means 0, variances 1 and correlation 0.8, the second given that the
    first is 1.5 has mean 1.2 and standard deviation 0.6; 1000 draws are right to 0.08.
    """
    model = models.flow(2, 1, hidden=[]).init(jax.random.key(0), (2,))
    norm, layer = model.bijection.bijections
    linear = layer.network.layers[0]
    weight = jnp.zeros((2, 4)).at[0, 2].set(0.8)
    bias = jnp.array([0, 0, 0, 3 * np.arctanh(np.log(0.6) / 3)], "float32")
    layer = layer.replace(network=nn.Sequential(linear.replace(weight=weight, bias=bias)))
    model = model.replace(bijection=models.bijections.Chain(norm, layer))
    x = jnp.tile(jnp.array([[1.5, jnp.nan]]), (1000, 1))
    filled = eqx.filter_jit(model.impute)(jax.random.key(0), x, jnp.isnan(x))
    np.testing.assert_array_equal(filled[:, 0], 1.5)
    assert filled[:, 1].mean() == pytest.approx(1.2, abs=0.08)
    assert filled[:, 1].std() == pytest.approx(0.6, abs=0.08)


def test_an_estimator_of_densities_takes_a_flow():
    x = np.random.default_rng(0).normal([5, -3e4], [2, 1e4], size=(500, 2))
    net = DensityEstimator(model=models.flow(2, 1, hidden=[4]), epochs=20, random_state=0).fit(x)
    bell = multivariate_normal([5, -3e4], [4, 1e8]).logpdf(x).mean()
    assert net.score(x) == pytest.approx(bell, abs=0.05)
    assert net.sample(3, random_state=0).shape == (3, 2)
    x[:, 1] = 7
    with pytest.raises(InputError, match="column 1 is constant\n.*infinite density"):
        net.fit(x)


def test_what_makes_no_flow_is_refused():
    with pytest.raises(InputError, match="flow: kind\n.*planar, nice.*\n.*\n.*did you mean 'maf'"):
        models.flow(2, kind="mav")
    with pytest.raises(InputError, match="flow: layers\n.*1 or more\n.*-1"):
        models.flow(2, -1)
    algorithm = density(models.flow(2, 1, hidden=[]), adam(0.1))
    with pytest.raises(InputError, match=r"\(B, 2\)"):
        fit(algorithm, np.ones((5, 3)))
    with pytest.raises(InputError, match="column 0 is constant\n.*\n.*1.0 in all 5 rows"):
        fit(algorithm, np.stack([np.ones(5), np.arange(5)], axis=1))
    run = fit(algorithm, np.random.default_rng(0).normal(size=(10, 2)), epochs=1)
    assert run.outputs([[1.0, 1.0], [1.0, 1.0]]).shape == (2,)  # alike examples have densities
