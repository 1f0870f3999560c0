"""What an output rests on, found by leaving out one token of a text after the other."""

from __future__ import annotations

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.checks import check_arrays
from gradus.insight.question import in_blocks, outputs_of, score, targets_of
from gradus.nn.checks import check_layer
from gradus.nn.layer import Layer


def token_occlusion(model: Layer, x: Any, target: Any = None, *, padding: int = 0) -> np.ndarray:
    """What each token adds to one output: f(x)_target − f(x without the token)_target.

    The token becomes padding; for a net that passes padding over, its neighbours then stand
    beside each other. Parts need not sum to the whole: of two words that say the same neither is
    missed.

    Arguments:
        model: takes tokens of shape (B, T), gives outputs of shape (B, k).
        x: whole numbers, shape (B, T).
        target: the number of an output, for all or for each text; by default the largest one.
        padding: the number that stands for no token.

    Returns an array of shape (B, T), 0 at padding. Raises InputError for a model of another form,
    inputs that are no tokens, and targets that are no outputs.

    >>> from gradus import nn
    >>> table = nn.Embedding.of([[0.0], [1.0], [5.0]], padding=0)
    >>> model = nn.Sequential(table, nn.MeanOverTime()).init(jax.random.key(0), (3,))
    >>> token_occlusion(model, np.array([[1, 2, 0]]))  # (1 + 5) / 2 − 5, (1 + 5) / 2 − 1
    array([[-2.,  2.,  0.]], dtype=float32)

    Li, Monroe and Jurafsky (2016).
    """
    check_layer(model)
    x, _, _ = check_arrays(x)
    if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind not in "iu":
        raise InputError(
            "token_occlusion: x",
            expected="whole numbers of shape (B, T), one for each token",
            got=f"{x.dtype} of shape {x.shape}" if isinstance(x, np.ndarray) else "several arrays",
            fix="encode texts as the model takes them: words.encode(texts)",
        )
    with located("x"):
        model.check(x)
    compiled = partial(_missed, padding=padding)
    return in_blocks(compiled, model, x, targets_of(x, target, outputs_of(model, x)))


@eqx.filter_jit
def _missed(model: Layer, x: jax.Array, target: jax.Array, *, padding: int) -> jax.Array:
    whole = score(model, x, target)

    def without(place: jax.Array) -> jax.Array:
        return whole - score(model, x.at[:, place].set(padding), target)

    return jax.lax.map(without, jnp.arange(x.shape[1])).T
