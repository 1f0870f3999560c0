"""What keeps an autoencoder from copying: corruption, contraction, sparsity, a narrow code."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import InputError, fit, models, nn, penalties
from gradus.base.tree import merge, split
from gradus.data.batch import Batch
from gradus.learn import autoencoder
from gradus.learn.contraction import steepness
from gradus.likelihoods import Gaussian, Mixture
from gradus.nn import Forward
from gradus.optim import sgd

X = jax.random.normal(jax.random.key(7), (5, 3))


def gradient(algorithm, x=X, weight=None):
    """The gradient of the first step, and the model it is at."""
    batch = Batch(x, None, weight)
    state = algorithm.init(jax.random.key(0), batch)
    return jax.jit(algorithm.step)(state, batch, jax.random.key(1))[1]["trace"], state.model


def by_hand(loss, model):
    """The gradient of a loss of a model."""
    params, rest = split(model)
    return jax.jit(jax.grad(lambda p: loss(merge(p, rest))))(params)


def close(ours, theirs):
    for a, b in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def error(model, seen, x):
    """−log p of unit Gaussians, without its constant."""
    return 0.5 * jnp.mean(jnp.square(model(seen) - x))


def test_what_is_corrupted_is_compared_with_what_is_clean():
    """Noise that adds 1 to every number: the loss is that of g(f(x + 1)) against x."""

    class Shift(nn.Layer):
        def __call__(self, x, forward=nn.INFERENCE):
            return x + 1 if forward.noisy else x

    model = models.autoencoder(3, [4], 2, activation=nn.tanh)
    ours, at = gradient(autoencoder(model, sgd(0.1), corrupt=Shift()))
    close(ours, by_hand(lambda m: error(m, X + 1, X), at))


def test_validation_has_noise_and_always_the_same():
    """Keys do not enter `evaluate`: noise of standard deviation 9 shows, and twice the same."""
    model, batch = models.autoencoder(3, [], 2), Batch(X)
    algorithm = autoencoder(model, sgd(0.1), corrupt=nn.GaussianNoise(9.0))
    state = algorithm.init(jax.random.key(0), batch)
    first, second = (float(algorithm.evaluate(state, batch)["mse"]) for _ in range(2))
    assert first == second > float(jnp.mean(jnp.square(state.model(X) - X))) + 1


def jacobian_squared(encoder, x):
    """Σ of the squared slopes of one example's code, by the definition."""
    return jnp.sum(jnp.square(jax.jacobian(lambda row: encoder(row[None])[0])(x)))


@pytest.mark.parametrize("activation", [nn.sigmoid, nn.tanh, nn.identity])
def test_contraction_of_one_layer_is_exact(activation, key, float64):
    layer = nn.Dense(4, activation).init(key, (3,))
    layer, x = jax.tree.map(lambda a: a.astype(float), (layer, X))
    definition = jax.vmap(lambda row: jacobian_squared(layer, row))(x)
    np.testing.assert_allclose(steepness(layer, x, key), definition, rtol=1e-12)
    chain = nn.Sequential(nn.Flatten(), layer)
    np.testing.assert_allclose(steepness(chain, x, key), definition, rtol=1e-12)


def test_contraction_of_a_deep_encoder_is_right_on_average(key):
    """1 000 questions; the bound is five of the standard errors that they show."""
    deep = nn.Sequential(nn.Dense(5, nn.tanh), nn.Dense(3, nn.tanh)).init(key, (3,))
    definition = jax.vmap(lambda row: jacobian_squared(deep, row))(X)
    asked = jax.jit(jax.vmap(lambda k: steepness(deep, X, k)))(jax.random.split(key, 1000))
    error = asked.std(axis=0) / np.sqrt(1000)
    assert float(jnp.max(jnp.abs(asked.mean(axis=0) - definition) / error)) < 5


def test_contraction_is_what_is_added_to_the_loss():
    model = models.autoencoder(3, [], 2, code_activation=nn.sigmoid)
    ours, at = gradient(autoencoder(model, sgd(0.1), contraction=0.7))

    def loss(m):
        steep = jax.vmap(lambda row: jacobian_squared(m.encoder, row))(X)
        return error(m, X, X) + 0.7 * jnp.mean(steep)

    close(ours, by_hand(loss, at))


def test_contraction_can_vary_between_members():
    """Side by side it is traced: nobody asks whether it is 0."""

    def measures(contraction):
        algorithm = autoencoder(models.autoencoder(3, [], 2), sgd(0.1), contraction=contraction)
        state = algorithm.init(jax.random.key(0), Batch(X))
        return algorithm.step(state, Batch(X), jax.random.key(1))[1]

    assert "penalty" in jax.eval_shape(measures, 0.1)


def test_sparse_codes_by_kl_against_the_definition():
    model = models.autoencoder(3, [], 4, code_activation=nn.sigmoid)
    ours, at = gradient(autoencoder(model, sgd(0.1), penalty=penalties.sparsity(0.3, 0.1)))

    def loss(m):
        share = m.embed(X).mean(axis=0)
        kl = 0.1 * jnp.log(0.1 / share) + 0.9 * jnp.log(0.9 / (1 - share))
        return error(m, X, X) + 0.3 * jnp.sum(kl)

    close(ours, by_hand(loss, at))


