"""Several attentions side by side, each of its own projections."""

from __future__ import annotations

from math import sqrt

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jax.core import Tracer

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.attention.inputs import (
    check_causal,
    check_widths,
    last_step,
    looking,
    shapes_of,
)
from gradus.nn.attention.weights import attention_weights, may_see
from gradus.nn.checks import check_units, check_width
from gradus.nn.dense import Dense
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.noise import Dropout
from gradus.nn.recurrent.sequence import Stepwise


class MultiHeadAttention(Stepwise):
    """Heads that each look for something else: y = W_o [h₁ … h_n], hᵢ = αᵢ V Wᵢ', with weights
    αᵢ = softmax(Q Wᵢ (K Wᵢ'')ᵀ / √(units / heads)); all products have a bias.

    Arguments:
        units: numbers in queries, keys, values and outputs, those of all heads together.
        heads: n, which divides `units`.
        causal: whether step t looks at steps up to t only; such a layer can go on step by step.
        cross: whether the queries look at other sequences; the input is then (queries, memory).
        dropout: probability of dropping a weight in training.
        length: how many steps it remembers when it goes on step by step, padding included; None:
            those of the sequences at `init`.
        return_sequences: whether all yₜ are returned, (B, T, units), or the last, (B, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding, which nothing looks at; with `cross`, a pair of two such inputs. What stands at
    padding in the outputs means nothing. The weights α, shape (B, heads, T, S), are noted as
    "attention", see `insight.attention_maps`. `start` and `steps` keep keys and values of the
    steps before; more steps than `length` are refused, and in a compiled program, which cannot
    refuse, their outputs are NaN.

    Raises InputError for heads that do not divide the units, and for inputs of other shapes.

    >>> from gradus import nn
    >>> layer = nn.MultiHeadAttention(8, heads=2, causal=True).init(jax.random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape
    (5, 7, 8)

    Vaswani et al. (2017), section 3.2.2. As in PyTorch, whose outputs have as many numbers;
    Keras counts the numbers of one head.
    """

    query: Dense
    key: Dense
    value: Dense
    output: Dense
    heads: int = static()
    causal: bool = static(False)
    cross: bool = static(False)
    dropout: float = static(0.0)
    length: int | None = static(None)
    return_sequences: bool = eqx.field(default=True, static=True, kw_only=True)

    def __init__(
        self,
        units: int,
        heads: int,
        *,
        causal: bool = False,
        cross: bool = False,
        dropout: float = 0.0,
        length: int | None = None,
        return_sequences: bool = True,
    ):
        check_units(self, units)
        check_causal(self, causal, cross)
        _check_heads(units, heads)
        self.query = self.key = self.value = self.output = Dense(units)
        self.heads, self.causal, self.cross = heads, causal, cross
        self.dropout, self.length = Dropout(dropout).rate, length
        self.return_sequences = return_sequences

    @property
    def units(self) -> int:
        """Numbers in each output."""
        return self.output.units

    def init(self, key, shape):
        (length, queries), (_, memory) = shapes_of(self, shape, self.cross)
        one, two, three, four = jax.random.split(key, 4)
        return self.replace(
            query=self.query.init(one, (queries,)),
            key=self.key.init(two, (memory,)),
            value=self.value.init(three, (memory,)),
            output=self.output.init(four, (self.units,)),
            length=self.length or length,
        )

    def output_shape(self, shape):
        (length, _), _ = shapes_of(self, shape, self.cross)
        return (length, self.units) if self.return_sequences else (self.units,)

    def __call__(self, x, forward: Forward = INFERENCE):
        queries, memory, query_mask, mask = looking(self, x, self.cross)
        check_widths(self, queries, memory, self.query.weight, self.key.weight)
        allowed = may_see(queries.shape[1], memory.shape[1], mask, self.causal)
        outputs = self.look(self.query(queries), *self.remembered(memory), allowed, forward)
        return outputs if self.return_sequences else last_step(outputs, query_mask)

    def remembered(self, memory: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Keys and values of all heads, each (B, S, units)."""
        return self.key(memory), self.value(memory)

    def look(
        self,
        queries: jax.Array,
        keys: jax.Array,
        values: jax.Array,
        allowed: jax.Array | None,
        forward: Forward = INFERENCE,
    ) -> jax.Array:
        """What the heads see, (B, T, units).

        Arguments:
            queries: those of all heads side by side, shape (B, T, units).
            keys, values: likewise, shape (B, S, units).
            allowed: what may be seen, shape (B or 1, T, S); None: everything.
        """
        q, k, v = map(self._apart, (queries, keys, values))
        scores = jnp.einsum("bthd,bshd->bhts", q / sqrt(q.shape[-1]), k)
        weights = attention_weights(scores, None if allowed is None else allowed[:, None])
        forward.note("attention", weights)
        seen = jnp.einsum("bhts,bshd->bthd", Dropout(self.dropout)(weights, forward), v)
        return self.output(seen.reshape(queries.shape))

    def start(self, size):
        self._check_stepwise()
        nothing = jnp.zeros((size, self.length, self.units))
        return nothing, nothing, jnp.zeros((size, self.length)), jnp.zeros(size, jnp.int32)

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        self._check_stepwise()
        check_width(self, x, self.query.weight)
        keys, values, present, used = state
        first, steps = used[0], x.shape[1]  # all sequences have taken as many steps
        self._check_room(first, steps, keys.shape[1])
        mask = jnp.ones(x.shape[:2]) if mask is None else mask
        key, value = self.remembered(x)
        keys = lax.dynamic_update_slice_in_dim(keys, key, first, axis=1)
        values = lax.dynamic_update_slice_in_dim(values, value, first, axis=1)
        present = lax.dynamic_update_slice_in_dim(
            present, mask.astype(present.dtype), first, axis=1
        )
        allowed = may_see(steps, keys.shape[1], present, causal=True, first=first)
        outputs = self.look(self.query(x), keys, values, allowed, forward)
        room = first + steps <= keys.shape[1]
        return jnp.where(room, outputs, jnp.nan), (keys, values, present, used + steps)

    def _apart(self, x: jax.Array) -> jax.Array:
        return x.reshape(*x.shape[:-1], self.heads, -1)

    def _check_stepwise(self) -> None:
        if not self.causal or self.length is None:
            raise InputError(
                f"{type(self).__name__} cannot go on step by step",
                expected="a causal layer, which has seen `init` or has a `length`",
                got="one whose steps see those after them" if not self.causal else "one without",
                fix="write causal=True" if not self.causal else "call `layer.init(key, shape)`",
            )

    def _check_room(self, first: jax.Array, steps: int, length: int) -> None:
        known = 0 if isinstance(first, Tracer) else int(first)
        if known + steps > length:
            raise InputError(
                f"{type(self).__name__}: more steps than it remembers",
                expected=f"{length} steps at most, padding included",
                got=known + steps,
                fix=f"make it with length={known + steps} or more",
            )


def _check_heads(units: int, heads: int) -> None:
    whole = isinstance(heads, int) and not isinstance(heads, bool) and heads >= 1
    if not whole or units % heads:
        raise InputError(
            "MultiHeadAttention: heads",
            expected=f"a whole number that divides the {units} units",
            got=repr(heads),
            fix="take heads such as 1, 2, 4 or 8, and units that are a multiple of them",
        )
