"""The liquid state machine: spiking units, seen through the traces that their spikes leave."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import random

from gradus.nn.checks import check_units
from gradus.nn.reservoir.connections import sparse
from gradus.nn.reservoir.reservoir import Reservoir, check_range

EXCITE = 0.8  # the share of units that excite those who hear them; the others inhibit


class SpikingCell(NamedTuple):
    """v = λ v + z + U s where a unit is not at rest; s = 1 where v ≥ 1, which sets v to 0 and the
    unit to rest; r = κ r + (1 − κ) s. The state is r, v, s and how many steps of rest are left.
    """

    leak: float
    trace: float
    rest: int

    def __call__(self, product, constants, z, state):
        r, v, s, resting = state
        awake = resting <= 0
        v = jnp.where(awake, self.leak * v + z + product(0, s), 0)
        s = (v >= 1).astype(v.dtype)
        resting = jnp.where(s > 0, float(self.rest), jnp.maximum(resting - 1, 0))
        return self.trace * r + (1 - self.trace) * s, v * (1 - s), s, resting


class LiquidState(Reservoir):
    """Leaky units that fire, which nothing trains; what is seen of them are their filtered spikes:

        v ← λ v + W xₜ + U s,   s = 1 where v ≥ 1 (and then v = 0),   r ← κ r + (1 − κ) s.

    Four fifths of the units excite those that hear them, the others inhibit them. The outputs r
    can be read by `models.with_readout`, or the last ones by `models.with_ridge_output`. The
    gradient of a spike is 0: no layer before this one can be trained through it.

    Arguments:
        units: how many.
        scale: W is drawn from U(±scale).
        strength: of U: a connection has the size |N(0, 1)| · strength / √connections.
        leak: λ, in (0, 1], how much of v is left after a step.
        trace: κ, in (0, 1], how much of r is left after a step.
        rest: how many steps a unit does not listen after it has fired.
        connections: how many units each one hears, in the mean.
        return_sequences: whether all r are returned, (B, T, units), or the last, (B, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for inputs of other shapes, and numbers out of their ranges.

    >>> from gradus import nn
    >>> layer = nn.LiquidState(50).init(random.key(0), (7, 3))
    >>> r = layer(jnp.ones((5, 7, 3)))
    >>> r.shape, bool((r >= 0).all()), bool(r.max() <= 1)
    ((5, 50), True, True)

    Maass, Natschläger and Markram (2002), whose units have places in space and synapses of
    their own dynamics; here units are connected at random, as those of `EchoState`.
    """

    scale: float = eqx.field(default=1.0, static=True, kw_only=True)
    strength: float = eqx.field(default=1.0, static=True, kw_only=True)
    leak: float = eqx.field(default=0.9, static=True, kw_only=True)
    trace: float = eqx.field(default=0.9, static=True, kw_only=True)
    rest: int = eqx.field(default=2, static=True, kw_only=True)
    connections: int = eqx.field(default=10, static=True, kw_only=True)

    def __check_init__(self):
        check_units(self, self.connections)
        check_range(self, "scale", 0, float("inf"))
        check_range(self, "strength", 0, float("inf"))
        check_range(self, "leak", 0, 1)
        check_range(self, "trace", 0, 1)
        check_range(self, "rest", -1, float("inf"))

    @property
    def cell(self):
        return SpikingCell(self.leak, self.trace, self.rest)

    def drawn(self, key, features):
        of_inputs, of_units = random.split(key)
        sizes = jnp.abs(sparse(of_units, self.units, self.connections))
        excite = jnp.arange(self.units) < round(EXCITE * self.units)
        heard = jnp.where(excite, 1.0, -1.0)[:, None] * sizes
        return {
            "weight": self.scale * random.uniform(of_inputs, (features, self.units), minval=-1),
            "recurrent": self.strength / self.connections**0.5 * heard,
            "bias": jnp.zeros(self.units),
        }

    def start(self, size):
        return tuple(jnp.zeros((size, self.units)) for _ in range(4))
