"""Many steps in one compiled loop, as `fit` runs them."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from benchmarks.recurrent.nets import BLOCKS, HEADS, NETS, RATE, TOKENS, data
from gradus import nn, supervised
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.likelihoods import Categorical
from gradus.optim import adam

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.SimpleRNN}


def trainer(net: str) -> Callable[[], None]:
    """A run of all steps."""
    return layer_trainer(net) if net in LAYERS else net_trainer(algorithm_of(net), net)


def layer_trainer(net: str) -> Callable[[], None]:
    """Plain gradient descent on the mean square of the outputs."""
    x, y = map(jnp.asarray, data(net))
    layer = LAYERS[net](NETS[net].units, return_sequences=True)
    layer = layer.init(jax.random.key(0), x.shape[2:])

    @jax.jit
    def steps(layer, x, y):
        def step(layer, batch):
            x, y = batch
            slope = jax.grad(lambda layer: jnp.square(layer(x) - y).mean())(layer)
            return jax.tree.map(lambda w, g: w - RATE * g, layer, slope), None

        return jax.lax.scan(step, layer, (x, y))[0]

    def run():
        nonlocal layer
        layer = jax.block_until_ready(steps(layer, x, y))

    return run


def algorithm_of(net: str) -> Algorithm:
    """Maximum likelihood of the next token, by Adam."""
    units = NETS[net].units
    body = {
        "char_lm": lambda: (
            nn.Embedding(TOKENS, units),
            *(nn.LSTM(units, return_sequences=True) for _ in range(2)),
        ),
        "transformer": lambda: (
            *(nn.Embedding(TOKENS, units), nn.PositionalEncoding()),
            *(nn.TransformerBlock(units, HEADS, causal=True) for _ in range(BLOCKS)),
            nn.LayerNorm(),
        ),
    }[net]()
    return supervised(nn.Sequential(*body, nn.Dense(TOKENS)), Categorical(TOKENS), adam(RATE))


def net_trainer(algorithm: Algorithm, net: str) -> Callable[[], None]:
    """The steps of an algorithm."""
    x, y = map(jnp.asarray, data(net))
    state = algorithm.init(jax.random.key(0), Batch(x[0], y[0]))

    @jax.jit
    def steps(state, x, y):
        def step(state, batch):
            state, info = algorithm.step(state, Batch(*batch), jax.random.key(1))
            return state, info["loss"]

        return jax.lax.scan(step, state, (x, y))

    def run():
        nonlocal state
        state, _ = jax.block_until_ready(steps(state, x, y))

    return run
