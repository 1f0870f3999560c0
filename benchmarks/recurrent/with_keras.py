"""Keras 3 on JAX, several steps per execution."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers

from benchmarks.recurrent.nets import BLOCKS, HEADS, NETS, RATE, STEPS, TOKENS, data, places

LAYERS = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}


def model_of(net: str) -> keras.Model:
    """The same net."""
    sizes = NETS[net]
    if net in LAYERS:
        x = keras.Input((sizes.length, sizes.features))
        return keras.Model(x, LAYERS[net](sizes.units, return_sequences=True)(x))
    tokens = keras.Input((sizes.length,), dtype="int32")
    h = layers.Embedding(TOKENS, sizes.units)(tokens)
    if net == "char_lm":
        for _ in range(2):
            h = layers.LSTM(sizes.units, return_sequences=True)(h)
    else:
        h = h + places(sizes.length, sizes.units)
        for _ in range(BLOCKS):
            h = block(h, sizes.units)
        h = layers.LayerNormalization(epsilon=1e-5)(h)
    return keras.Model(tokens, layers.Dense(TOKENS)(h))


def block(h, units: int):
    """Attention and a feedforward net, the norm first."""
    normal = layers.LayerNormalization(epsilon=1e-5)(h)
    h = h + layers.MultiHeadAttention(HEADS, units // HEADS)(normal, normal, use_causal_mask=True)
    normal = layers.LayerNormalization(epsilon=1e-5)(h)
    return h + layers.Dense(units)(layers.Dense(4 * units, "relu")(normal))


def trainer(net: str) -> Callable[[], None]:
    """A run of all steps."""
    x, y = data(net)
    x, y = x.reshape(-1, *x.shape[2:]), y.reshape(-1, *y.shape[2:])
    model = model_of(net)
    if net in LAYERS:
        model.compile(keras.optimizers.SGD(RATE), "mse", steps_per_execution=STEPS)
    else:
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(RATE), loss, steps_per_execution=STEPS)
    batch = NETS[net].batch
    return lambda: model.fit(x, y, batch_size=batch, verbose=0)  # pyright: ignore[reportArgumentType]
