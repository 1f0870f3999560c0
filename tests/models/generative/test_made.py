"""MADE: what sees what, and that it is a density."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, fit, models
from gradus.learn import density
from gradus.likelihoods import Bernoulli, HeteroscedasticGaussian, Mixture
from gradus.optim import adam

LIKELIHOODS = {"binary": Bernoulli(), "bell": HeteroscedasticGaussian(), "mixture": Mixture(3)}


def shaken(model, key, size=1.0):
    """The model with random numbers in all its arrays, biases and cut connections included."""
    arrays, structure = jax.tree.flatten(model)
    keys = jax.random.split(key, len(arrays))
    return structure.unflatten(
        [size * jax.random.normal(k, a.shape) for k, a in zip(keys, arrays, strict=True)]
    )


@pytest.mark.parametrize("hidden", [(), (7,), (12, 5)], ids=str)
@pytest.mark.parametrize("name", LIKELIHOODS)
def test_outputs_see_earlier_columns_alone(name, hidden, key):
    """∂ outputs of xⱼ / ∂ xᵢ = 0 for i ≥ j, even where cut connections carry numbers; and output
    j does see what comes before it, where hidden units are there to carry it.
    """
    likelihood, columns = LIKELIHOODS[name], 5
    model = models.made(columns, hidden, likelihood, activation=jnp.tanh)
    model = shaken(model.init(key, (columns,)), key)
    slopes = jax.jacobian(lambda x: model.network(x[None])[0])(jnp.ones(columns))
    sees = np.any(slopes.reshape(columns, likelihood.size, columns) != 0, axis=1)
    assert not np.any(np.triu(sees))
    if hidden != (12, 5):  # five units in four degrees reach everything all the same
        assert np.array_equal(sees, np.tril(np.ones((columns, columns), bool), -1))


def test_probabilities_of_all_binary_rows_add_up_to_one(key):
    model = shaken(models.made(4, [9], Bernoulli()).init(key, (4,)), key)
    rows = jnp.array(np.indices((2,) * 4).reshape(4, -1).T, jnp.float32)
    np.testing.assert_allclose(jnp.exp(model(rows)).sum(), 1, rtol=1e-5)


@pytest.mark.parametrize("columns", [1, 2])
def test_a_density_of_real_numbers_integrates_to_one(columns, key):
    """A sum over a grid from −8 to 8 in steps of 0.05, far finer than the spread ζ(s) ≥ 0.3."""
    model = models.made(columns, [8], Mixture(3)).init(key, (columns,))
    line = np.arange(-8, 8, 0.05, dtype="float32")
    grid = np.stack(np.meshgrid(*[line] * columns), axis=-1).reshape(-1, columns)
    np.testing.assert_allclose(
        jnp.exp(model(jnp.asarray(grid))).sum() * 0.05**columns, 1, rtol=1e-3
    )


def test_samples_come_from_the_model(key):
    """Of 20 000 rows of two binary columns, each of the four kinds has its share up to 0.015,
    four standard errors.
    """
    model = shaken(models.made(2, [6], Bernoulli()).init(key, (2,)), key)
    drawn = model.sample(jax.random.key(1), 20_000)
    kinds = jnp.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    share = [(drawn == kind[None]).all(axis=1).mean() for kind in kinds]
    np.testing.assert_allclose(share, jnp.exp(model(kinds)), atol=0.015)


def test_a_first_column_with_two_peaks_is_learned():
    """p(x₁) sees nothing: its mixture lives in biases that start apart, or would stay alike."""
    x = np.concatenate([np.full(100, -1.0), np.full(100, 1.0)])[:, None]
    x = x + 0.1 * np.random.default_rng(0).normal(size=x.shape)
    run = fit(density(models.made(1, [], Mixture(2)), adam(0.05)), x, epochs=60)
    at_peaks, between = np.exp(run.outputs([[-1.0], [1.0]])), np.exp(run.outputs([[0.0]]))
    # ½ N(0; 0, 0.1²) = ½ · 3.989
    np.testing.assert_allclose(at_peaks, 1.99, rtol=0.25)
    assert between < 0.1


def test_data_of_another_width_is_refused():
    algorithm = density(models.made(2, [4], Bernoulli()), adam(0.1))
    with pytest.raises(InputError, match=r"\(B, 2\)\n.*\(10, 3\)"):
        fit(algorithm, np.zeros((10, 3)))
    with pytest.raises(InputError, match=r"Bernoulli: target in row 0, column 1"):
        fit(algorithm, np.full((10, 2), [0.0, 2.0]))
