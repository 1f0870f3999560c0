"""What noise does in a noisy pass, that it is silent otherwise, and what dropout averages."""

from __future__ import annotations

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError

NOISY = [nn.Dropout(0.5), nn.GaussianNoise(0.3), nn.WeightNoise(nn.Dense(3), std=0.3), nn.RReLU()]


@pytest.mark.parametrize("layer", NOISY, ids=lambda layer: type(layer).__name__)
def test_noise_needs_a_key_and_follows_it(layer, key):
    layer = layer.init(key, (3,))
    x = -jnp.ones((8, 3))
    silent, training = layer(x), layer(x, nn.Forward(training=True))
    np.testing.assert_array_equal(silent, training)
    one, again, other = (layer(x, nn.Forward(key=jax.random.key(i))) for i in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.any(one != other)
    assert np.any(one != silent)


def test_two_dropouts_in_one_pass_drop_different_numbers(key):
    layer = nn.Branches(nn.Dropout(), nn.Dropout())
    one, two = layer(jnp.ones((8, 8)), nn.Forward(key=key))
    assert np.any(one != two)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.9])
def test_dropout_keeps_the_mean_and_drops_its_share(rate, key):
    y = np.asarray(nn.Dropout(rate)(jnp.ones((100, 100)), nn.Forward(key=key)), np.float64)
    error = 5 * (rate * (1 - rate)) ** 0.5 / 100
    assert np.mean(y == 0) == pytest.approx(rate, abs=error)
    np.testing.assert_allclose(y[y != 0], 1 / (1 - rate), rtol=1e-6)
    assert y.mean() == pytest.approx(1, abs=error / (1 - rate) + 1e-6)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 50])
def test_dropout_refuses_other_rates(rate):
    with pytest.raises(InputError, match="Dropout") as refusal:
        nn.Dropout(rate)
    assert "0 ≤ rate < 1" in str(refusal.value)


def test_dropped_numbers_pass_no_gradient(key):
    x = jnp.ones((4, 4))
    y = nn.Dropout()(x, nn.Forward(key=key))
    slope = jax.grad(lambda x: nn.Dropout()(x, nn.Forward(key=key)).sum())(x)
    np.testing.assert_array_equal(slope, y)  # 0 where dropped, 2 elsewhere, as y for x = 1


@pytest.mark.parametrize("rate", [0.5, 0.2])
def test_softmax_regression_averages_its_sub_networks(rate, key, float64):
    """The geometric mean of the predictions of all 2⁴ masks, each with its probability as
    exponent and normalised again, is the prediction of the network without dropout."""
    model = nn.Sequential(nn.Dropout(rate), nn.Dense(3)).init(key, (4,))
    x = jax.random.normal(key, (5, 4))
    masks = np.array(list(product([0.0, 1.0], repeat=4)))
    kept = masks.sum(axis=1)
    chance = (1 - rate) ** kept * rate ** (4 - kept)
    dense = model.layers[1]
    log_p = [jax.nn.log_softmax(dense(x * mask[None] / (1 - rate))) for mask in jnp.asarray(masks)]
    mean = np.tensordot(chance, np.stack(log_p), axes=1)
    expected = np.exp(mean) / np.exp(mean).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(jax.nn.softmax(model(x)), expected, rtol=1e-12)


def test_dropout_draws_exactly_these_sub_networks(key):
    draws = nn.Dropout(0.5)(jnp.ones((500, 4)), nn.Forward(key=key))
    masks = {tuple(row) for row in np.asarray(draws)}
    assert masks == set(product([0.0, 2.0], repeat=4))


def test_gaussian_noise_has_its_standard_deviation(key):
    noise = nn.GaussianNoise(0.3)(jnp.zeros((100, 100)), nn.Forward(key=key))
    assert noise.std() == pytest.approx(0.3, rel=0.04)
    assert abs(noise.mean()) < 5 * 0.3 / 100


