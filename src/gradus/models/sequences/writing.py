"""Writing tokens about something that was read."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.models.sequences.decoding import Step, side_by_side
from gradus.models.sequences.reading import Read
from gradus.nn.activations import tanh
from gradus.nn.attention.attention import Attention
from gradus.nn.dense import Dense
from gradus.nn.embedding import Embedding
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.noise import Dropout
from gradus.nn.recurrent.stack import Stack


class Glance(Layer):
    """A look at what was read: h̃ = tanh(C [h, c] + b), c = attention(h, memory).

    Arguments:
        attention: from h to the memory.
        mix: C, b and tanh.
    """

    attention: Attention
    mix: Dense

    def init(self, key, shape):
        (_, units), memory = shape
        if memory is None:
            raise InputError(
                "attention to what was read",
                expected="a reader that remembers parts, such as the steps of a sequence",
                got="one that gives a single vector",
                fix="write attention=None, or give it parts to look at",
            )
        one, two = jax.random.split(key)
        return self.replace(
            attention=self.attention.init(one, ((1, units), memory)),
            mix=self.mix.init(two, (units + memory[-1],)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        h, read = x
        memory = read.memory if read.mask is None else (read.memory, read.mask)
        return self.mixed(h, self.attention((h, memory), forward))

    def mixed(self, h: jax.Array, seen: jax.Array) -> jax.Array:
        """h̃, from h and c."""
        return self.mix(jnp.concatenate([h, seen], axis=-1))

    def again_and_again(self, read: Any, beams: int) -> Callable[[jax.Array], jax.Array]:
        """The same from h alone; what depends on the memory alone is made here, once."""
        keys = self.attention.scores.of_keys(read.memory)
        parts = side_by_side((read.memory, keys, read.mask), beams)
        return lambda h: self.mixed(h, self.attention.look(h, *parts)[0])


class Writer(Layer):
    """A decoder: layers over time that begin with what was read, and attention to its parts:

        h₀ = tanh(V summary + a),  hₜ = body(E[yₜ₋₁], hₜ₋₁),
        cₜ = attention(hₜ, memory),  h̃ₜ = tanh(C [hₜ, cₜ] + b),  logits = h̃ₜ W + d.

    Without attention h̃ is h.

    Arguments:
        embedding: E, the vectors of the tokens.
        body: layers over time.
        attention: how the memory is looked at; None: it is not.
        dropout: probability of dropping a number of the vectors, and of h̃.

    >>> from gradus import nn
    >>> writer = Writer(nn.Embedding(9, 3), nn.Stack(nn.GRU(4)))
    >>> writer = writer.ready(jax.random.key(0), summary=2, memory=None)
    >>> writer((Read(jnp.ones((1, 2))), jnp.array([[2, 5, 4]]))).shape
    (1, 3, 9)

    Luong, Pham and Manning (2015), without input feeding: all steps of known tokens are computed
    at once.
    """

    embedding: Embedding
    body: Stack
    bridge: Dense
    glance: Glance | None
    head: Dense
    dropout: Dropout

    def __init__(
        self,
        embedding: Embedding,
        body: Stack,
        attention: Attention | None = None,
        dropout: float = 0.0,
    ):
        self.embedding, self.body = embedding, body
        self.bridge = Dense(sum(map(_width, jax.tree.leaves(body.start(1)))), tanh)
        self.glance = None if attention is None else Glance(attention, Dense(self._units(), tanh))
        self.head = Dense(embedding.tokens)
        self.dropout = Dropout(dropout)

    @property
    def tokens(self) -> int:
        """V, how many tokens there are."""
        return self.embedding.tokens

    def ready(self, key: jax.Array, summary: int, memory: tuple[int, int] | None) -> Writer:
        """The writer with weights, for summaries of this width and memories of this shape."""
        keys, units = jax.random.split(key, 5), self._units()
        glance = self.glance
        return self.replace(
            embedding=self.embedding.init(keys[0], (1,)),
            body=self.body.init(keys[1], (1, self.embedding.width)),
            bridge=self.bridge.init(keys[2], (summary,)),
            glance=None if glance is None else glance.init(keys[3], ((1, units), memory)),
            head=self.head.init(keys[4], (units,)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        """Logits (B, T, V) after each token of a sequence (B, T), from (what was read, tokens)."""
        read, tokens = x
        vectors = self.dropout(self.embedding(tokens, forward), forward)
        h, _ = self.body.steps(vectors, self.start(read), None, forward)
        if self.glance is not None:
            h = self.glance((h, read), forward)
        return self.head(self.dropout(h, forward))

    def start(self, read: Read) -> Any:
        """The state before the first token."""
        leaves, structure = jax.tree.flatten(self.body.start(read.summary.shape[0]))
        numbers, parts = self.bridge(read.summary), []
        for leaf in leaves:
            parts.append(numbers[:, : _width(leaf)].reshape(leaf.shape))
            numbers = numbers[:, _width(leaf) :]
        return jax.tree.unflatten(structure, parts)

    def step(self, read: Read, beams: int = 1) -> Step:
        """The step function for decoding; what is the same at every step is made here, once."""
        look = (lambda h: h) if self.glance is None else self.glance.again_and_again(read, beams)

        def step(tokens: jax.Array, state: Any) -> tuple[jax.Array, Any]:
            vectors: Any = self.embedding(tokens[:, None])
            h, state = self.body.steps(vectors, state)
            return self.head(look(h))[:, 0], state

        return step

    def with_output_bias(self, bias):
        return self.replace(head=self.head.with_output_bias(bias))

    def _units(self) -> int:
        return self.body.output_shape((1, self.embedding.width))[-1]


def _width(array: jax.Array) -> int:
    """Numbers for each example."""
    return prod(array.shape[1:])
