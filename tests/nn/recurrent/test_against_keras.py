"""Values and gradients against Keras with the same weights, numbers of parameters, and masks."""

from __future__ import annotations

import os
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import nn
from gradus.base.tree import count

os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", minversion="3.9")  # not the folder tests/keras

LAYERS: dict[str, tuple] = {
    "simple": (nn.SimpleRNN(4), "SimpleRNN", {}),
    "relu": (nn.SimpleRNN(4, activation=nn.relu), "SimpleRNN", {"activation": "relu"}),
    "lstm": (nn.LSTM(4), "LSTM", {}),
    "gru, reset after": (nn.GRU(4), "GRU", {"reset_after": True}),
    "gru, reset before": (nn.GRU(4, reset_after=False), "GRU", {"reset_after": False}),
}


@pytest.fixture
def lenient():
    """Keras adds arrays of different ranks and types."""
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        yield


def weights_of(layer: Any) -> list:
    """Our arrays as Keras keeps them; it stacks the two biases of a GRU."""
    bias = layer.bias
    if isinstance(layer, nn.GRU) and layer.reset_after:
        bias = jnp.stack([layer.bias, layer.recurrent_bias])
    return [layer.weight, layer.recurrent, bias]


def peer_of(name, layer, **more):
    kind, options = LAYERS[name][1:]
    peer = getattr(keras.layers, kind)(4, **options, **more)
    peer.build((None, 7, 3))
    peer.set_weights([np.asarray(a) for a in weights_of(layer)])
    return peer


def ready(name):
    """The layer with weights, and biases that are not zero."""
    layer = LAYERS[name][0].init(jax.random.key(0), (7, 3))
    params = jax.tree.leaves(layer)
    keys = iter(jax.random.split(jax.random.key(1), len(params)))
    return jax.tree.map(lambda a: a + 0.3 * jax.random.normal(next(keys), a.shape), layer)


@pytest.mark.parametrize("name", LAYERS)
def test_values_and_gradients(name, lenient):
    layer = ready(name).replace(return_sequences=True)
    peer = peer_of(name, layer, return_sequences=True)
    x = jax.random.normal(jax.random.key(2), (5, 7, 3))
    variables = [v.value for v in peer.trainable_variables]

    def theirs(variables, x):
        return peer.stateless_call(variables, [v.value for v in peer.non_trainable_variables], x)[0]

    def loss(outputs):
        return jnp.sum(jnp.sin(outputs))

    np.testing.assert_allclose(layer(x), theirs(variables, x), rtol=1e-5, atol=1e-6)
    ours, of_x = jax.grad(lambda layer, x: loss(layer(x)), argnums=(0, 1))(layer, x)
    want, want_x = jax.grad(lambda v, x: loss(theirs(v, x)), argnums=(0, 1))(variables, x)
    np.testing.assert_allclose(of_x, want_x, rtol=1e-4, atol=1e-5)
    for one, other in zip(weights_of(ours), want, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", LAYERS)
def test_number_of_parameters(name, lenient):
    layer = LAYERS[name][0].init(jax.random.key(0), (7, 3))
    assert count(layer) == peer_of(name, layer).count_params()


@pytest.mark.parametrize("name", ["simple", "lstm", "gru, reset after"])
@pytest.mark.parametrize("side", ["right", "left", "middle"])
def test_masks(name, side, lenient):
    layer = ready(name).replace(return_sequences=True)
    places = {"right": [5, 6], "left": [0, 1, 2], "middle": [2, 4]}
    mask = np.ones((2, 7), bool)
    mask[0, places[side]] = False
    x = jax.random.normal(jax.random.key(2), (2, 7, 3))
    theirs = peer_of(name, layer, return_sequences=True)(x, mask=mask)
    np.testing.assert_allclose(layer((x, mask)), theirs, rtol=1e-5, atol=1e-6)


def test_embedding_then_simple_rnn(lenient):
    """10 000 · 32 = 320 000, and 32 · 32 + 32 · 32 + 32 = 2 080."""
    model = nn.Sequential(nn.Embedding(10000, 32), nn.SimpleRNN(32))
    found = nn.summary(model, (20,), jnp.int32)
    assert [row.trainable for row in found.rows] == [322080, 320000, 2080]
    peer = keras.Sequential([keras.layers.Embedding(10000, 32), keras.layers.SimpleRNN(32)])
    peer.build((None, 20))
    assert peer.count_params() == found.parameters
