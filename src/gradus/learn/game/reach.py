"""What a generator can make at all: its last activation says it."""

from __future__ import annotations

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.nn.layer import Layer

BOUNDS: dict[Callable, tuple[float, float]] = {
    nn.sigmoid: (0, 1),
    jax.nn.sigmoid: (0, 1),
    nn.tanh: (-1, 1),
    jnp.tanh: (-1, 1),
    nn.hard_tanh: (-1, 1),
    nn.relu: (0, math.inf),
    nn.softplus: (0, math.inf),
}
ROUNDING = 1e-5  # of examples that were brought to these bounds


def check_reach(generator: Layer, x: np.ndarray) -> None:
    """Refuse examples that the generator can never make: they would always be told from its own."""
    last = last_activation(generator)
    low, high = BOUNDS.get(last, (-math.inf, math.inf)) if last else (-math.inf, math.inf)
    if x.min() < low - ROUNDING or x.max() > high + ROUNDING:
        name = getattr(last, "__name__", last)
        bounds = f"from {low} to {high}" if math.isfinite(high) else f"from {low} up"
        raise InputError(
            "x holds numbers that the generator cannot make",
            expected=f"numbers {bounds}, as {name}, its last activation, gives",
            got=f"{x.min():.4g} to {x.max():.4g}",
            fix="bring x to these bounds, bytes by x / 255; or let the generator end otherwise",
        )


def last_activation(layer: Layer) -> Callable | None:
    """The function that the outputs of a layer come from; None where it cannot be seen.

    >>> last_activation(nn.Sequential(nn.Dense(4, nn.tanh), nn.Reshape((2, 2)))).__name__
    'tanh'
    """
    if isinstance(layer, nn.Sequential):
        kept = [part for part in layer.layers if not isinstance(part, nn.Reshape | nn.Flatten)]
        return last_activation(kept[-1]) if kept else None
    return layer.function if isinstance(layer, nn.Lambda) else getattr(layer, "activation", None)
