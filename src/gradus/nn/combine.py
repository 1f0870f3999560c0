"""Layers made of layers: chains, branches, residuals; several inputs and outputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from gradus.base.errors import located
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class Lambda(Layer):
    """A function of a batch as a layer without weights.

    >>> import jax.numpy as jnp
    >>> Lambda(jnp.sin)(jnp.zeros((2, 1)))
    Array([[0.],
           [0.]], dtype=float32)
    """

    function: Callable = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        return self.function(x)


class Sequential(Layer):
    """Layers one after the other: y = fₙ(… f₂(f₁(x))).

    Arguments:
        layers: layers, or functions of a batch.
    """

    layers: tuple

    def __init__(self, *layers: Layer | Callable):
        self.layers = tuple(as_layer(layer) for layer in layers)

    def init(self, key, shape):
        keys = jax.random.split(key, max(len(self.layers), 1))
        ready = []
        for i, (layer, k) in enumerate(zip(self.layers, keys, strict=True)):
            with located(f"layer {i}"):
                ready.append(layer.init(k, shape))
                shape = ready[-1].output_shape(shape)
        return self.replace(layers=tuple(ready))

    def __call__(self, x, forward: Forward = INFERENCE):
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                x = layer(x, forward)
        return x

    def output_shape(self, shape):
        for layer in self.layers:
            shape = layer.output_shape(shape)
        return shape

    def with_output_bias(self, bias):
        *body, head = self.layers
        return self.replace(layers=(*body, head.with_output_bias(bias)))


def as_layer(layer: Any) -> Layer:
    """A layer as it is; any other function of a batch as a `Lambda`."""
    return layer if isinstance(layer, Layer) else Lambda(layer)
