"""Chains of layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer


class Lambda(Layer):
    """A function of a batch as a layer without weights.

    A model can be saved if its functions are decorated with `gradus.base.record.named`.

    Arguments:
        function: maps a batch to a batch, example by example.

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

    Refusals of a layer name its place in the chain.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> model = Sequential(nn.Dense(4, nn.relu), nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> model(jnp.ones((5, 3))).shape
    (5, 2)
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer | Callable):
        self.layers = tuple(as_layer(layer) for layer in layers)

    def init(self, key, shape):
        ready = []
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                ready.append(layer.init(jax.random.fold_in(key, i), shape))
                shape = ready[-1].output_shape(shape)
        return self.replace(layers=tuple(ready))

    def __call__(self, x, forward: Forward = INFERENCE):
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                x = layer(x, forward)
        return x

    def check(self, x):
        if self.layers:
            with located("layer 0"):
                self.layers[0].check(x)

    def output_shape(self, shape):
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                shape = layer.output_shape(shape)
        return shape

    def with_output_bias(self, bias):
        if not self.layers:
            return self
        *body, head = self.layers
        return self.replace(layers=(*body, head.with_output_bias(bias)))


def as_layer(layer: Any) -> Layer:
    """A layer as it is; any other function of a batch as a `Lambda`.

    Raises InputError for what is no function, and for classes of layers.
    """
    if isinstance(layer, Layer):
        return layer
    if callable(layer) and not isinstance(layer, type):
        return Lambda(layer)
    fix = "give a layer such as nn.Dense(64), or a function such as nn.relu"
    if isinstance(layer, list | tuple):
        fix = "write the layers one after the other, Sequential(a, b), or Sequential(*layers)"
    elif isinstance(layer, type):
        fix = "make a layer of the class first: nn.Dense(64), not nn.Dense"
    raise InputError(
        "not a layer", expected="a layer, or a function of a batch", got=repr(layer), fix=fix
    )


def chain(layers: tuple[Layer | Callable, ...]) -> Layer:
    """One layer as it is, several as a `Sequential`."""
    return as_layer(layers[0]) if len(layers) == 1 else Sequential(*layers)
