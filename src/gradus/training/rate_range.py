"""Which learning rates are worth trying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.training.door import as_batch
from gradus.training.part import shuffled, take

SMOOTHING = 0.9  # of the running mean of the loss
BLOWN_UP = 4.0  # times the lowest loss


@dataclass(frozen=True, eq=False)
class RateRange:
    """The loss while the learning rate grows, step by step.

    Arguments:
        rates: learning rate of each step, growing by a constant factor.
        losses: loss of each step, as a running mean.
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def limit(self) -> float:
        """The rate from which on the loss blows up: the end of what can be used."""
        floor = np.fmin.accumulate(self.losses)
        blown = ~(self.losses <= floor + (BLOWN_UP - 1) * np.abs(floor))
        return float(self.rates[np.argmax(blown)] if blown.any() else self.rates[-1])

    @property
    def suggested(self) -> float:
        """A tenth of the rate at which the loss was lowest: fast, with room to spare."""
        return float(self.rates[np.nanargmin(self.losses)] / 10)

    def __str__(self) -> str:
        return f"try {self.suggested:.1g}; the loss blows up from {self.limit:.1g} on"


def rate_range(
    make: Callable[[Any], Algorithm],
    data: Any,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 200,
    batch: int = 32,
    seed: int = 0,
) -> RateRange:
    """The learning-rate range test: one short run whose rate grows from low to high.

        ε_k = low · (high/low)^(k/(n−1))

    Arguments:
        make: rate or schedule -> Algorithm, such as
            `lambda rate: supervised(model, likelihood, adam(rate))`.
        data: as for `fit`.
        low, high: the first and the last learning rate.
        steps: n, how many steps the run has.
        batch: examples per step, drawn at random.

    Raises InputError unless 0 < low < high, or where the data cannot be learned from.

    >>> import numpy as np
    >>> from gradus import nn, rate_range, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import sgd
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> make = lambda rate: supervised(nn.Dense(1), Gaussian(), sgd(rate))
    >>> found = rate_range(make, (x, 3 * x[:, 0]), low=1e-4, high=100)
    >>> 0.01 < found.suggested < found.limit < 20
    True

    Smith (2017), Cyclical learning rates for training neural networks, section 3.3. To measure
    instead of guess, train several rates side by side: `fit_many(make, data, vary(rate=[…]))`.
    """
    if not 0 < low < high or steps < 2:
        raise InputError(
            "rate_range",
            expected="0 < low < high, and 2 steps or more",
            got=f"low={low}, high={high}, steps={steps}",
            fix="low=1e-6, high=10, steps=200",
        )
    growth = (high / low) ** (1 / (steps - 1))

    def schedule(step):
        return low * jnp.power(growth, step.astype(jnp.result_type(float)))

    algorithm = make(schedule)
    examples = jax.device_put(as_batch(algorithm, data))
    losses = _losses(algorithm, examples, seed, steps, min(batch, examples.size))
    return RateRange(low * growth ** np.arange(steps), running_mean(np.asarray(losses)))


def running_mean(values: np.ndarray) -> np.ndarray:
    """Exponential running mean, unbiased at its start; NaN from the first NaN on.

    >>> running_mean(np.array([1.0, 1.0, 1.0]))
    array([1., 1., 1.])
    """
    mean, means = 0.0, []
    for i, value in enumerate(values, start=1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * float(value)
        means.append(mean / (1 - SMOOTHING**i))
    return np.array(means)


def _losses(algorithm: Algorithm, examples: Batch, seed: int, steps: int, batch: int) -> jax.Array:
    """The loss of every step of one run, compiled as one program."""
    rows = np.arange(examples.size, dtype=np.int32)
    epochs = -(-steps * batch // examples.size)
    orders = np.concatenate([shuffled(rows, seed, epoch, 1) for epoch in range(epochs)])
    key = random.key(seed)

    @jax.jit
    def run(examples, batches):
        state = algorithm.init(random.fold_in(key, 0), take(examples, rows))

        def step(state, given):
            number, rows = given
            noise = random.fold_in(key, number + 1)
            state, info = algorithm.step(state, take(examples, rows), noise)
            return state, info["loss"]

        return jax.lax.scan(step, state, (jnp.arange(steps), batches))[1]

    return run(examples, orders[: steps * batch].reshape(steps, batch))
