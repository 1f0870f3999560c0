"""Checks that many layers share."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.nn.layer import Layer, Shape, check_input, is_shape


def check_layer(model: Any) -> None:
    """Refuse what is no layer, such as a run in the place of its model."""
    if not isinstance(model, Layer):
        raise InputError(
            "model",
            expected="a layer with its weights",
            got=f"an object of type {type(model).__name__}",
            fix="give the model itself: `run.model` of what `fit` gave back",
        )


def check_units(layer: Layer, units: Any) -> None:
    """Refuse a number of outputs that is not a whole number from 1 up."""
    whole = isinstance(units, int | np.integer) and not isinstance(units, bool)
    if not whole or units < 1:
        raise InputError(
            f"{type(layer).__name__}: units",
            expected="a whole number from 1 up",
            got=repr(units),
            fix="give the number of outputs, such as nn.Dense(64)",
        )


def check_activation(layer: Layer, activation: Any) -> None:
    """Refuse an activation that is no plain function."""
    if isinstance(activation, Layer | type) or not callable(activation):
        name = type(layer).__name__
        fix = f"give a function, such as {name}(64, nn.relu); write a next layer after this one"
        if isinstance(activation, str):
            fix = f"give the function, not its name: nn.{activation}"
        elif isinstance(activation, Layer):
            fix = f"put it after {name} in a Sequential: nn.Sequential(nn.{name}(64), nn.PReLU())"
        raise InputError(
            f"{name}: activation", expected="a function", got=repr(activation), fix=fix
        )


def check_shape(layer: Layer, shape: Shape) -> None:
    """Refuse a shape that is not that of one array with features on its last axis."""
    if is_shape(shape) and shape:
        return
    fix = "give the shape of one example, such as (3,)"
    if shape == ():
        fix = "give x a column for its only feature: x[:, None]"
    elif isinstance(shape, tuple | dict):
        fix = "join the branches with nn.Concat() first"
    raise InputError(
        f"{type(layer).__name__}: shape of one input",
        expected="one tuple of lengths, the number of features last",
        got=shape,
        fix=fix,
    )


def check_width(layer: Layer, x: jax.Array, weights: jax.Array | None) -> int:
    """Refuse `x` unless it is a batch whose last axis fits the first axis of `weights`.

    Returns the width. Refuses a layer that has no weights yet, too.
    """
    if weights is None:
        raise InputError(
            f"{type(layer).__name__} has no weights yet",
            expected="a layer that has seen `init`",
            got="a layer straight from its constructor",
            fix="call `model = model.init(key, shape)`, with the shape of one example, first",
        )
    width = weights.shape[0]
    expected = ("B", *"TUVWXYZ"[: x.ndim - 2], width) if x.ndim > 1 else ("B", width)
    fix = f"give inputs with {width} features, or initialise a new layer for this width"
    check_input(layer, x, expected, fix)
    return width
