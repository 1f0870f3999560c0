"""The variational autoencoder: bounds of a likelihood that is known, and its verbs."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gradus import InputError, models, nn
from gradus.likelihoods import Bernoulli, Categorical, Gaussian
from gradus.models import CategoricalLatent, GaussianLatent
from gradus.models.generative.labels import joined
from gradus.models.generative.latent_map import latent_map

W = jnp.array([[2.0, 0.0, 1.0], [0.0, 0.5, 0.0]])  # from two codes to three numbers
X = jnp.array([[1.0, -0.5, 0.5], [3.0, 1.0, 1.0], [0.0, 0.0, 0.0]])


def linear(off: float) -> models.VAE:
    """x = z W + ε: p(x) = N(0, WᵀW + I) and p(z | x) = N(x Wᵀ M⁻¹, M⁻¹), M = W Wᵀ + I, which
    is diagonal here: M = diag(6, 1.25). The guess is this one, its mean off by a little.
    """
    m = jnp.array([6.0, 1.25])
    mean = W.T / m[None]
    encoder = nn.Dense(4).replace(
        weight=jnp.concatenate([mean, jnp.zeros((3, 2))], axis=1),
        bias=jnp.concatenate([jnp.full(2, off), -0.5 * jnp.log(m)]),
    )
    decoder = nn.Dense(3).replace(weight=W, bias=jnp.zeros(3))
    return models.VAE(encoder, decoder, GaussianLatent(2))


def known(x):
    """log p(x) of the linear model."""
    return multivariate_normal.logpdf(x, np.zeros(3), W.T @ W + np.eye(3))


def test_where_the_guess_is_right_the_bound_is_the_likelihood(key):
    """Every weight p(x | z) p(z) / q(z | x) is then p(x): one sample says it."""
    np.testing.assert_allclose(linear(0.0).bound(key, X, 1), known(X), rtol=1e-4)
    np.testing.assert_allclose(linear(0.0).log_prob(X), known(X), rtol=1e-4)


def test_bounds_grow_with_samples_up_to_the_likelihood(key):
    """With a guess that is off: KL(q ‖ p(z | x)) = ½(6 + 1.25) · 0.5² = 0.906 is lost with K = 1;
    means over 2 000 keys, whose standard error is below 0.03.
    """
    model, keys = linear(0.5), jax.random.split(key, 2000)
    bounds = {
        k: jax.jit(lambda x, k=k: jax.vmap(lambda r: model.bound(r, x, k))(keys).mean())(X)
        for k in (1, 5, 25)
    }
    assert float(known(X).mean() - bounds[1]) == pytest.approx(0.906, abs=0.1)
    assert bounds[1] < bounds[5] < bounds[25] < known(X).mean() + 0.02
    assert float(known(X).mean() - bounds[25]) < 0.15


def test_numbers_for_likeness_are_said_to_be_bounds():
    assert models.VAE.likeliness == "lower bound"
    np.testing.assert_array_equal(linear(0.5).log_prob(X), linear(0.5).log_prob(X))
    np.testing.assert_array_equal(linear(0.5).anomaly_score(X), -linear(0.5).log_prob(X))


def test_samples_have_the_covariance_of_the_model(key):
    """20 000 draws; variances of 6 have a standard error of 0.06."""
    drawn = linear(0.0).sample(key, 20_000)
    np.testing.assert_allclose(np.cov(drawn.T), W.T @ W + jnp.eye(3), atol=0.25)


def test_missing_numbers_are_drawn_given_the_others(key):
    """Of x₀ and x₂ with covariance [[5, 2], [2, 2]]: given x₂ = 2, x₀ ~ N(2, 3); 4 000 draws."""
    x = jnp.tile(jnp.array([[jnp.nan, 0.0, 2.0]]), (4000, 1))
    missing = jnp.zeros_like(x).at[:, :2].set(1)
    filled = linear(0.0).impute(key, x, missing)
    assert float(filled[:, 0].mean()) == pytest.approx(2, abs=0.15)
    assert float(filled[:, 0].var()) == pytest.approx(3, abs=0.35)
    np.testing.assert_array_equal(filled[:, 2], 2)


def test_a_line_between_two():
    """In a linear model the way between reconstructions is straight."""
    model = linear(0.0)
    way = model.interpolate(X[:1], X[1:2], 3)
    ends = model.reconstruct(X[:2])
    np.testing.assert_allclose(way[0], [ends[0], ends.mean(axis=0), ends[1]], rtol=1e-5)


def test_the_map_of_codes(key):
    """Places are Φ⁻¹(¼) = −0.674 and +0.674 along each axis."""
    found = latent_map(linear(0.0), side=2)
    places = jnp.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]) * 0.67449
    np.testing.assert_allclose(found.reshape(4, 3), places @ W, rtol=1e-4)
    with pytest.raises(InputError, match="latent_map\n.*axes"):
        latent_map(linear(0.0), axes=(0, 2))


@pytest.fixture(scope="module")
def labelled():
    """Two hidden choices among three, binary x, and labels."""
    latent = CategoricalLatent(2, classes=3)
    model = models.vae(4, [5], latent, Bernoulli(), classes=2)
    return model.init(jax.random.key(0), (4,))


def test_verbs_of_a_model_with_labels(labelled, key):
    x, y = jnp.ones((3, 4)), jnp.array([0, 1, 1])
    assert labelled.log_prob(x, y).shape == (3,)
    assert labelled.reconstruct(x, y).shape == labelled((x, y)).shape == (3, 4)
    assert labelled.sample(key, 6).shape == labelled.sample(key, 6, labels=1).shape == (6, 4)
    np.testing.assert_array_equal(labelled.impute(key, x, x.at[:, 0].set(0), y)[:, 0], 1)
    assert not jnp.allclose(labelled.log_prob(x, y), labelled.log_prob(x, 1 - y))


def test_labels_beside_the_channels_of_pictures():
    found = joined(jnp.zeros((2, 3, 3, 1)), [1, 0], 2)
    np.testing.assert_array_equal(found[:, :, :, 1:], np.eye(2)[[1, 0]][:, None, None].repeat(3, 1)
                                  .repeat(3, 2))  # fmt: skip


def test_a_single_column_keeps_its_axis(key):
    model = models.vae(1, [], 1).init(key, (1,))
    assert model.sample(key, 5).shape == model.reconstruct(jnp.ones((5, 1))).shape == (5, 1)


@pytest.mark.parametrize("columns", [1, 4])
def test_columns_can_be_categories(columns, key):
    model = models.vae(columns, [], 1, Categorical(3)).init(key, (columns,))
    drawn = model.sample(key, 200)
    assert drawn.shape == (200, columns)
    assert set(np.unique(drawn)) == {0, 1, 2}
    other = models.autoencoder(columns, [], 1, Categorical(3)).init(key, (columns,))
    assert other.reconstruct(drawn.astype("float32")).shape == drawn.shape


BAD = {
    "a call without labels": (lambda m, x, k: m(x), "labels\n.*labels of all x\n.*none"),
    "no labels": (lambda m, x, k: m.log_prob(x), "labels\n.*labels of all x\n.*none"),
    "another class": (lambda m, x, k: m.log_prob(x, [0, 1, 2]), "label in row 2\n.*0 to 1\n.*2"),
    "another count": (lambda m, x, k: m.sample(k, 4, [0, 1]), r"one label for all, or 4.*\n.*\(2,"),
    "labels for none": (lambda m, x, k: linear(0.0).log_prob(X, [0, 1, 1]), "none, for a model"),
    "nothing known": (lambda m, x, k: m.impute(k, x, x, [0, 1, 1]), "row 0: every number is"),
    "another encoder": (
        lambda m, x, k: models.VAE(nn.Dense(3), nn.Dense(4), GaussianLatent(2)).init(k, (4,)),
        r"encoder.*GaussianLatent\n.*\(4,\): 4 numbers\n.*\(3,\)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_slips_are_refused(name, labelled, key):
    wrong, message = BAD[name]
    with pytest.raises(InputError, match=message):
        wrong(labelled, jnp.ones((3, 4)), key)


def test_the_default_likelihood_is_squared_error():
    assert models.vae(3, [], 1).likelihood == Gaussian()
