"""Units that reach far back in time: slow ones, and ones with connections that skip steps."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import static, weight
from gradus.nn.activations import tanh
from gradus.nn.checks import check_activation
from gradus.nn.recurrent.cells import DelayCell, LeakyCell
from gradus.nn.recurrent.layer import Recurrent


class Leaky(Recurrent):
    """Units that follow slowly: hₜ = α hₜ₋₁ + (1 − α) g(W xₜ + U hₜ₋₁ + b).

    A unit remembers about 1 / (1 − α) steps.

    Arguments:
        units: number of units.
        alphas: one or several α, each 0 ≤ α < 1; the units are divided among them in this order.
        activation: elementwise function g.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).
        weight_init, recurrent_init: initialisers of W (features, units) and U (units, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for inputs of other shapes, masks that do not fit, and other α.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = nn.Leaky(4, alphas=(0.0, 0.9)).init(jax.random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape
    (5, 4)

    Mozer (1992); Goodfellow, Bengio and Courville (2016), section 10.9.2.
    """

    alphas: tuple[float, ...] = static((0.5, 0.9))
    activation: Callable = static(tanh)

    def __check_init__(self):
        check_activation(self, self.activation)
        fits = isinstance(self.alphas, tuple) and 1 <= len(self.alphas) <= self.units
        if not fits or not all(0 <= alpha < 1 for alpha in self.alphas):
            raise InputError(
                "Leaky: alphas",
                expected="a tuple of numbers from 0 up to, not with, 1; no more than units",
                got=repr(self.alphas),
                fix="give (0.9,) for all units alike, or (0.0, 0.9, 0.99) for three time scales",
            )

    @property
    def cell(self):
        return LeakyCell(self.activation, self.alphas)


class Delay(Recurrent):
    """Units that see themselves one and d steps ago: hₜ = g(W xₜ + U hₜ₋₁ + V hₜ₋d + b).

    A gradient passes through time in steps of d, and vanishes d times as slowly.

    Arguments:
        units: number of units.
        delay: d, 2 or more.
        activation: elementwise function g.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).
        weight_init: initialiser of W (features, units).
        recurrent_init: initialiser of U and V (units, units), each divided by √2 to keep the size
            of their sum.

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for inputs of other shapes, masks that do not fit, and delays
    below 2.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = nn.Delay(4, delay=3).init(jax.random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape
    (5, 4)

    Lin, Horne, Tiňo and Giles (1996); Goodfellow, Bengio and Courville (2016), section 10.9.1.
    """

    delay: int = static(2)
    activation: Callable = static(tanh)
    delayed: jax.Array = weight()

    def __check_init__(self):
        check_activation(self, self.activation)
        if not isinstance(self.delay, int) or self.delay < 2:
            raise InputError(
                "Delay",
                expected="a whole number of steps, 2 or more",
                got=repr(self.delay),
                fix="take nn.SimpleRNN for connections over one step",
            )

    @property
    def cell(self):
        return DelayCell(self.activation)

    @property
    def matrices(self):
        return self.recurrent, self.delayed

    def init(self, key, shape):
        one, other = jax.random.split(key)
        ready = super().init(one, shape)
        if ready.delayed is not None:
            return ready
        delayed = self.recurrent_init(other, (self.units, self.units))
        return ready.replace(recurrent=ready.recurrent / 2**0.5, delayed=delayed / 2**0.5)

    def start(self, size):
        return tuple(jnp.zeros((size, self.units)) for _ in range(self.delay))
