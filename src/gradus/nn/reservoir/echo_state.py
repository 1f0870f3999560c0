"""The echo state reservoir: random tanh units in which what was shown dies away."""

from __future__ import annotations

import equinox as eqx
import jax.numpy as jnp
from jax import random

from gradus.nn.activations import tanh
from gradus.nn.checks import check_units
from gradus.nn.recurrent.cells import LeakyCell
from gradus.nn.reservoir.connections import sparse, with_radius
from gradus.nn.reservoir.reservoir import Reservoir, check_range


class EchoState(Reservoir):
    """Random tanh units, which nothing trains: hₜ = (1 − a) hₜ₋₁ + a tanh(W xₜ + U hₜ₋₁ + b).

    A spectral radius of U below 1 lets echoes of the inputs fade, at about that factor a step.
    `models.with_readout` learns what reads the units, in closed form; a model whose outputs are
    its next inputs then goes on by itself, see `models.free_run`.

    Arguments:
        units: how many.
        radius: the largest |λ| of U.
        scale: W is drawn from U(±scale).
        bias_scale: b is drawn from U(±bias_scale).
        leak: a, in (0, 1]: 1 has no memory but U; slow series want less.
        connections: how many units each one hears, in the mean.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for inputs of other shapes, and numbers out of their ranges.

    >>> from gradus import nn
    >>> from gradus.base.tree import count
    >>> layer = nn.EchoState(50).init(random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape, count(layer, trainable=True)
    ((5, 50), 0)
    >>> bool(abs(jnp.abs(jnp.linalg.eigvals(layer.recurrent)).max() - 0.9) < 1e-4)
    True

    Jaeger (2001); Jaeger and Haas (2004); Lukoševičius (2012) on how to choose. Feedback from
    the outputs, which they draw as arrows of its own, is an input here: the outputs of the step
    before, true ones in training (teacher forcing).
    """

    radius: float = eqx.field(default=0.9, static=True, kw_only=True)
    scale: float = eqx.field(default=1.0, static=True, kw_only=True)
    bias_scale: float = eqx.field(default=0.0, static=True, kw_only=True)
    leak: float = eqx.field(default=1.0, static=True, kw_only=True)
    connections: int = eqx.field(default=10, static=True, kw_only=True)

    def __check_init__(self):
        check_units(self, self.connections)
        check_range(self, "radius", 0, float("inf"))
        check_range(self, "scale", 0, float("inf"))
        check_range(self, "leak", 0, 1)

    @property
    def cell(self):
        return LeakyCell(tanh, (1 - self.leak,))

    def drawn(self, key, features):
        of_inputs, of_units, of_bias = random.split(key, 3)
        units = self.units
        return {
            "weight": self.scale * random.uniform(of_inputs, (features, units), minval=-1),
            "recurrent": with_radius(sparse(of_units, units, self.connections), self.radius),
            "bias": self.bias_scale * random.uniform(of_bias, (units,), minval=-1),
        }

    def start(self, size):
        return (jnp.zeros((size, self.units)),)
