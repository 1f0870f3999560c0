"""Who looked at whom: the weights of attention."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.checks import check_arrays
from gradus.insight.question import noted
from gradus.nn.checks import check_layer
from gradus.nn.layer import Layer


def attention_maps(model: Layer, x: Any) -> list[np.ndarray]:
    """The weights αₜₛ of every attention in a model, in the order of computation.

    Arguments:
        model: a layer with its weights that holds attention: nets with `nn.Attention`,
            `nn.MultiHeadAttention` or `nn.TransformerBlock`, `models.sequence_to_sequence`.
        x: inputs with the batch axis first, in the form that the model takes; few, as all weights
            are kept. Given x alone, a model that writes looks from its own tokens; given the pair
            (x, tokens), from those.

    Returns for each attention an array (B, heads, T, S): row t says what step t looked at, and
    sums to 1; what may not be seen is 0. Raises InputError for a model without attention.

    >>> from gradus import nn
    >>> model = nn.TransformerBlock(4, heads=2, causal=True).init(jax.random.key(0), (3, 4))
    >>> (weights,) = attention_maps(model, np.ones((5, 3, 4), np.float32))
    >>> weights.shape, weights[0, 0, 0].tolist()
    ((5, 2, 3, 3), [1.0, 0.0, 0.0])

    That a step is looked at does not say that the output rests on it: Jain and Wallace (2019).
    """
    check_layer(model)
    x, _, _ = check_arrays(x)
    with located("x"):
        model.check(x)
    found = noted(model, jax.tree.map(jnp.asarray, x)).get("attention")
    if not found:
        raise InputError(
            "attention_maps: model",
            expected="a model that holds attention",
            got=f"{type(model).__name__}, in which nothing looks at anything",
            fix="ask for insight.saliency or insight.activations instead",
        )
    return [np.asarray(weights) for weights in found]