def test_rows_of_no_weight_are_in_no_share():
    notes = {"code": [jnp.array([[0.2], [0.2], [0.9]])]}
    batch = Batch(jnp.zeros((3, 1)), None, jnp.array([1.0, 1.0, 0.0]))
    assert float(penalties.sparsity(1.0, 0.2)(None, notes, batch)) == pytest.approx(0, abs=1e-6)


def test_a_code_that_can_hold_everything_is_said():
    def said(columns, code, **given):
        model, batch = models.autoencoder(columns, [], code), Batch(jnp.ones((4, columns)))
        algorithm = autoencoder(model, sgd(0.1), **given)
        return algorithm.remarks(algorithm.init(jax.random.key(0), batch), batch)

    assert "3 numbers for an x of 3: it can be copied" in said(3, 3)["code"]
    assert said(3, 2) == said(3, 3, corrupt=nn.MaskingNoise(0.3)) == {}
    assert said(3, 3, contraction=0.1) == said(3, 3, penalty=penalties.sparsity(0.1)) == {}


def test_tied_weights_are_one_and_learn_from_both_sides():
    model = models.autoencoder(3, [], 2, tied=True)
    ours, at = gradient(autoencoder(model, sgd(0.1)))
    w, b, c = at.encoder.layers[-1].weight, at.encoder.layers[-1].bias, at.biases[0]
    slope = jax.grad(lambda w: 0.5 * jnp.mean(jnp.square((X @ w + b[None]) @ w.T + c[None] - X)))(w)
    np.testing.assert_allclose(ours.encoder.layers[-1].weight, slope, rtol=1e-4, atol=1e-6)
    assert len(jax.tree.leaves(ours)) == 3  # W, b and c


def test_tied_halves_mirror_each_other(key):
    model = models.autoencoder(6, [5, 4], 2, activation=nn.tanh, tied=True).init(key, (6,))
    up, down = model.decoder.layers, model.encoder.layers[1:][::-1]
    assert [layer.units for layer in up] == [4, 5, 6]
    assert [layer.activation for layer in up] == [nn.tanh, nn.tanh, nn.identity]
    for back, there in zip(up, down, strict=True):
        np.testing.assert_array_equal(back.weight, there.weight.T)
    x = jnp.ones((2, 6))
    np.testing.assert_array_equal(model(x), model.decoder(model.encoder(x)))
    assert model.init(key, (6,)).biases is not None  # weights that are there are kept


def test_tied_layers_can_be_watched():
    tied = models.autoencoder(6, [5], 2, tied=True)
    assert nn.summary(tied, (6,)).parameters == 6 * 5 + 5 * 2 + (5 + 2) + (5 + 6)


def test_a_convolutional_one_describes_pictures(key):
    encoder = nn.Sequential(
        nn.Conv(4, 3, nn.relu, stride=2, padding="same"), nn.Flatten(), nn.Dense(3)
    )
    decoder = nn.Sequential(
        nn.Dense(2 * 2 * 4, nn.relu), nn.Reshape((2, 2, 4)), nn.ConvTranspose(1, 2, stride=2)
    )
    model, x = models.Autoencoder(encoder, decoder), np.zeros((2, 4, 4, 1), "float32")
    autoencoder(model, sgd(0.1)).check(Batch(x))
    assert model.init(key, (4, 4, 1)).reconstruct(x).shape == x.shape


BAD = {
    "a net": (lambda: autoencoder(nn.Dense(2), sgd(0.1)), r"model\n.*an autoencoder"),
    "noise as a number": (
        lambda: autoencoder(models.autoencoder(3, [], 2), sgd(0.1), corrupt=0.3),
        r"corrupt\n.*a layer of noise\n.*0\.3",
    ),
    "pictures for a table": (
        lambda: fit(autoencoder(models.autoencoder(4, [], 2), sgd(0.1)), np.zeros((3, 2, 2, 1))),
        r"do not describe x\n.*\(2, 2, 1\).*\n.*\(4,\)\n.*reshape",
    ),
    "pictures of two sizes": (
        lambda: fit(
            autoencoder(models.autoencoder(4, [], 2), sgd(0.1)),
            [np.zeros((2, 2)), np.zeros((3, 2))],
        ),
        "a list of arrays of different shapes\n.*images must be of one size",
    ),
    "a likelihood of two outputs, tied": (
        lambda: models.autoencoder(3, [], 2, Mixture(2), tied=True),
        r"one output for each number.*\n.*which needs 6",
    ),
    "contraction below 0": (
        lambda: autoencoder(models.autoencoder(3, [], 2), sgd(0.1), contraction=-1.0),
        r"contraction\n.*a number from 0 up",
    ),
    "contraction in words": (
        lambda: autoencoder(models.autoencoder(3, [], 2), sgd(0.1), contraction="much"),
        r"contraction\n.*a number from 0 up\n.*'much'",
    ),
    "a single layer to tie": (
        lambda: models.TiedAutoencoder(nn.Dense(2)),
        r"dense layers in nn.Sequential.*\n.*Dense",
    ),
    "convolutions to tie": (
        lambda: models.TiedAutoencoder(nn.Sequential(nn.Conv(2, 3), nn.Dense(2))),
        r"no others with weights\n.*Conv, Dense",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_slips_are_refused(name):
    wrong, message = BAD[name]
    with pytest.raises(InputError, match=message):
        wrong()


def test_a_pass_notes_the_code(key):
    model, forward = models.autoencoder(3, [], 2).init(key, (3,)), Forward()
    model(X, forward)
    assert forward.notes["code"][0].shape == (5, 2)
    assert isinstance(model.likelihood, Gaussian)
