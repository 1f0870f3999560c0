"""Attention: every query sees a mean of the memory, weighted by how well it fits."""

from __future__ import annotations

import equinox as eqx
import jax

from gradus.base.record import static
from gradus.nn.attention.inputs import check_causal, last_step, looking, shapes_of
from gradus.nn.attention.scores import Score, score_of
from gradus.nn.attention.weights import attention_weights, may_see
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.sequence import OverTime


class Attention(OverTime):
    """A mean of the memory for every query: yₜ = Σₛ αₜₛ mₛ, αₜ = softmaxₛ e(qₜ, mₛ).

    Arguments:
        score: e(q, k), by name: "dot" qᵀk, "scaled dot" qᵀk / √features, "multiplicative" qᵀWk,
            "additive" vᵀ tanh(W q + U k).
        causal: whether step t looks at steps up to t only.
        cross: whether the queries look at other sequences; the input is then (queries, memory).
        return_sequences: whether all yₜ are returned, (B, T, width), or the last, (B, width).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding, which nothing looks at; with `cross`, a pair of two such inputs. What stands at
    padding in the outputs means nothing. The weights α, shape (B, 1, T, S), are noted as
    "attention", see `insight.attention_maps`.

    Raises InputError for other scores and inputs, and for dot products of different widths.

    >>> import jax.numpy as jnp, numpy as np
    >>> from gradus import nn
    >>> x = jnp.array([[[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]])
    >>> np.round(np.asarray(nn.Attention("dot")((x, jnp.array([[1, 1, 0]])))[0, :2]), 2)
    array([[0.73, 0.27],
           [0.27, 0.73]], dtype=float32)

    Bahdanau, Cho and Bengio (2015); Luong, Pham and Manning (2015). Keras' additive attention
    has v and neither W nor U.
    """

    scores: Score
    causal: bool = static(False)
    cross: bool = static(False)
    return_sequences: bool = eqx.field(default=True, static=True, kw_only=True)

    def __init__(
        self,
        score: str = "scaled dot",
        *,
        causal: bool = False,
        cross: bool = False,
        return_sequences: bool = True,
    ):
        check_causal(self, causal, cross)
        self.scores = score_of("Attention", score)
        self.causal, self.cross, self.return_sequences = causal, cross, return_sequences

    def init(self, key, shape):
        (_, queries), (_, memory) = shapes_of(self, shape, self.cross)
        return self.replace(scores=self.scores.init(key, queries, memory))

    def output_shape(self, shape):
        (length, _), (_, width) = shapes_of(self, shape, self.cross)
        return (length, width) if self.return_sequences else (width,)

    def __call__(self, x, forward: Forward = INFERENCE):
        queries, memory, query_mask, mask = looking(self, x, self.cross)
        self.scores.check(self, queries, memory)
        outputs, weights = self.look(queries, memory, self.scores.of_keys(memory), mask)
        forward.note("attention", weights[:, None])
        return outputs if self.return_sequences else last_step(outputs, query_mask)

    def look(
        self, queries: jax.Array, memory: jax.Array, keys: jax.Array, mask: jax.Array | None
    ) -> tuple[jax.Array, jax.Array]:
        """Means of the memory, (B, T, width), and their weights, (B, T, S).

        Arguments:
            queries: shape (B, T, features).
            memory: shape (B, S, width).
            keys: `scores.of_keys(memory)`, made once where the memory is asked again and again.
            mask: 1 for steps of the memory and 0 for padding, shape (B, S).
        """
        allowed = may_see(queries.shape[1], memory.shape[1], mask, self.causal)
        weights = attention_weights(self.scores(queries, keys), allowed)
        return weights @ memory, weights
