"""Autoencoders: shapes, and what a linear one must find."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.linalg import subspace_angles

from gradus import InputError, fit, models, nn
from gradus.learn import autoencoder
from gradus.likelihoods import Bernoulli
from gradus.optim import adam, cosine_decay


def test_the_decoder_mirrors_the_encoder(key):
    model = models.autoencoder(5, [16, 8], 2).init(key, (5,))
    widths = [
        [layer.units for layer in half.layers if isinstance(layer, nn.Dense)]
        for half in (model.encoder, model.decoder)
    ]
    assert widths == [[16, 8, 2], [8, 16, 5]]


def test_calling_is_encoding_and_decoding(key):
    model = models.autoencoder(3, [4], 2).init(key, (3,))
    x = jax.random.normal(key, (6, 3))
    np.testing.assert_array_equal(model(x), model.decoder(model.encoder(x)))


def test_a_linear_autoencoder_spans_the_principal_components():
    """Bourlard and Kamp (1988): with squared error the decoder's columns span what the first
    principal components span; here the variances 9, 4, 1, ¼ and 1⁄16 tell them apart.
    """
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    x = (rng.normal(size=(200, 5)) * [3, 2, 1, 0.5, 0.25]) @ rotation.T + 1
    algorithm = autoencoder(models.autoencoder(5, [], 2), adam(cosine_decay(0.05, steps=1500)))
    run = fit(algorithm, x, epochs=1500, batch=200)
    components = np.linalg.svd(x - x.mean(axis=0))[2][:2].T
    angles = subspace_angles(components, np.asarray(run.model.decoder.layers[-1].weight).T)
    assert angles.max() < 1e-3


def test_a_single_column_and_its_weights():
    """Rows of weight 0 count as if they were not there."""
    x = np.array([[0.0], [1.0], [2.0], [50.0]])
    algorithm = autoencoder(models.autoencoder(1, [], 1), adam(0.1))
    run = fit(algorithm, (x, None, np.array([1.0, 1.0, 1.0, 0.0])), epochs=1, batch=4)
    # the decoder's bias starts at the mean of the rows that count, and Adam's first step is 0.1
    np.testing.assert_allclose(run.model.decoder.layers[-1].bias, 1, atol=0.101)


def test_binary_inputs_can_be_validated():
    x = np.eye(4)[np.arange(40) % 4]
    algorithm = autoencoder(models.autoencoder(4, [], 2, Bernoulli()), adam(0.1))
    run = fit(algorithm, x, epochs=2, validation=0.25)
    assert {"accuracy", "val_accuracy"} <= set(run.history)


def test_inputs_that_the_likelihood_cannot_describe_are_refused():
    algorithm = autoencoder(models.autoencoder(2, [], 1, Bernoulli()), adam(0.1))
    with pytest.raises(InputError, match="Bernoulli: target in row 1, column 0"):
        fit(algorithm, [[0.0, 1.0], [3.0, 1.0]])


def test_a_refusal_names_the_half():
    model = models.Autoencoder(nn.Dense(2), nn.Dense(3)).init(jax.random.key(0), (3,))
    with pytest.raises(InputError, match="encoder › Dense: wrong input shape"):
        model(np.zeros((1, 4)))


@pytest.fixture(scope="module")
def line():
    """x = (t, 2t, −t) is a line in space, and an autoencoder of one number that knows it."""
    weight, bias = jax.numpy.array([[1.0], [2.0], [-1.0]]) / 6, jax.numpy.zeros(3)
    encoder = nn.Dense(1).replace(weight=weight, bias=bias[:1])
    decoder = nn.Dense(3).replace(weight=6 * weight.T, bias=bias)
    return models.Autoencoder(encoder, decoder)


ON, OFF = np.float32([[0.5, 1.0, -0.5]]), np.float32([[1.0, 0.0, 1.0]])


def test_verbs_on_a_line(line):
    """The projection of (1, 0, 1) on (1, 2, −1) is 0: its distance is √2, its score ½ · 2 more."""
    np.testing.assert_allclose(line.embed(ON), [[0.5]], rtol=1e-6)
    np.testing.assert_allclose(line.reconstruct(ON), ON, rtol=1e-6)
    least = 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(line.anomaly_score(np.concatenate([ON, OFF])), [least, least + 1])


def test_missing_numbers_settle_where_they_are_reconstructed(line, key):
    """x₁ = 0.5 and x₃ = −0.5 are known: x₂ ← 2(x₁ + 2x₂ − x₃)/6 goes from 0 to ⅓, then to 1."""
    x, missing = ON.copy(), np.array([[0, 1, 0]])
    x[0, 1] = np.nan
    np.testing.assert_allclose(line.impute(key, x, missing), [[0.5, 1 / 3, -0.5]], rtol=1e-5)
    np.testing.assert_allclose(line.impute(key, x, missing, rounds=50), ON, rtol=1e-5)


def test_verbs_that_it_cannot_answer(line, key):
    with pytest.raises(InputError, match="log_prob of Autoencoder"):
        line.log_prob(ON)
    with pytest.raises(InputError, match="sample of Autoencoder"):
        line.sample(key, 3)


def test_holes_that_make_no_sense_are_refused(line, key):
    with pytest.raises(InputError, match="x, row 0: every number is missing"):
        line.impute(key, ON, np.ones((1, 3)))
    with pytest.raises(InputError, match=r"missing\n.*\(1, 3\)\n.*\(3,\)"):
        line.impute(key, ON, np.ones(3))


def test_grey_comes_back_grey(key):
    model = models.autoencoder(3, [], 2, Bernoulli()).init(key, (3,))
    made = model.reconstruct(np.full((1, 3), 0.5, "float32"))
    assert ((made > 0) & (made < 1)).all()
