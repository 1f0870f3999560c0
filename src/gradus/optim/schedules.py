"""Learning rates that change with the step.

Schedules are classes with the names of functions, because they are words of a sentence, as
optimisers are: `adam(warm_up(cosine_decay(0.1, steps=1000), steps=50))`.
"""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.optim.wording import check_rate, spelled


class Schedule(Record):
    """A learning rate for every step: calling it with a step number, from 0, gives the rate.

    Steps are steps of the optimiser, one per batch.
    """

    def __check_init__(self):
        name, steps = type(self).__name__, getattr(self, "steps", 1)
        for field in ("start", "peak", "end"):
            if hasattr(self, field):
                check_rate(name, getattr(self, field))
        if not steps > 0:
            raise InputError(
                f"{name}: steps",
                expected="a number above 0",
                got=steps,
                fix="count steps: epochs times batches per epoch",
            )

    def __call__(self, step: Any) -> jax.Array:
        """The rate of a step."""
        step = jnp.asarray(step, jnp.result_type(float))
        return jnp.asarray(self.at(step), jnp.result_type(float))

    @abstractmethod
    def at(self, k: jax.Array) -> Any:
        """The rate of step k, given as a floating-point number."""

    def __repr__(self) -> str:
        first, *others = dataclasses.fields(self)
        values = {f.name: getattr(self, f.name) for f in others}
        chosen = {f.name: values[f.name] for f in others if values[f.name] is not f.default}
        return spelled(type(self).__name__, getattr(self, first.name), **chosen)


class constant(Schedule):
    """The same rate at every step: ε_k = ε₀.

    >>> constant(0.1)(1000)
    Array(0.1, dtype=float32)
    """

    start: float

    def at(self, k):
        return self.start


class linear_decay(Schedule):
    """A straight line down to step τ, then level: ε_k = (1−α)ε₀ + αε_τ, α = min(k/τ, 1).

    Arguments:
        start: ε₀.
        steps: τ.
        end: ε_τ; about 1 % of ε₀ if training goes on after τ.

    >>> linear_decay(0.1, steps=100, end=0.01)(50)
    Array(0.055, dtype=float32)

    Goodfellow, Bengio and Courville (2016), equation 8.14.
    """

    start: float
    steps: int = static()
    end: float = 0.0

    def at(self, k):
        alpha = jnp.minimum(k / self.steps, 1)
        return (1 - alpha) * self.start + alpha * self.end


class step_decay(Schedule):
    """Stairs: ε_k = ε₀ fⁿ, n = ⌊k/τ⌋.

    Arguments:
        start: ε₀.
        steps: τ, the length of a stair.
        factor: f, what the rate is multiplied by at each.

    >>> step_decay(0.1, steps=100)(250).round(6)
    Array(0.001, dtype=float32)

    PyTorch's `StepLR`, counted in steps instead of epochs.
    """

    start: float
    steps: int = static()
    factor: float = 0.1

    def at(self, k):
        return self.start * self.factor ** jnp.floor(k / self.steps)


class exponential_decay(Schedule):
    """A constant share less at each step: ε_k = ε₀ f^(k/τ).

    Arguments:
        start: ε₀.
        steps: τ, after how many steps the rate has been multiplied by f.
        factor: f.

    >>> exponential_decay(0.1, steps=100, factor=0.25)(50)
    Array(0.05, dtype=float32)

    Keras's `ExponentialDecay`; in PyTorch's `ExponentialLR` τ is one epoch.
    """

    start: float
    steps: int = static()
    factor: float = 0.1

    def at(self, k):
        return self.start * self.factor ** (k / self.steps)


class inverse_time(Schedule):
    """Slower and slower: ε_k = ε₀ / (1 + k/τ)ᵖ.

    For ½ < p ≤ 1 these rates meet the conditions of Robbins and Monro, Σε_k = ∞ and Σε_k² < ∞:
    they reach any distance, and yet the noise of the gradient dies out.

    Arguments:
        start: ε₀.
        steps: τ, after how many steps the rate is down to ε₀/2ᵖ.
        power: p.

    >>> inverse_time(0.1, steps=100)(300)
    Array(0.025, dtype=float32)

    Robbins and Monro (1951); Goodfellow, Bengio and Courville (2016), section 8.3.1.
    """

    start: float
    steps: int = static(1)
    power: float = 1.0

    def at(self, k):
        return self.start / (1 + k / self.steps) ** self.power


