"""The plain recurrence: h ← g(W x + U h + b)."""

from __future__ import annotations

from collections.abc import Callable

from gradus.base.record import static
from gradus.nn.activations import tanh
from gradus.nn.checks import check_activation
from gradus.nn.recurrent.cells import SimpleCell
from gradus.nn.recurrent.layer import Recurrent


class SimpleRNN(Recurrent):
    """Hidden units that see the inputs and themselves one step ago: hₜ = g(W xₜ + U hₜ₋₁ + b).

    Arguments:
        units: number of hidden units.
        activation: elementwise function g.
        return_sequences: whether all hₜ are returned, (B, T, units), or the last, (B, units).
        weight_init, recurrent_init: initialisers of W (features, units) and U (units, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. `start` and `steps` carry the state on from one part of a sequence to the next.
    Raises InputError for inputs of other shapes, and masks that do not fit.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> x = jnp.ones((5, 7, 3))
    >>> layer = nn.SimpleRNN(2).init(jax.random.key(0), (7, 3))
    >>> layer(x).shape, layer.replace(return_sequences=True)(x).shape
    ((5, 2), (5, 7, 2))

    Elman (1990); Goodfellow, Bengio and Courville (2016), section 10.2. PyTorch keeps two biases,
    of which only the sum matters.
    """

    activation: Callable = static(tanh)

    def __check_init__(self):
        check_activation(self, self.activation)

    @property
    def cell(self):
        return SimpleCell(self.activation)
