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


class MultiplicativeCell(NamedTuple):
    """The inner cell, which sees m = (W' x) ⊙ (U' h) in the place of h."""

    inner: LSTMCell

    def __call__(self, product, constants, inputs, state):
        z, shift = inputs
        m = shift * product(0, state[0])
        return self.inner(lambda k, h: product(1, m), constants, z, state)


class JordanCell(NamedTuple):
    """h = g(z + U o), o = f(V h + c): the outputs are the state."""

    activation: Callable
    output_activation: Callable

    def __call__(self, product, constants, z, state):
        h = self.activation(z + product(0, state[0]))
        return (self.output_activation(product(1, h) + constants[None, :]),)


class LeakyCell(NamedTuple):
    """h = α ⊙ h + (1 − α) ⊙ g(z + U h), the units divided among several α."""

    activation: Callable
    alphas: tuple[float, ...]

    def __call__(self, product, constants, z, state):
        (h,) = state
        units, scales = h.shape[-1], len(self.alphas)
        alpha = jnp.array([[self.alphas[i * scales // units] for i in range(units)]], h.dtype)
        return (alpha * h + (1 - alpha) * self.activation(z + product(0, h)),)


class DelayCell(NamedTuple):
    """h = g(z + U h₁ + V h_d), from the state h₁ … h_d of the last d steps."""

    activation: Callable

    def __call__(self, product, constants, z, state):
        h = self.activation(z + product(0, state[0]) + product(1, state[-1]))
        return (h, *state[:-1])