class cosine_decay(Schedule):
    """Half a cosine wave down to step τ, then level: ε_k = ε_τ + ½(ε₀−ε_τ)(1 + cos πα),
    α = min(k/τ, 1).

    Arguments:
        start: ε₀.
        steps: τ.
        end: ε_τ.

    >>> cosine_decay(0.1, steps=1000)(500)
    Array(0.05, dtype=float32)

    Loshchilov and Hutter (2017), without restarts.
    """

    start: float
    steps: int = static()
    end: float = 0.0

    def at(self, k):
        return _cosine(self.start, self.end, k / self.steps)


class one_cycle(Schedule):
    """Up along half a cosine wave to the peak, then down along another to almost nothing.

    Arguments:
        peak: the highest rate; the rate starts at peak/25 and ends at peak/250 000.
        steps: the length of the cycle; the rate stays level after it.
        rise: the share of the steps that go up.

    >>> one_cycle(0.1, steps=1000)(300)
    Array(0.1, dtype=float32)

    Smith and Topin (2019), with the shape and numbers of PyTorch's `OneCycleLR`, whose last step
    is `steps - 1`. The momentum stays as it is.
    """

    peak: float
    steps: int = static()
    rise: float = 0.3

    def __check_init__(self):
        if not 0 < self.rise < 1:
            raise InputError(
                "one_cycle: rise",
                expected="a number between 0 and 1",
                got=self.rise,
                fix="give the share of the steps that go up, such as 0.3",
            )

    def at(self, k):
        top = self.rise * self.steps
        start, end = self.peak / 25, self.peak / 250_000
        up = _cosine(start, self.peak, k / top)
        down = _cosine(self.peak, end, (k - top) / (self.steps - top))
        return jnp.where(k < top, up, down)


class piecewise(Schedule):
    """Constant rates that change at given steps.

    Arguments:
        rates: the rates, one more than there are changes.
        changes: the first steps of the second, third … rate.

    >>> piecewise((0.1, 0.01), changes=(1000,))(1000)
    Array(0.01, dtype=float32)
    """

    rates: tuple[float, ...]
    changes: tuple[int, ...] = static()

    def __check_init__(self):
        if len(self.rates) != len(self.changes) + 1:
            raise InputError(
                "piecewise: rates",
                expected=f"{len(self.changes) + 1} rates for {len(self.changes)} changes",
                got=self.rates,
                fix="give one rate more than changes: piecewise((0.1, 0.01), changes=(1000,))",
            )

    def at(self, k):
        rate = self.rates[0]
        for later, change in zip(self.rates[1:], self.changes, strict=True):
            rate = jnp.where(k >= change, later, rate)
        return rate


class warm_up(Schedule):
    """A straight line up from almost nothing, then another schedule from its beginning.

    In τ steps the rate rises to the schedule's first: ε_k = s(0)·(k+1)/(τ+1) for k < τ, then
    s(k−τ).

    Arguments:
        schedule: s, a schedule or a number.
        steps: τ.

    >>> schedule = warm_up(cosine_decay(0.1, steps=1000), steps=4)
    >>> schedule
    warm_up(cosine_decay(0.1, steps=1000), steps=4)
    >>> [round(float(schedule(k)), 3) for k in range(6)]
    [0.02, 0.04, 0.06, 0.08, 0.1, 0.1]

    Goyal et al. (2017). Optax starts at 0, which wastes the first step.
    """

    schedule: Callable | float
    steps: int = static()

    def __check_init__(self):
        if not callable(self.schedule):
            check_rate("warm_up", self.schedule)

    def at(self, k):
        after = self.schedule if callable(self.schedule) else constant(self.schedule)
        rising = jnp.minimum((k + 1) / (self.steps + 1), 1)
        return rising * after(jnp.maximum(k - self.steps, 0))


def _cosine(start: Any, end: Any, alpha: jax.Array) -> jax.Array:
    """From `start` at α = 0 to `end` at α = 1 along half a cosine wave, level on both sides."""
    return end + 0.5 * (start - end) * (1 + jnp.cos(jnp.pi * jnp.clip(alpha, 0, 1)))
