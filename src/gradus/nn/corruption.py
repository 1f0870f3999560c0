"""Noise that destroys: numbers set to zero, or to the ends of their range.

Like all noise, it is on in a pass with a key. Autoencoders learn to undo it.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class MaskingNoise(Layer):
    """Set each number to 0 with probability `rate`; the others stay as they are.

    Arguments:
        rate: probability of losing a number, 0 ≤ rate < 1; 0.3 to 0.5 is usual for inputs of a
            denoising autoencoder.

    Raises InputError for a rate outside these bounds.

    >>> MaskingNoise(0.5)(jnp.ones((1, 4)), Forward(key=random.key(0)))
    Array([[0., 0., 1., 0.]], dtype=float32)

    Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010), section 3.3. Differs from `Dropout`,
    which divides what stays by 1 − rate.
    """

    rate: float = static(0.5)

    def __check_init__(self):
        check_rate(self, self.rate)

    def __call__(self, x, forward: Forward = INFERENCE):
        if not forward.noisy:
            return x
        return jnp.where(random.bernoulli(forward.key(), self.rate, x.shape), 0, x)

    def output_shape(self, shape):
        return shape


class SaltAndPepper(Layer):
    """Set each number with probability `rate` to the lowest or the highest one, by a fair coin.

    Arguments:
        rate: probability of losing a number, 0 ≤ rate < 1.
        low: pepper, the number for black.
        high: salt, the number for white.

    Raises InputError for a rate outside these bounds.

    >>> SaltAndPepper(0.9)(jnp.full((1, 4), 0.5), Forward(key=random.key(0)))
    Array([[0., 0., 1., 0.]], dtype=float32)

    Vincent, Larochelle, Lajoie, Bengio and Manzagol (2010), section 3.3.
    """

    rate: float = static(0.1)
    low: float = static(0.0)
    high: float = static(1.0)

    def __check_init__(self):
        check_rate(self, self.rate)

    def __call__(self, x, forward: Forward = INFERENCE):
        if not forward.noisy:
            return x
        chance = random.uniform(forward.key(), x.shape)
        extreme = jnp.where(chance < self.rate / 2, self.low, self.high).astype(x.dtype)
        return jnp.where(chance < self.rate, extreme, x)

    def output_shape(self, shape):
        return shape


def check_rate(layer: Layer, rate: Any) -> None:
    """Refuse what is no probability below 1."""
    if not 0 <= rate < 1:
        raise InputError(
            type(layer).__name__,
            expected="0 ≤ rate < 1",
            got=rate,
            fix="give the share of numbers to destroy, such as 0.3",
        )
