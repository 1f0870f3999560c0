"""How much of every step is seen: a softmax over what may be seen."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def attention_weights(scores: jax.Array, allowed: jax.Array | None = None) -> jax.Array:
    """α = softmax(scores) over the last axis, among what may be seen: 0 elsewhere.

    Arguments:
        scores: how well keys fit queries, shape (…, T, S).
        allowed: what may be seen, booleans of a shape that broadcasts by axes of length 1 to
            that of the scores; None: everything. Where nothing may be seen, all weights are 0.

    >>> seen = jnp.array([[[True, True, False]]])
    >>> attention_weights(jnp.zeros((1, 1, 3)), seen)
    Array([[[0.5, 0.5, 0. ]]], dtype=float32)
    """
    if allowed is None:
        return jax.nn.softmax(scores)
    # a finite number: a row of −∞ alone has no softmax, and no gradient
    hidden = jnp.finfo(scores.dtype).min
    return jnp.where(allowed, jax.nn.softmax(jnp.where(allowed, scores, hidden)), 0)


def may_see(
    queries: int, keys: int, mask: jax.Array | None, causal: bool, first: jax.Array | int = 0
) -> jax.Array | None:
    """Which of the keys every query may see, (B or 1, T, S); None: all of them.

    Arguments:
        queries, keys: T and S.
        mask: 1 for keys and 0 for padding, shape (B, S); None: no padding.
        causal: whether query t sees keys up to its own place only.
        first: the place of the first query among the keys.

    >>> may_see(2, 3, None, causal=True, first=1).astype(int)
    Array([[[1, 1, 0],
            [1, 1, 1]]], dtype=int32)
    """
    present = None if mask is None else mask.astype(bool)[:, None, :]
    if not causal:
        return present
    past = (jnp.arange(keys)[None, :] <= first + jnp.arange(queries)[:, None])[None]
    return past if present is None else past & present
