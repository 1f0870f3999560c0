"""One step of each kind of recurrence, as values: see `bptt.Cell`.

z is what depends on the inputs alone, W xₜ + b; it is made for all steps at once, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
from jax.nn import sigmoid


class SimpleCell(NamedTuple):
    """h = g(z + U h)."""

    activation: Callable

    def __call__(self, product, constants, z, state):
        (h,) = state
        return (self.activation(z + product(0, h)),)


class LSTMCell(NamedTuple):
    """c = f ⊙ c + i ⊙ tanh(g), h = o ⊙ tanh(c), from the sums i, f, g, o of every gate.

    Coupled, i is 1 − f and has no sum. The constants are the peepholes, one row for each gate.
    """

    coupled: bool
    peephole: bool

    def __call__(self, product, constants, z, state):
        h, c = state
        sums = jnp.split(z + product(0, h), 3 if self.coupled else 4, axis=-1)
        *early, g, o = sums
        if self.peephole:
            early = [s + p[None, :] * c for s, p in zip(early, constants, strict=False)]
        f = sigmoid(early[-1])
        i = 1 - f if self.coupled else sigmoid(early[0])
        c = f * c + i * jnp.tanh(g)
        if self.peephole:
            o = o + constants[-1][None, :] * c
        return sigmoid(o) * jnp.tanh(c), c


class GRUCell(NamedTuple):
    """h = u ⊙ h + (1 − u) ⊙ n, the reset r acting on U h: n = tanh(z + r ⊙ (U h + b))."""

    def __call__(self, product, constants, z, state):
        (h,) = state
        zu, zr, zn = jnp.split(z, 3, axis=-1)
        hu, hr, hn = jnp.split(product(0, h) + constants[None, :], 3, axis=-1)
        u, r = sigmoid(zu + hu), sigmoid(zr + hr)
        n = jnp.tanh(zn + r * hn)
        return (n + u * (h - n),)


class GRUResetBeforeCell(NamedTuple):
    """h = u ⊙ h + (1 − u) ⊙ n, the reset r acting on h: n = tanh(z + U (r ⊙ h))."""

    def __call__(self, product, constants, z, state):
        (h,) = state
        zu, zr, zn = jnp.split(z, 3, axis=-1)
        hu, hr = jnp.split(product(0, h), 2, axis=-1)
        u, r = sigmoid(zu + hu), sigmoid(zr + hr)
        n = jnp.tanh(zn + product(1, r * h))
        return (n + u * (h - n),)
