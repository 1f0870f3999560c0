"""What is read before anything is written: a sequence of tokens, or a vector."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.nn.embedding import Embedding
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape
from gradus.nn.recurrent.stack import Stack


class Read(NamedTuple):
    """What a reader hands on to a writer.

    Arguments:
        summary: one vector for each example, shape (B, width).
        memory: a vector for each of its parts, shape (B, S, features); None: there are no parts.
        mask: 1 for parts and 0 for padding, shape (B, S); None: no padding.
    """

    summary: jax.Array
    memory: jax.Array | None = None
    mask: jax.Array | None = None


class Reader(Layer):
    """A layer that gives what it has `Read`."""

    def init(self, key: jax.Array, shape: Shape) -> Reader:
        return self

    @abstractmethod
    def __call__(self, x: Any, forward: Forward = INFERENCE) -> Read:
        """What was read of a batch."""

    @abstractmethod
    def read_shapes(self, shape: Shape) -> tuple[int, tuple[int, int] | None]:
        """The width of the summary, and the shape of the memory of one example."""


class TokenReader(Reader):
    """An encoder: layers over time that see vectors of tokens; every step is remembered.

    The summary is the outputs of the first and of the last token side by side: the ends at which
    layers in either direction arrive.

    Arguments:
        embedding: the vectors of the tokens, with the padding that it knows.
        body: layers over time, which return their sequences.

    >>> from gradus import nn
    >>> body = nn.Stack(nn.GRU(4, return_sequences=True))
    >>> reader = TokenReader(nn.Embedding(9, 3, padding=0), body)
    >>> read = reader.init(jax.random.key(0), (5,))(jnp.array([[4, 7, 2, 0, 0]]))
    >>> read.summary.shape, read.memory.shape, read.mask
    ((1, 8), (1, 5, 4), Array([[1., 1., 1., 0., 0.]], dtype=float32))
    """

    embedding: Embedding
    body: Stack

    def init(self, key, shape):
        one, two = jax.random.split(key)
        embedding = self.embedding.init(one, shape)
        return self.replace(
            embedding=embedding, body=self.body.init(two, embedding.output_shape(shape))
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        vectors, mask = self.embedding(x, forward)
        memory = self.body((vectors, mask), forward)
        return Read(both_ends(memory, mask), memory, mask)

    def read_shapes(self, shape):
        steps, width = self.body.output_shape(self.embedding.output_shape(shape))
        return 2 * width, (steps, width)

    def check(self, x):
        self.embedding.check(x)


def both_ends(memory: jax.Array, mask: jax.Array) -> jax.Array:
    """The vectors of the first and of the last step that is no padding, side by side.

    >>> both_ends(jnp.array([[[1.0], [2.0], [3.0], [4.0]]]), jnp.array([[0, 1, 1, 0]]))
    Array([[2., 3.]], dtype=float32)
    """
    first = jnp.argmax(mask, axis=1)
    last = mask.shape[1] - 1 - jnp.argmax(jnp.flip(mask, axis=1), axis=1)
    ends = jnp.stack([first, last], axis=1)[:, :, None]
    return jnp.take_along_axis(memory, ends, axis=1).reshape(len(memory), -1)


class VectorReader(Reader):
    """Hands on vectors that are known, such as what a net for images makes of a picture.

    >>> VectorReader()(jnp.ones((2, 3))).summary.shape
    (2, 3)
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        return Read(x)

    def read_shapes(self, shape):
        return shape[-1], None
