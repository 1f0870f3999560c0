"""What every layer makes of an input."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import numpy as np
from jax.typing import ArrayLike

from gradus.base.errors import InputError
from gradus.insight.question import one_array
from gradus.nn.layer import Layer
from gradus.nn.watched import layer_name, watched


def activations(model: Layer, x: Any) -> dict[str, np.ndarray]:
    """The output of every layer in a model, by the names that `nn.summary` shows.

    Arguments:
        model: any layer with weights that takes one array.
        x: inputs with the batch axis first; few, as the outputs of all layers are kept.

    Returns arrays with the batch axis first, in the order in which they are computed: layers
    before the one that holds them. Layers that give several arrays are left out. Raises InputError
    for inputs that are several arrays, and for a layer with no layers in it.

    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Conv(4, 3, nn.relu), nn.MaxPool(2), nn.Flatten(), nn.Dense(2))
    >>> model = model.init(jax.random.key(0), (8, 8, 1))
    >>> {name: a.shape for name, a in activations(model, np.ones((5, 8, 8, 1))).items()}
    {'0': (5, 6, 6, 4), '1': (5, 3, 3, 4), '2': (5, 36), '3': (5, 2)}
    """
    found = _told(model, one_array(model, x))
    if not found:
        raise InputError(
            "activations: model",
            expected="a layer that holds layers",
            got=f"{type(model).__name__}, a single one",
            fix="call it: model(x) is all that it computes",
        )
    return {name: np.asarray(array) for name, array in found}


@eqx.filter_jit
def _told(model: Layer, x: ArrayLike) -> list[tuple[str, jax.Array]]:
    """Names and outputs in the order of computation, which a program keeps in a list only."""
    found: dict[str, jax.Array] = {}

    def tell(path: tuple, y: Any) -> None:
        name = layer_name(path)
        if name and isinstance(y, jax.Array):
            found[name] = y

    watched(model, tell)(x)
    return list(found.items())
