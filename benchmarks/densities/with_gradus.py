"""Many steps of `learn.density` in one compiled loop, as `fit` runs them."""

from __future__ import annotations

from collections.abc import Callable

import jax

from benchmarks.densities.flows import COLUMNS, HIDDEN, LAYERS, RATE, data
from gradus import models
from gradus.data.batch import Batch
from gradus.learn import density
from gradus.optim import adam


def trainer() -> Callable[[], float]:
    """A run of all steps, which gives their mean loss."""
    algorithm = density(models.flow(COLUMNS, LAYERS, hidden=HIDDEN), adam(RATE))
    x = jax.numpy.asarray(data())
    state = algorithm.init(jax.random.key(0), Batch(x.reshape(-1, COLUMNS)))

    @jax.jit
    def steps(state, x):
        def step(state, x):
            state, info = algorithm.step(state, Batch(x), jax.random.key(1))
            return state, info["loss"]

        return jax.lax.scan(step, state, x)

    def run() -> float:
        nonlocal state
        state, losses = steps(state, x)
        return float(losses.mean())

    return run
