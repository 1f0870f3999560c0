"""Forecasters against their formulas in NumPy, and what normalisation promises."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.likelihoods import Gaussian, HeteroscedasticGaussian
from gradus.models import CausalConvolutions, DecomposedLinear, Forecaster, forecaster

KEY = jax.random.key(0)
X = np.asarray(jax.random.normal(KEY, (4, 12, 3))) + 5


def ready(model, shape=(12, 3)):
    return model.init(KEY, shape)


@eqx.filter_jit
def _said(model, x):
    return model(x)


def said(model, x):
    """What a model says, in NumPy."""
    return np.asarray(_said(model, jnp.asarray(x, jnp.float32)))


def shaken(model, by=0.1):
    """The model with all its arrays moved, so that nothing is 0."""
    keys = iter(jax.random.split(jax.random.key(1), 100))
    return jax.tree.map(lambda a: a + by * jax.random.normal(next(keys), a.shape), model)


KINDS = {
    kind: forecaster(6, 2, kind, hidden=(5,), average=3) for kind in ("linear", "rnn", "cnn", "mlp")
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_begins_with_the_last_value_and_ends_where_it_is_read(kind):
    model = ready(KINDS[kind].replace(normalise="last"))
    assert model.output_shape((12, 3)) == (6, 2)
    np.testing.assert_allclose(said(model, X), np.repeat(X[:, -1:, :2], 6, 1), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("normalise", ["last", "standard"])
def test_a_level_that_was_never_seen_is_no_other_thing(kind, normalise):
    model = shaken(ready(KINDS[kind].replace(normalise=normalise)))
    moved = X + np.array([100.0, -50.0, 0.0])
    ahead = said(model, moved) - np.array([100.0, -50.0])
    np.testing.assert_allclose(ahead, said(model, X), atol=2e-3)


def test_standardised_windows_forget_their_scale():
    model = shaken(ready(KINDS["mlp"].replace(normalise="standard")))
    wide = np.concatenate([7 * X[:, :, :2], X[:, :, 2:]], axis=2)
    np.testing.assert_allclose(said(model, wide), 7 * said(model, X), rtol=1e-3)


def test_trend_and_remainder_are_those_of_the_formula():
    """Each part and each map apart, in double precision."""
    layer = shaken(ready(DecomposedLinear(6, targets=2, average=3)), 1.0)
    x = X.astype(np.float64)
    padded = np.concatenate([x[:, :1], x, x[:, -1:]], axis=1)
    trend = (padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3
    remainder, maps, others, bias = (
        np.asarray(a, np.float64) for a in (layer.remainder, layer.trend, layer.others, layer.bias)
    )
    expected = np.zeros((4, 6, 2))
    for k in range(2):
        parts = (x - trend)[:, :, k] @ remainder + trend[:, :, k] @ maps
        expected[:, :, k] = parts / np.sqrt(12) + bias
    expected += (x[:, :, 2] @ others).reshape(4, 6, 2) / np.sqrt(12)
    np.testing.assert_allclose(said(layer, X)[..., 0], expected, rtol=1e-4, atol=1e-4)


def test_convolutions_see_the_whole_window_and_no_more_layers_than_that():
    layer = shaken(ready(CausalConvolutions(4), (12, 1)))
    assert len(layer.chain.layers) == 3  # 1 + 2 · (1 + 2 + 4) = 15 steps
    slope = jax.jit(jax.grad(lambda x: layer(x).sum()))(jnp.asarray(X[:1, :, :1]))
    assert np.all(np.asarray(slope)[0, :, 0] != 0)


@pytest.mark.parametrize(
    ("horizon", "targets", "likelihood", "shape"),
    [(1, 1, Gaussian(), ()), (6, 1, HeteroscedasticGaussian(), (6,)),
     (6, 2, Gaussian(), (6, 2)), (6, 2, HeteroscedasticGaussian(), (6, 2))],
)  # fmt: skip
def test_outputs_are_as_likelihoods_read_them(horizon, targets, likelihood, shape):
    model = ready(forecaster(horizon, targets, "mlp", outputs=likelihood.size, normalise="last"))
    assert model.output_shape((12, 3)) == likelihood.output_shape(shape)
    out = jnp.asarray(said(model, X))
    assert likelihood.log_prob(out, jnp.zeros((4, *shape))).shape == (4, *shape)
    mean = np.asarray(likelihood.predict(out)).reshape(4, horizon, targets)
    np.testing.assert_allclose(mean, np.repeat(X[:, -1:, :targets], horizon, 1), rtol=1e-5)


def test_a_body_of_your_own():
    body = nn.Sequential(nn.LSTM(3), nn.Dense(12))
    model = ready(Forecaster(body, horizon=6, targets=2))
    assert said(model, X).shape == (4, 6, 2)
    assert "Forecaster" in str(nn.summary(model, (12, 3)))


def test_they_are_saved_and_read():
    for model in map(ready, KINDS.values()):
        arrays = {}
        again = decode(encode(model, arrays), arrays)
        np.testing.assert_array_equal(said(again, X), said(model, X))


WRONG = [
    (lambda: forecaster(0), "horizon"),
    (lambda: forecaster(6, kind="lstm"), "'linear', 'rnn'"),
    (lambda: forecaster(6, normalise="mean"), "'standard', 'last'"),
    (lambda: forecaster(6, kind="mlp", hidden=(5, 0)), "hidden[1]"),
    (lambda: forecaster(6, kind="cnn", hidden=()), "hidden[0]"),
    (lambda: ready(forecaster(6, targets=4)), "4 or more, the targets first"),
    (lambda: ready(Forecaster(nn.Flatten(), horizon=6)), "nn.Dense(6)"),
    (lambda: ready(forecaster(6), (12,)), "shape of one sequence"),
]


@pytest.mark.parametrize(("use", "message"), WRONG, ids=[m for _, m in WRONG])
def test_wrong_use_is_answered(use, message):
    with pytest.raises(InputError) as refusal:
        use()
    assert message in str(refusal.value)
