"""Keras' schedules: a learning rate for every step, counted from 0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.keras.arguments import Described


@dataclass(frozen=True)
class LearningRateSchedule(Described):
    """A function of the number of the step."""

    def __call__(self, step: Any) -> jax.Array:
        """The rate of a step."""
        return self.rate(jnp.asarray(step, jnp.result_type(float)))

    def rate(self, t: jax.Array) -> jax.Array:
        """The rate of step t."""
        raise InputError(
            f"schedule {type(self).__name__}",
            expected="a class with `__call__(step)`, or with `rate(t)`",
            got="neither",
            fix="def __call__(self, step): return 0.1 / (1 + step)",
        )


@dataclass(frozen=True)
class ExponentialDecay(LearningRateSchedule):
    """ε · decay_rate^(t / decay_steps); in stairs, t / decay_steps is rounded down.

    >>> float(ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20))
    0.02500000037252903
    """

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "ExponentialDecay"

    def rate(self, t):
        return self.initial_learning_rate * self.decay_rate ** stairs(self, t)


@dataclass(frozen=True)
class InverseTimeDecay(LearningRateSchedule):
    """ε / (1 + decay_rate · t / decay_steps)."""

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float
    staircase: bool = False
    name: str = "InverseTimeDecay"

    def rate(self, t):
        return self.initial_learning_rate / (1 + self.decay_rate * stairs(self, t))


@dataclass(frozen=True)
class PolynomialDecay(LearningRateSchedule):
    """From ε to the end rate as (1 − t / decay_steps)^power, and there it stays."""

    initial_learning_rate: float
    decay_steps: int
    end_learning_rate: float = 0.0001
    power: float = 1.0
    cycle: bool = False
    name: str = "PolynomialDecay"

    def __post_init__(self):
        self.only(cycle=False)

    def rate(self, t):
        left = 1 - jnp.minimum(t, self.decay_steps) / self.decay_steps
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * left**self.power + self.end_learning_rate


@dataclass(frozen=True)
class CosineDecay(LearningRateSchedule):
    """ε (α + (1−α) (1 + cos πt/T) / 2), after a rise over the first `warmup_steps` where given."""

    initial_learning_rate: float
    decay_steps: int
    alpha: float = 0.0
    name: str = "CosineDecay"
    warmup_target: float | None = None
    warmup_steps: int = 0

    def rate(self, t):
        top = self.initial_learning_rate if self.warmup_target is None else self.warmup_target
        warm = self.warmup_steps if self.warmup_target is not None else 0
        done = jnp.clip((t - warm) / self.decay_steps, 0, 1)
        fallen = top * ((1 - self.alpha) * 0.5 * (1 + jnp.cos(math.pi * done)) + self.alpha)
        rising = self.initial_learning_rate + (top - self.initial_learning_rate) * t / max(warm, 1)
        return jnp.where(t < warm, rising, fallen)


@dataclass(frozen=True)
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[i] up to and including step boundaries[i], the last value from there on."""

    boundaries: Any
    values: Any
    name: str = "PiecewiseConstant"

    def __post_init__(self):
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        object.__setattr__(self, "values", tuple(self.values))

    def rate(self, t):
        passed = jnp.sum(t > jnp.asarray(self.boundaries, t.dtype))
        return jnp.asarray(self.values, t.dtype)[passed]


def stairs(schedule: Any, t: jax.Array) -> jax.Array:
    """t / decay_steps, rounded down where the schedule goes in stairs."""
    share = t / schedule.decay_steps
    return jnp.floor(share) if schedule.staircase else share
