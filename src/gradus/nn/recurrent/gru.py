"""Gated recurrent units: one gate that keeps or renews, one that forgets on the way."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.record import param
from gradus.nn.recurrent.cells import GRUCell, GRUResetBeforeCell
from gradus.nn.recurrent.layer import Recurrent, sums_of_inputs


class GRU(Recurrent):
    """Units that are kept by u and renewed by 1 − u; the reset r hides the past from what is new:

        h ← u ⊙ h + (1 − u) ⊙ n,  u, r = σ(W x + U h + b), each with weights of its own,
        n = tanh(W_n x + b_n + r ⊙ (U_n h + b'_n))   with `reset_after`,
        n = tanh(W_n x + b_n + U_n (r ⊙ h))          without.

    Arguments:
        units: number of units.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).
        reset_after: whether r acts after the product with U_n: one product for all gates in the
            place of two in a row, and a second bias b', of U h; or before it, as first published.
        weight_init: initialiser of W, shape (features, 3 units), in the order u, r, n.
        recurrent_init: initialiser of U, shape (units, 3 units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. `start` and `steps` carry the state on from one part of a sequence to the next.
    Raises InputError for inputs of other shapes, and masks that do not fit.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> from gradus.base.tree import count
    >>> after = nn.GRU(2).init(jax.random.key(0), (7, 3))
    >>> before = nn.GRU(2, reset_after=False).init(jax.random.key(0), (7, 3))
    >>> after(jnp.ones((5, 7, 3))).shape, count(after), count(before)
    ((5, 2), 42, 36)

    Cho et al. (2014). Order of gates and number of biases as in Keras, whose update gate is also
    the share that is kept; PyTorch has the order r, u, n and resets after.
    """

    reset_after: bool = eqx.field(default=True, static=True, kw_only=True)
    recurrent_bias: jax.Array | None = param()

    @property
    def cell(self):
        return GRUCell() if self.reset_after else GRUResetBeforeCell()

    @property
    def gates(self):
        return 3

    @property
    def matrices(self):
        if self.reset_after:
            return (self.recurrent,)
        return tuple(jnp.split(self.recurrent, [2 * self.units], axis=1))

    @property
    def constants(self):
        return self.recurrent_bias if self.reset_after else ()

    def inputs(self, x):
        # a step that cuts its own parts out of one array is compiled number by number
        weights, biases = jnp.split(self.weight, 3, axis=1), jnp.split(self.bias, 3)
        return tuple(sums_of_inputs(x, w, b) for w, b in zip(weights, biases, strict=True))

    def init(self, key, shape):
        ready = super().init(key, shape)
        if not self.reset_after or ready.recurrent_bias is not None:
            return ready
        return ready.replace(recurrent_bias=jnp.zeros(3 * self.units))
