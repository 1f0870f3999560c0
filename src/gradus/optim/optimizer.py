"""An optimiser is a direction and a rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

Schedule = Callable[[jax.Array], jax.Array]  # step number, from 0 -> learning rate


class OptimizerState(NamedTuple):
    """The number of steps taken, and what the direction remembers (momentum, averages …)."""

    step: jax.Array
    direction: Any


@dataclass(frozen=True)
class Optimizer:
    """Move against `direction` at `rate`: θ ← θ − rate(step) · direction(gradient).

    Arguments:
        name: how it was asked for, for people to read.
        direction: an Optax transformation of gradients, with no learning rate in it.
        rate: a number, or a schedule: step number (from 0) -> learning rate.
    """

    name: str
    direction: optax.GradientTransformation
    rate: float | Schedule

    def init(self, params: Any) -> OptimizerState:
        """The state before the first step."""
        return OptimizerState(jnp.asarray(0), self.direction.init(params))

    def rate_at(self, step: jax.Array) -> jax.Array:
        """The learning rate of a step."""
        rate = self.rate(step) if callable(self.rate) else self.rate
        return jnp.asarray(rate, jnp.result_type(float))

    def update(self, gradient: Any, state: OptimizerState, params: Any):
        """The change of the parameters, to be added to them, and the next state."""
        with jax.numpy_dtype_promotion("standard"):  # Optax mixes floats with its step counter
            direction, memory = self.direction.update(gradient, state.direction, params)
        rate = self.rate_at(state.step)
        change = jax.tree.map(lambda d: (-rate * d).astype(d.dtype), direction)
        return change, OptimizerState(state.step + 1, memory)
