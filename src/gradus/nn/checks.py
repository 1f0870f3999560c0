"""Checks that many layers share."""

from __future__ import annotations

import jax

from gradus.base.errors import InputError
from gradus.nn.layer import Layer, check_input


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
