"""Long short-term memory: gates decide what a cell keeps, takes in and shows."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.record import param
from gradus.nn.recurrent.cells import LSTMCell, PeepholeCell
from gradus.nn.recurrent.layer import Recurrent


class LSTM(Recurrent):
    """Units with a memory c that is kept by f, written by i and shown by o:

        c ← f ⊙ c + i ⊙ tanh(W_g x + U_g h + b_g),  h ← o ⊙ tanh(c),
        i, f, o = σ(W x + U h + b), each with weights of its own.

    The gradient of c on its way back through time is multiplied by f alone: it lasts where the
    unit keeps its memory.

    Arguments:
        units: number of units.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).
        peephole: whether the gates see the memory, too: i and f the one before the step, o the
            one after, each through one weight per unit.
        coupled: whether what is forgotten makes room for what is new: i = 1 − f.
        forget_bias: bias of f before training; 1 lets the memory last until it learns better.
        weight_init: initialiser of W, shape (features, 4 units), in the order i, f, g, o.
        recurrent_init: initialiser of U, shape (units, 4 units). Coupled units have no i.

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. `start` and `steps` carry the state (h, c) on from one part of a sequence to
    the next. Raises InputError for inputs of other shapes, and masks that do not fit.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = nn.LSTM(2).init(jax.random.key(0), (7, 3))
    >>> outputs, (h, c) = layer.steps(jnp.ones((5, 7, 3)), layer.start(5))
    >>> outputs.shape, h.shape, c.shape
    ((5, 7, 2), (5, 2), (5, 2))

    Hochreiter and Schmidhuber (1997); Gers, Schmidhuber and Cummins (2000); peepholes: Gers and
    Schmidhuber (2000); coupled gates and forget bias: Greff et al. (2017), Jozefowicz, Zaremba and
    Sutskever (2015). Order of gates, and one bias, as in Keras; PyTorch keeps two biases, starts
    that of f at 0, and draws all weights from U(±1/√units).
    """

    peephole: bool = eqx.field(default=False, static=True, kw_only=True)
    coupled: bool = eqx.field(default=False, static=True, kw_only=True)
    forget_bias: float = eqx.field(default=1.0, static=True, kw_only=True)
    peepholes: jax.Array | None = param()

    @property
    def cell(self):
        return (PeepholeCell if self.peephole else LSTMCell)(self.coupled)

    @property
    def gates(self):
        return 3 if self.coupled else 4

    @property
    def constants(self):
        return () if self.peepholes is None else self.peepholes

    def init(self, key, shape):
        ready = super().init(key, shape)
        if not self.peephole or ready.peepholes is not None:
            return ready
        return ready.replace(peepholes=jnp.zeros((self.gates - 1, self.units)))

    def first_bias(self):
        of_gates = [0.0] * self.gates
        of_gates[-3] = self.forget_bias
        return jnp.repeat(jnp.array(of_gates), self.units)

    def start(self, size):
        return jnp.zeros((size, self.units)), jnp.zeros((size, self.units))