def test_weight_noise_disturbs_weights_only(key):
    layer = nn.WeightNoise(nn.Dense(50), std=0.2).init(key, (100,))
    bias = layer(jnp.zeros((1, 100)), nn.Forward(key=key))
    np.testing.assert_array_equal(bias, jnp.zeros((1, 50)))
    # one-hot inputs read the noise off, row by row; one draw for the whole batch
    x = jnp.eye(100)
    noise = layer(x, nn.Forward(key=key)) - layer(x)
    assert noise.std() == pytest.approx(0.2, rel=0.04)
    twice = layer(jnp.stack([x[0], x[0]]), nn.Forward(key=key))
    np.testing.assert_array_equal(twice[0], twice[1])


def test_weight_noise_leaves_frozen_weights_alone(key):
    layer = nn.WeightNoise(nn.frozen(nn.Dense(2)), std=1.0).init(key, (3,))
    np.testing.assert_array_equal(
        layer(jnp.ones((1, 3)), nn.Forward(key=key)), layer(jnp.ones((1, 3)))
    )


def test_weight_noise_hands_running_averages_and_notes_on(key):
    class Noted(nn.Layer):
        def __call__(self, x, forward=nn.INFERENCE):
            forward.note("seen", x)
            return x

    inner = nn.Sequential(nn.Dense(2), nn.BatchNorm(), Noted())
    model = nn.Sequential(nn.WeightNoise(nn.WeightNoise(inner, 0.1), 0.1)).init(key, (3,))
    forward = nn.Forward(training=True, key=key)
    y = model(jax.random.normal(key, (8, 3)), forward)
    np.testing.assert_array_equal(forward.notes["seen"][0], y)
    before, after = (m.layers[0].inner.inner.layers for m in (model, forward.updated(model)))
    assert np.all(before[1].mean != after[1].mean)
    np.testing.assert_array_equal(before[0].weight, after[0].weight)


def test_weight_noise_tells_inner_layers_which_rows_are_examples(key):
    layer = nn.WeightNoise(nn.BatchNorm(), 0.1).init(key, (2,))
    x = jnp.array([[1.0, 2.0], [3.0, 5.0], [900.0, -900.0]])
    filled = nn.Forward(training=True, key=key, present=jnp.array([1.0, 1.0, 0.0]))
    short = nn.Forward(training=True, key=key)
    np.testing.assert_allclose(layer(x, filled)[:2], layer(x[:2], short), rtol=1e-5)


def test_monte_carlo_spread_is_that_of_the_noise(key):
    """y = Σ wᵢ xᵢ mᵢ/(1−p) has variance p/(1−p) Σ (wᵢ xᵢ)²."""
    model = nn.Sequential(nn.Dropout(0.2), nn.Dense(1)).init(key, (4,))
    x = jnp.array([[1.0, 2.0, -1.0, 0.5]])
    outputs = nn.monte_carlo(model, x, key, samples=4000)
    assert outputs.shape == (4000, 1, 1)
    terms = np.asarray(model.layers[1].weight[:, 0] * x[0], np.float64)
    std = float(np.sqrt(0.25 * np.sum(terms**2)))
    assert outputs.std() == pytest.approx(std, rel=0.06)
    assert outputs.mean() == pytest.approx(float(model(x)[0, 0]), abs=5 * std / 4000**0.5)


def test_monte_carlo_keeps_batch_norm_at_inference(key):
    model = nn.BatchNorm().init(key, (3,))
    x = jax.random.normal(key, (5, 3))
    for outputs in nn.monte_carlo(model, x, key, samples=3):
        np.testing.assert_allclose(outputs, model(x), rtol=1e-6)


def test_dropout_of_nothing_draws_nothing(key):
    program = jax.make_jaxpr(lambda x: nn.Dropout(0.0)(x, nn.Forward(key=key)))(jnp.ones((2, 3)))
    assert not program.jaxpr.eqns
