"""The Transformer's block: look around, then think about each step by itself."""

from __future__ import annotations

from collections.abc import Callable

import equinox as eqx
import jax

from gradus.base.errors import InputError, located
from gradus.nn.activations import relu
from gradus.nn.attention.inputs import last_step
from gradus.nn.attention.multi_head import MultiHeadAttention
from gradus.nn.combine import Sequential
from gradus.nn.dense import Dense
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.noise import Dropout
from gradus.nn.norm import LayerNorm
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, sequences_of


class TransformerBlock(Stepwise):
    """Two residual steps: h = x + attention(norm(x)), y = h + feedforward(norm(h)).

    The feedforward net is Dense(hidden, g) and Dense(units), the same at every step. The norm
    comes before each part, so that a path without any leads through all blocks; after the last
    block there should be a `LayerNorm`.

    Arguments:
        units: numbers in every step, of inputs and outputs.
        heads: of its `MultiHeadAttention`; divides `units`.
        hidden: units of the feedforward net; None: 4 units.
        causal: whether step t looks at steps up to t only; such a block can go on step by step.
        dropout: probability of dropping a weight of attention, a hidden unit of the feedforward
            net, and a number that either part adds.
        activation: g.
        length: how many steps it remembers when it goes on step by step; None: those at `init`.
        return_sequences: whether all yₜ are returned, (B, T, units), or the last, (B, units).

    Takes sequences (B, T, units), or the pair of these and a mask (B, T) of 1 for steps and 0 for
    padding, which nothing looks at. What stands at padding in the outputs means nothing. `start`
    and `steps` carry keys and values on. Raises InputError for inputs of another width.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> block = nn.TransformerBlock(8, heads=2, causal=True).init(jax.random.key(0), (7, 8))
    >>> block(jnp.ones((5, 7, 8))).shape
    (5, 7, 8)

    Vaswani et al. (2017), with the norm first, as in Xiong et al. (2020) and in PyTorch's
    `norm_first=True`.
    """

    attention: MultiHeadAttention
    feedforward: Sequential
    first_norm: LayerNorm
    second_norm: LayerNorm
    dropout: Dropout
    return_sequences: bool = eqx.field(default=True, static=True, kw_only=True)

    def __init__(
        self,
        units: int,
        heads: int,
        *,
        hidden: int | None = None,
        causal: bool = False,
        dropout: float = 0.0,
        activation: Callable = relu,
        length: int | None = None,
        return_sequences: bool = True,
    ):
        with located("TransformerBlock"):
            self.attention = MultiHeadAttention(
                units, heads, causal=causal, dropout=dropout, length=length
            )
            self.dropout = Dropout(dropout)
            wide = Dense(4 * units if hidden is None else hidden, activation)
            self.feedforward = Sequential(wide, self.dropout, Dense(units))
        self.first_norm = self.second_norm = LayerNorm()
        self.return_sequences = return_sequences

    def init(self, key, shape):
        steps, width = self._checked(shape)
        one, two = jax.random.split(key)
        with located("TransformerBlock"):
            return self.replace(
                attention=self.attention.init(one, (steps, width)),
                feedforward=self.feedforward.init(two, (steps, width)),
                first_norm=self.first_norm.init(one, (width,)),
                second_norm=self.second_norm.init(two, (width,)),
            )

    def output_shape(self, shape):
        steps, width = self._checked(shape)
        return (steps, width) if self.return_sequences else (width,)

    def __call__(self, x, forward: Forward = INFERENCE):
        x, mask = sequences_of(self, x)
        with located("TransformerBlock"):
            normal = self.first_norm(x, forward)
            seen = self.attention(normal if mask is None else (normal, mask), forward)
            outputs = self._think(x, seen, forward)
        return outputs if self.return_sequences else last_step(outputs, mask)

    def start(self, size):
        return self.attention.start(size)

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        with located("TransformerBlock"):
            seen, state = self.attention.steps(self.first_norm(x, forward), state, mask, forward)
            return self._think(x, seen, forward), state

    def _think(self, x: jax.Array, seen: jax.Array, forward: Forward) -> jax.Array:
        """Both residual steps, from what was seen."""
        h = x + self.dropout(seen, forward)
        made = self.feedforward(self.second_norm(h, forward), forward)
        return h + self.dropout(made, forward)

    def _checked(self, shape) -> tuple[int, int]:
        (steps, width), units = check_sequence_shape(self, shape), self.attention.units
        if width != units:
            raise InputError(
                "TransformerBlock: features of every step",
                expected=units,
                got=width,
                fix=f"make it with units={width}, or put nn.Dense({units}) before it",
            )
        return steps, width
