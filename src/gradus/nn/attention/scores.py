"""How well a key fits a query: the scores whose softmax is attention."""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import ClassVar

import jax
import jax.numpy as jnp

from gradus.base.checks import check_name
from gradus.base.errors import InputError, located
from gradus.base.record import Record, static, weight
from gradus.nn.attention.inputs import check_widths
from gradus.nn.initializers import GlorotUniform
from gradus.nn.layer import Layer


class Score(Record):
    """e(q, k) for every query and key.

    What depends on the keys alone is made once, by `of_keys`, however often they are asked.
    """

    learns: ClassVar[bool] = False

    def init(self, key: jax.Array, queries: int, keys: int) -> Score:
        """The score with weights for queries and keys of these widths."""
        self._check_equal(queries, keys)
        return self

    def check(self, layer: Layer, queries: jax.Array, keys: jax.Array) -> None:
        """Refuse queries and keys of widths that a layer's score cannot compare."""
        with located(type(layer).__name__):
            self._check_equal(queries.shape[-1], keys.shape[-1])

    def of_keys(self, keys: jax.Array) -> jax.Array:
        """What the score needs of the keys, shape (B, S, …)."""
        return keys

    @abstractmethod
    def __call__(self, queries: jax.Array, keys: jax.Array) -> jax.Array:
        """Scores (B, T, S) of queries (B, T, features) and of what `of_keys` made."""

    def _check_equal(self, queries: int, keys: int) -> None:
        if queries != keys:
            raise InputError(
                f"{type(self).__name__}: widths of queries and keys",
                expected=f"equal ones, {queries}",
                got=keys,
                fix='take the score "multiplicative" or "additive", or bring both to one width',
            )


class Dot(Score):
    """e = qᵀ k. Luong, Pham and Manning (2015)."""

    def __call__(self, queries, keys):
        return jnp.einsum("btd,bsd->bts", queries, keys)


class ScaledDot(Score):
    """e = qᵀ k / √features. Vaswani et al. (2017)."""

    def __call__(self, queries, keys):
        return jnp.einsum("btd,bsd->bts", queries / sqrt(queries.shape[-1]), keys)


class Multiplicative(Score):
    """e = qᵀ W k. Luong, Pham and Manning (2015), who call it "general"."""

    learns: ClassVar[bool] = True
    weight: jax.Array = weight()

    def init(self, key, queries, keys):
        if self.weight is not None:
            return self
        return self.replace(weight=GlorotUniform()(key, (queries, keys)))

    def check(self, layer, queries, keys):
        check_widths(
            layer, queries, keys, self.weight, None if self.weight is None else self.weight.T
        )

    def of_keys(self, keys):
        return keys @ self.weight.T

    def __call__(self, queries, keys):
        return jnp.einsum("btd,bsd->bts", queries, keys)


class Additive(Score):
    """e = vᵀ tanh(W q + U k). Bahdanau, Cho and Bengio (2015).

    Arguments:
        units: length of v; None: that of the queries.
    """

    learns: ClassVar[bool] = True
    units: int | None = static(None)
    query: jax.Array = weight()
    key: jax.Array = weight()
    vector: jax.Array = weight()

    def init(self, key, queries, keys):
        if self.query is not None:
            return self
        units, glorot = self.units or queries, GlorotUniform()
        one, two, three = jax.random.split(key, 3)
        return self.replace(
            query=glorot(one, (queries, units)),
            key=glorot(two, (keys, units)),
            vector=glorot(three, (units, 1))[:, 0],
        )

    def check(self, layer, queries, keys):
        check_widths(layer, queries, keys, self.query, self.key)

    def of_keys(self, keys):
        return keys @ self.key

    def __call__(self, queries, keys):
        both = (queries @ self.query)[:, :, None, :] + keys[:, None, :, :]
        return jnp.tanh(both) @ self.vector


SCORES: dict[str, Score] = {
    "dot": Dot(),
    "scaled dot": ScaledDot(),
    "multiplicative": Multiplicative(),
    "additive": Additive(),
}


def score_of(name: str, score: str) -> Score:
    """The score of a name; raises InputError for others."""
    check_name(f"{name}: score", score, SCORES)
    return SCORES[score]
