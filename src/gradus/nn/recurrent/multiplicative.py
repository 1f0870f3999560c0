"""LSTM units whose recurrent weights depend on the input."""

from __future__ import annotations

import jax

from gradus.base.record import weight
from gradus.nn.recurrent.bptt import of_all_steps
from gradus.nn.recurrent.cells import MultiplicativeCell
from gradus.nn.recurrent.lstm import LSTM


class MultiplicativeLSTM(LSTM):
    """An LSTM that sees m in the place of h, so that every input changes the state its own way:

        mₜ = (W' xₜ) ⊙ (U' hₜ₋₁),  gates and memory as in `LSTM`, from W xₜ + U mₜ + b.

    Arguments:
        units, return_sequences, peephole, coupled, forget_bias: as of `LSTM`.
        weight_init, recurrent_init: initialisers of W and W', and of U and U'.

    Takes sequences with or without a mask, carries a state and refuses as `LSTM` does.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = nn.MultiplicativeLSTM(2).init(jax.random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape, layer.shift.shape, layer.mixing.shape
    ((5, 2), (3, 2), (2, 2))

    Krause, Lu, Murray and Renals (2016); Radford, Jozefowicz and Sutskever (2017), who found a
    unit for sentiment in one.
    """

    shift: jax.Array = weight()
    mixing: jax.Array = weight()

    @property
    def cell(self):
        return MultiplicativeCell(super().cell)

    @property
    def matrices(self):
        return self.mixing, self.recurrent

    def init(self, key, shape):
        one, two, three = jax.random.split(key, 3)
        ready = super().init(one, shape)
        if ready.shift is not None:
            return ready
        return ready.replace(
            shift=self.weight_init(two, (ready.weight.shape[0], self.units)),
            mixing=self.recurrent_init(three, (self.units, self.units)),
        )

    def inputs(self, x):
        return super().inputs(x), of_all_steps(x, self.shift)
