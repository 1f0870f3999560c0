"""One step of each kind of recurrence, as values: see `bptt.Cell`.

z is what depends on the inputs alone, W xₜ + b; it is made for all steps at once, before the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np


def gates(sums: jax.Array, kinds: str) -> list[jax.Array]:
    """σ of every part marked "σ", and tanh of every part marked "t", by one tanh for all parts:
    σ(z) = ½ + ½ tanh(z / 2).

    One function over one array takes half the time of four over its parts.

    >>> [float(gate[0, 0]) for gate in gates(jnp.zeros((1, 2)), "σt")]
    [0.5, 0.0]
    """
    scale = np.repeat([1.0 if kind == "t" else 0.5 for kind in kinds], sums.shape[-1] // len(kinds))
    scale = jnp.asarray(scale[None, :], sums.dtype)
    return jnp.split(scale * jnp.tanh(scale * sums) + (1 - scale), len(kinds), axis=-1)


def sigmoid(z: jax.Array) -> jax.Array:
    """σ(z) = ½ + ½ tanh(z / 2), the same function as in `gates`."""
    return 0.5 + 0.5 * jnp.tanh(0.5 * z)


class SimpleCell(NamedTuple):
    """h = g(z + U h)."""

    activation: Callable

    def __call__(self, product, constants, z, state):
        (h,) = state
        return (self.activation(z + product(0, h)),)


class LSTMCell(NamedTuple):
    """c = f ⊙ c + i ⊙ tanh(g), h = o ⊙ tanh(c), with the sums of i, f, g, o side by side.

    Coupled, i is 1 − f and has no sum.
    """

    coupled: bool

    def __call__(self, product, constants, z, state):
        h, c = state
        *i, f, g, o = gates(z + product(0, h), "σtσ" if self.coupled else "σσtσ")
        c = f * c + (1 - f if self.coupled else i[0]) * g
        return o * jnp.tanh(c), c


class PeepholeCell(NamedTuple):
    """As `LSTMCell`, the gates seeing c through the constants: a row for each of i, f and o."""

    coupled: bool

    def __call__(self, product, constants, z, state):
        h, c = state
        parts = jnp.split(z + product(0, h), 3 if self.coupled else 4, axis=-1)
        *early, g, o = parts
        early = [sigmoid(s + p[None, :] * c) for s, p in zip(early, constants, strict=False)]
        c = early[-1] * c + (1 - early[-1] if self.coupled else early[0]) * jnp.tanh(g)
        return sigmoid(o + constants[-1][None, :] * c) * jnp.tanh(c), c


class GRUCell(NamedTuple):
    """h = u ⊙ h + (1 − u) ⊙ n, the reset r acting on U h: n = tanh(z + r ⊙ (U h + b))."""

    def __call__(self, product, constants, z, state):
        (h,) = state
        seen = jnp.split(product(0, h) + constants[None, :], 3, axis=-1)
        u, r = sigmoid(z[0] + seen[0]), sigmoid(z[1] + seen[1])
        n = jnp.tanh(z[2] + r * seen[2])
        return (n + u * (h - n),)


class GRUResetBeforeCell(NamedTuple):
    """h = u ⊙ h + (1 − u) ⊙ n, the reset r acting on h: n = tanh(z + U (r ⊙ h))."""

    def __call__(self, product, constants, z, state):
        (h,) = state
        seen = jnp.split(product(0, h), 2, axis=-1)
        u, r = sigmoid(z[0] + seen[0]), sigmoid(z[1] + seen[1])
        n = jnp.tanh(z[2] + product(1, r * h))
        return (n + u * (h - n),)


class MultiplicativeCell(NamedTuple):
    """The inner cell, which sees m = (W' x) ⊙ (U' h) in the place of h."""

    inner: LSTMCell | PeepholeCell

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
