"""An optimiser is a direction, a rate and a momentum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from gradus.optim.wording import check_rate

Rate = float | jax.Array | Callable[[jax.Array], Any]  # a number, or step number -> number

NO_MOMENTUM = optax.identity()


class OptimizerState(NamedTuple):
    """The number of steps taken, and what the direction and the momentum remember."""

    step: jax.Array
    direction: Any
    velocity: Any


@dataclass(frozen=True, repr=False)
class Optimizer:
    """Step against a direction: θ ← θ + momentum(−rate(step) · direction(gradient)).

    Arguments:
        name: how it was asked for, for people to read.
        direction: an Optax transformation of gradients, with no learning rate in it.
        rate: a number, which may be traced, or a schedule: step number (from 0) -> learning rate.
        momentum: an Optax transformation of the steps, after the rate is in them.

    Raises InputError for a rate below 0 or one that is not a single number.

    Any Optax transformation can be the direction:

    >>> import optax
    >>> lamb = optax.chain(optax.scale_by_adam(), optax.scale_by_trust_ratio())
    >>> Optimizer("lamb", lamb, rate=0.01)
    lamb
    """

    name: str
    direction: optax.GradientTransformation
    rate: Rate
    momentum: optax.GradientTransformation = NO_MOMENTUM

    def __post_init__(self):
        if not callable(self.rate):
            check_rate(self.name, self.rate)

    def __repr__(self) -> str:
        return self.name

    def init(self, params: Any) -> OptimizerState:
        """The state before the first step."""
        start = jnp.zeros((), jnp.int32)
        return OptimizerState(start, self.direction.init(params), self.momentum.init(params))

    def rate_at(self, step: jax.Array) -> jax.Array:
        """The learning rate of a step."""
        rate = self.rate(step) if callable(self.rate) else self.rate
        return jnp.asarray(rate, jnp.result_type(float))

    def update(self, gradient: Any, state: OptimizerState, params: Any):
        """The change of the parameters, to be added to them, and the next state."""
        rate = self.rate_at(state.step)
        with jax.numpy_dtype_promotion("standard"):  # Optax mixes floats with its step counter
            direction, memory = self.direction.update(gradient, state.direction, params)
            steps = jax.tree.map(lambda d, g: (-rate * d).astype(g.dtype), direction, gradient)
            change, velocity = self.momentum.update(steps, state.velocity, params)
        return change, OptimizerState(state.step + 1, memory, velocity)
