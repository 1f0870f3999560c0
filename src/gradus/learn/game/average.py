"""A running average of a model's parameters, which is steadier than the model itself."""

from __future__ import annotations

from typing import TypeVar

import jax
import jax.numpy as jnp

from gradus.base.tree import merge, split
from gradus.nn.layer import Layer

Model = TypeVar("Model", bound=Layer)


def moved_average(average: Model, model: Model, decay: float, step: jax.Array) -> Model:
    """θ̄ ← d θ̄ + (1 − d) θ with d = min(decay, (1 + t) / (10 + t)) at step t = 0, 1, …

    The weights at the start are forgotten soon: d begins at 0.1. Running averages of layers are
    those of the model.

    >>> from gradus import nn
    >>> old, new = nn.PReLU().replace(slope=jnp.zeros(1)), nn.PReLU().replace(slope=jnp.ones(1))
    >>> moved_average(old, new, 0.999, jnp.asarray(0)).slope
    Array([0.9], dtype=float32)

    Polyak and Juditsky (1992); Karras and others (2018) for generators; d is TensorFlow's.
    """
    t = step.astype(jnp.result_type(float))
    d = jnp.minimum(decay, (1 + t) / (10 + t))
    old, (now, rest) = split(average)[0], split(model)
    return merge(jax.tree.map(lambda a, p: d * a + (1 - d) * p, old, now), rest)
