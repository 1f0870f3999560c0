"""Where a step stands: attention sees a set, and what is added here makes it a sequence."""

from __future__ import annotations

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from gradus.base.errors import InputError
from gradus.base.record import static, weight
from gradus.nn.attention.inputs import last_step
from gradus.nn.checks import check_units, check_width
from gradus.nn.initializers import Initializer, Normal
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, sequences_of


class Positional(Stepwise):
    """Adds to every step a vector of its place: yₜ = xₜ + pₜ. Padding takes no place."""

    return_sequences: bool = eqx.field(default=True, static=True, kw_only=True)

    @abstractmethod
    def vectors(self, places: jax.Array, width: int) -> jax.Array:
        """pₜ for places of any shape, counted from 0; NaN for those beyond the range."""

    @abstractmethod
    def check_range(self, steps: int) -> None:
        """Refuse sequences that reach beyond the range."""

    def output_shape(self, shape):
        steps, width = check_sequence_shape(self, shape)
        return (steps, width) if self.return_sequences else (width,)

    def __call__(self, x, forward: Forward = INFERENCE):
        x, mask = sequences_of(self, x)
        outputs, _ = self.steps(x, self.start(x.shape[0]), mask, forward)
        return outputs if self.return_sequences else last_step(outputs, mask)

    def start(self, size):
        return jnp.zeros(size, jnp.int32)

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        present = jnp.ones(x.shape[:2], bool) if mask is None else mask.astype(bool)
        places = state[:, None] + jnp.cumsum(present.astype(jnp.int32), axis=1)
        if not isinstance(places, Tracer):
            self.check_range(int(places.max()))
        vectors = self.vectors(jnp.maximum(places - 1, 0), x.shape[-1])
        return x + vectors.astype(x.dtype), places[:, -1]


class PositionalEncoding(Positional):
    """Waves of many lengths: p of place t is sin(t / 10000^(2i/d)) and cos of the same, d the
    width, i = 0 … d/2 − 1: even features take the sines and odd ones the cosines.

    Arguments:
        return_sequences: whether all yₜ are returned, (B, T, d), or the last, (B, d).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Every place has its vector: there is no longest sequence.

    >>> from gradus import nn
    >>> np.round(np.asarray(nn.PositionalEncoding()(jnp.zeros((1, 2, 4)))[0]), 2)
    array([[0.  , 1.  , 0.  , 1.  ],
           [0.84, 0.54, 0.01, 1.  ]], dtype=float32)

    Vaswani et al. (2017), section 3.5, who multiply the vectors of tokens by √d before.
    """

    def check_range(self, steps):
        pass

    def vectors(self, places, width):
        pairs = np.arange(width) // 2
        rates = 10000.0 ** (-2 * pairs / width)
        quarter = np.pi / 2 * (np.arange(width) % 2)  # cos z = sin(z + π/2)
        angles = places[..., None].astype(jnp.result_type(float)) * _row(rates, places.ndim)
        return jnp.sin(angles + _row(quarter, places.ndim))


class PositionalEmbedding(Positional):
    """A learned vector for every place: yₜ = xₜ + P[t].

    Arguments:
        length: how many places there are; longer sequences are refused.
        weight_init: initialiser of P, shape (length, features).
        return_sequences: whether all yₜ are returned, (B, T, features), or the last.

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for sequences longer than the range; where a compiled program
    goes on step by step beyond it, which it cannot refuse, the outputs are NaN.

    >>> from gradus import nn
    >>> layer = nn.PositionalEmbedding(5).init(jax.random.key(0), (3, 2))
    >>> layer(jnp.zeros((1, 3, 2))).shape
    (1, 3, 2)

    Gehring, Auli, Grangier, Yarats and Dauphin (2017), section 3.1.
    """

    length: int = static()
    weight_init: Initializer = static(Normal(0.02))
    weight: jax.Array = weight()

    def __check_init__(self):
        check_units(self, self.length)

    def init(self, key, shape):
        steps, width = check_sequence_shape(self, shape)
        self.check_range(steps)
        if self.weight is not None:
            return self
        return self.replace(weight=self.weight_init(key, (self.length, width)))

    def check_range(self, steps):
        if steps > self.length:
            raise InputError(
                "PositionalEmbedding: a sequence longer than the range of positions",
                expected=f"{self.length} steps at most",
                got=steps,
                fix=f"make it for {steps} or more, cut the sequences, or take "
                "nn.PositionalEncoding, which has no longest sequence",
            )

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        check_width(self, x, None if self.weight is None else self.weight.T)
        if mask is None:
            self.check_range(x.shape[1])
        return super().steps(x, state, mask, forward)

    def vectors(self, places, width):
        return jnp.take(self.weight, places, axis=0, mode="fill", fill_value=jnp.nan)


def _row(numbers: np.ndarray, axes: int) -> jax.Array:
    return jnp.asarray(numbers, jnp.result_type(float)).reshape((1,) * axes + numbers.shape)
