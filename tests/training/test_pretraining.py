"""Layer by layer: each is trained on what those below it give, and the others are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from gradus import InputError, fit, learn, models, nn, optim
from gradus.likelihoods import Mixture
from gradus.training import pretrain

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")


def coding(layer, shape):
    return learn.autoencoder(models.Autoencoder(layer, nn.Dense(shape[0])), optim.sgd(0.1))


def test_layers_learn_in_turn():
    """As by hand: the first from x, the second from what the first gives."""
    layers = [nn.Dense(3, nn.sigmoid), nn.Dense(2)]
    whole = pretrain(layers, X, coding, epochs=2, batch=16, seed=5)
    first = fit(coding(layers[0], (4,)), X, epochs=2, batch=16, seed=5).model.encoder
    codes = np.asarray(first(X))
    second = fit(coding(layers[1], (3,)), codes, epochs=2, batch=16, seed=5).model.encoder
    np.testing.assert_allclose(whole(X), second(first(X)), rtol=1e-5)
    np.testing.assert_array_equal(whole.layers[0].weight, first.weight)


def test_a_refusal_names_the_layer():
    def wrong(layer, shape):
        return learn.supervised(layer, Mixture(1), optim.sgd(0.1))

    with pytest.raises(InputError, match=r"layers\[0\] › the data has no targets"):
        pretrain([nn.Dense(2)], X, wrong)


def test_a_model_without_an_encoder_is_refused():
    def made(layer, shape):
        return learn.density(models.made(4, [], Mixture(1)), optim.sgd(0.1))

    with pytest.raises(InputError, match=r"learner\n.*encoder`\n.*Autoregressive"):
        pretrain([nn.Dense(2)], X, made, epochs=1)
