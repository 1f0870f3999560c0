"""Following the gradient of a loss: the step that most ways of learning share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.tree import by_name, merge, split
from gradus.data.batch import Batch
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.optim.optimizer import Optimizer, OptimizerState
from gradus.penalties import Penalty

Measure = Callable[[Any, Batch, Forward], dict[str, jax.Array]]


class State(NamedTuple):
    """What the next step needs."""

    model: Layer
    optimizer: OptimizerState


class Descent(NamedTuple):
    """The functions of an `Algorithm` that do not depend on how it starts."""

    step: Callable
    evaluate: Callable
    watch: Callable


def begin(model: Layer, optimizer: Optimizer) -> State:
    """The state before the first step of a model that has its weights."""
    return State(model, optimizer.init(split(model)[0]))


def descent(
    measure: Measure,
    optimizer: Optimizer,
    penalty: Penalty | None = None,
    form: Callable[[Callable], Callable] = lambda function: function,
) -> Descent:
    """Gradient steps: θ ← θ − ε · direction(∇J), J the measure called loss, plus a penalty.

    Arguments:
        measure: (model, batch, forward pass) -> weighted means of a batch, "loss" among them.
        optimizer: how to follow the gradient.
        penalty: what is added to the loss.
        form: what is done to a formula before it is evaluated and differentiated.
    """
    objective, measures = form(objective_of(measure, penalty)), form(measures_of(measure))

    def step(state: State, batch: Batch, key: jax.Array):
        params, rest = split(state.model)
        slope = jax.grad(objective, has_aux=True)
        gradient, (rest, info) = slope(params, rest, batch, key, state.optimizer.step)
        change, memory = optimizer.update(gradient, state.optimizer, params)
        new = merge(jax.tree.map(jnp.add, params, change), rest)
        if penalty is not None:
            new = penalty.project(new)
        info["rate"] = optimizer.rate_at(state.optimizer.step)
        return State(new, memory), info | {"trace": gradient}

    def evaluate(state: State, batch: Batch):
        return measures(*split(state.model), batch)

    def watch(state: State, gradient: Any):
        params, _ = split(state.model)
        change, _ = optimizer.update(gradient, state.optimizer, params)
        return lengths(gradient, change, params)

    return Descent(step, evaluate, watch)


def objective_of(measure: Measure, penalty: Penalty | None) -> Callable:
    """What a step makes smaller, and beside it the new state of the layers and the measures."""

    def objective(params: Any, rest: Any, batch: Batch, key: jax.Array, step: jax.Array):
        whole = merge(params, rest)
        forward = Forward(training=True, key=key, present=batch.present, step=step)
        info = measure(whole, batch, forward)
        loss = info["loss"]
        if penalty is not None:
            info["penalty"] = penalty(whole, forward.notes, batch)
            loss = loss + info["penalty"]
        return loss, (split(forward.updated(whole))[1], info)

    return objective


def measures_of(measure: Measure) -> Callable:
    """The measures of a model in use, without noise and without penalty."""

    def measures(params: Any, rest: Any, batch: Batch):
        return measure(merge(params, rest), batch, INFERENCE)

    return measures


def key_of(forward: Forward) -> jax.Array:
    """A random key, also where a pass has no noise: there it is always the same, so that what is
    validated with chance differs from epoch to epoch by the model alone.
    """
    return forward.key() if forward.noisy else jax.random.key(0)


def lengths(gradient: Any, change: Any, params: Any) -> dict[str, jax.Array]:
    """Length of every array's gradient, and of the change it makes relative to the array."""
    slopes, changes, arrays = by_name(gradient), by_name(change), by_name(params)
    found = {}
    for name, array in arrays.items():
        # side by side, the three are one loop of the compiled program and not three
        together = jnp.stack([slopes[name], changes[name], array]).reshape(3, -1)
        slope, moved, size = jnp.sqrt(jnp.sum(jnp.square(together), axis=1))
        found[f"gradient/{name}"] = slope
        found[f"update/{name}"] = moved / jnp.maximum(size, 1e-12)
    return found
