"""The perceptron rule of 1957: learn from mistakes alone, without a gradient."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.nn import Dense, Layer
from gradus.nn.initializers import Zeros


class State(NamedTuple):
    """The separating plane, and the mistakes made so far."""

    model: Layer
    mistakes: jax.Array


def perceptron() -> Algorithm:
    """Rosenblatt's rule for targets ±1: w ← w + y x 1[y ≠ ŷ], with ŷ = sign(w·x + b), sign(0) = +1.

    The examples of a batch are learned one after the other. On separable data it makes at most
    (R/γ)² mistakes, R the longest input (with the 1 of the bias) and γ the margin of a separating
    plane of length 1. The history counts the `mistakes`; `loss` is the error rate of the epoch.

    >>> import numpy as np
    >>> from gradus import fit
    >>> x = np.array([[2.0, 1.0], [1.0, 3.0], [-1.0, -2.0], [-3.0, 1.0]], "float32")
    >>> y = np.array([1, 1, -1, -1])
    >>> run = fit(perceptron(), (x, y), epochs=5, batch=4)
    >>> np.sign(run.outputs(x)[:, 0])
    array([ 1.,  1., -1., -1.], dtype=float32)

    Rosenblatt (1958); the bound is Novikoff's (1962).
    """

    def init(key: jax.Array, batch: Batch) -> State:
        model = Dense(1, weight_init=Zeros()).init(key, batch.x.shape[1:])
        return State(model, jnp.asarray(0))

    def learn_one(model, example: tuple) -> tuple[Dense, jax.Array]:
        x, y, counts = example
        mistake = (sign(model(x[None, :]))[0, 0] != y) & counts
        change = jnp.where(mistake, y, 0).astype(x.dtype)
        weight, bias = model.weight + change * x[:, None], model.bias + change
        return model.replace(weight=weight, bias=bias), mistake

    def step(state: State, batch: Batch, key: jax.Array):
        present = jnp.ones(batch.size, bool) if batch.weight is None else batch.weight > 0
        model, mistakes = jax.lax.scan(learn_one, state.model, (batch.x, batch.y, present))
        return State(model, state.mistakes + jnp.sum(mistakes)), {"loss": batch.mean(mistakes)}

    def evaluate(state: State, batch: Batch):
        return {"loss": batch.mean(sign(state.model(batch.x))[:, 0] != batch.y)}

    def watch(state: State, trace: None):
        return {"mistakes": state.mistakes}

    return Algorithm(init, step, evaluate, watch, check, settings={"rule": "perceptron"})


def check(data: Batch) -> None:
    """Refuse targets other than −1 and +1."""
    require_targets(data)
    wrong = ~np.isin(data.y, (-1, 1))
    if np.any(wrong):
        row = int(np.argmax(wrong))
        raise InputError(
            f"perceptron: target in row {row}",
            expected="−1 or +1",
            got=data.y[row],
            fix="give the two classes as −1 and +1: y = 2 * (y == positive) - 1",
        )


def sign(z: jax.Array) -> jax.Array:
    """+1 for z ≥ 0, −1 otherwise."""
    return jnp.where(z >= 0, 1, -1)
