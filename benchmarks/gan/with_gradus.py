"""Gradus: many steps in one compiled loop, as in `fit`."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from benchmarks.gan.tasks import BETA1, RATE, TASKS, data
from gradus import models
from gradus.data.batch import Batch
from gradus.learn import gan
from gradus.optim import adam


def trainer(name: str) -> Callable[[], None]:
    """A run of all steps."""
    task = TASKS[name]
    pair = models.dense_gan(2, [128, 128]) if name == "points" else models.dcgan(28, width=32)
    optimizers = adam(RATE, beta1=BETA1), adam(RATE, beta1=BETA1)
    learner = gan(*pair, *optimizers, latent=task.latent, shown=0)
    x = jnp.asarray(data(name)).reshape(task.steps, task.batch, *task.shape)
    state = learner.init(jax.random.key(0), Batch(x[0]))

    @jax.jit
    def steps(state, key):
        def step(state, given):
            return learner.step(state, Batch(given[0]), jax.random.fold_in(key, given[1]))

        state, info = jax.lax.scan(step, state, (x, jnp.arange(task.steps)))
        return state, info["generator_loss"]

    def run() -> None:
        nonlocal state
        state, _ = jax.block_until_ready(steps(state, jax.random.key(1)))

    return run
