"""Vectors for tokens: a table with one row for each."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from gradus.base.checks import check_whole
from gradus.base.errors import InputError, located
from gradus.base.record import static, weight
from gradus.data.checks import check_arrays
from gradus.nn.initializers import Initializer, Uniform
from gradus.nn.layer import INFERENCE, Forward, Layer, is_shape


class Embedding(Layer):
    """A learned vector for each token: (B, T) whole numbers → (B, T, width), yₜ = E[xₜ].

    Arguments:
        tokens: how many there are, numbered from 0.
        width: numbers in each vector.
        padding: the token that only fills sequences up, often 0. With it the layer gives the pair
            (vectors, mask), the mask 1 for tokens and 0 for padding, as recurrent layers take it.
        weight_init: initialiser of E, shape (tokens, width).

    Vectors that are known already, such as those of word2vec or GloVe, come by
    `Embedding.of(vectors)`; `nn.frozen` keeps them as they are.

    Raises InputError for inputs that are no whole numbers, and for tokens that are not in the
    table wherever numbers can be seen: before a run, and outside of compiled programs. In a
    compiled program such a token has a vector of NaN, never that of another token.

    >>> layer = Embedding(10, 2, padding=0).init(jax.random.key(0), (3,))
    >>> vectors, mask = layer(jnp.array([[4, 7, 0]]))
    >>> vectors.shape, mask
    ((1, 3, 2), Array([[1., 1., 0.]], dtype=float32))

    Bengio, Ducharme, Vincent and Jauvin (2003). E starts from U(±0.05), as in Keras; PyTorch
    draws from N(0, 1). In Keras a mask goes on unseen; here the pair is there to be seen.
    """

    tokens: int = static()
    width: int = static()
    padding: int | None = static(None)
    weight_init: Initializer = static(Uniform(0.05))
    weight: jax.Array = weight()

    def __check_init__(self):
        check_whole("Embedding: tokens", self.tokens, fix="give the size of the vocabulary")
        check_whole("Embedding: width", self.width, fix="give a length of the vectors, such as 64")
        if self.padding is not None and self.padding not in range(self.tokens):
            raise InputError(
                "Embedding: padding",
                expected=f"a token of the table, a whole number from 0 to {self.tokens - 1}",
                got=repr(self.padding),
                fix="padding=0, as the vectorisers have it; None where there is no padding",
            )

    @classmethod
    def of(cls, vectors: Any, padding: int | None = None) -> Embedding:
        """The layer with known vectors.

        Arguments:
            vectors: one row for each token, shape (tokens, width).
            padding: as of the layer.

        >>> Embedding.of([[0.0, 0.0], [1.0, 2.0]])(jnp.array([[1]]))
        Array([[[1., 2.]]], dtype=float32)
        """
        with located("Embedding.of"):
            given, _, _ = check_arrays(vectors)
            if getattr(given, "ndim", 0) != 2:
                raise InputError(
                    "vectors",
                    expected="one vector for each token, shape (tokens, width)",
                    got=getattr(given, "shape", type(given).__name__),
                    fix="give a table with one row for each token",
                )
        table = jnp.asarray(given, jnp.result_type(float))
        return cls(table.shape[0], table.shape[1], padding).replace(weight=table)

    def init(self, key, shape):
        self.output_shape(shape)
        if self.weight is not None:
            return self
        return self.replace(weight=self.weight_init(key, (self.tokens, self.width)))

    def __call__(self, x, forward: Forward = INFERENCE):
        _check_whole(x)
        if not isinstance(x, Tracer):
            self.check(np.asarray(x))
        # a negative number, taken as one without a sign, is beyond the table, too
        found = x.astype(jnp.uint32)
        vectors = jnp.take(self.weight, found, axis=0, mode="fill", fill_value=jnp.nan)
        if self.padding is None:
            return vectors
        return vectors, (x != self.padding).astype(vectors.dtype)

    def output_shape(self, shape):
        if not is_shape(shape):
            raise InputError(
                "Embedding: shape of one input",
                expected="one tuple of lengths, such as (T,)",
                got=shape,
                fix="give the tokens alone; Embedding(…, padding=0) makes the mask",
            )
        vectors = (*shape, self.width)
        return vectors if self.padding is None else (vectors, shape)

    def check(self, x):
        _check_whole(x)
        wrong = (x < 0) | (x >= self.tokens)
        if np.any(wrong):
            place = tuple(np.argwhere(wrong)[0].tolist())
            raise InputError(
                f"Embedding: a token that is not in the table, at {place}",
                expected=f"whole numbers from 0 to {self.tokens - 1}",
                got=int(x[place]),
                fix="number the tokens from 0, take a larger table, or give unknown tokens one "
                "number of their own",
            )


def _check_whole(x: Any) -> None:
    if not jnp.issubdtype(x.dtype, jnp.integer):
        raise InputError(
            "Embedding: tokens",
            expected="whole numbers",
            got=f"numbers of type {x.dtype}",
            fix="give the numbers of the tokens: x.astype('int32'); for a summary, dtype=jnp.int32",
        )
