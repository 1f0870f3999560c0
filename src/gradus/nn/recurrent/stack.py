"""Layers over time on top of each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

from gradus.base.errors import InputError, located
from gradus.nn.combine import as_layer
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.recurrent.sequence import OverTime, Stepwise, sequences_of


class Stack(Stepwise):
    """A chain of layers over time that share a mask and carry their states on together.

    It is `Sequential` where there is no mask and no state to carry on. All recurrent layers but
    the last return their sequences, whatever they say.

    Arguments:
        layers: recurrent layers, and others that look at every step by itself, such as `Dense`,
            `Dropout` and `LayerNorm`.

    Its state is a tuple with one state for each layer, () for layers without. Raises InputError
    where no layer is recurrent, or one is hidden in another, where a mask would not reach it; and
    in `steps` for layers that need whole sequences.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> stack = nn.Stack(nn.LSTM(4), nn.Dropout(0.2), nn.GRU(2)).init(jax.random.key(0), (7, 3))
    >>> stack((jnp.ones((5, 7, 3)), jnp.ones((5, 7)))).shape
    (5, 2)
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer | Callable):
        given = tuple(as_layer(layer) for layer in layers)
        for i, layer in enumerate(given):
            _refuse_hidden(i, layer)
        over_time = {i: layer for i, layer in enumerate(given) if isinstance(layer, OverTime)}
        if not over_time:
            raise InputError(
                "Stack",
                expected="recurrent layers",
                got=f"{len(given)} layers, none of them recurrent",
                fix="write nn.Stack(nn.LSTM(64), nn.LSTM(64)); nn.Sequential takes other layers",
            )
        *early, last = over_time
        self.layers = tuple(
            over_time[i].with_sequences() if i in early else layer for i, layer in enumerate(given)
        )
        self.return_sequences = over_time[last].return_sequences

    def with_sequences(self):
        layers = (la.with_sequences() if isinstance(la, OverTime) else la for la in self.layers)
        return self.replace(layers=tuple(layers), return_sequences=True)

    def init(self, key, shape):
        ready = []
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                ready.append(layer.init(jax.random.fold_in(key, i), shape))
                shape = ready[-1].output_shape(shape)
        return self.replace(layers=tuple(ready))

    def __call__(self, x, forward: Forward = INFERENCE):
        x, mask = sequences_of(self, x)
        for i, layer in enumerate(self.layers):
            masked = mask is not None and isinstance(layer, OverTime)
            with located(f"layer {i}"):
                x = layer((x, mask) if masked else x, forward)
        return x

    def output_shape(self, shape):
        for i, layer in enumerate(self.layers):
            with located(f"layer {i}"):
                shape = layer.output_shape(shape)
        return shape

    def start(self, size):
        return tuple(
            layer.start(size) if isinstance(layer, Stepwise) else () for layer in self.layers
        )

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        after: list[Any] = []
        for i, (layer, before) in enumerate(zip(self.layers, state, strict=True)):
            with located(f"layer {i}"):
                x, new = _steps(layer, x, before, mask, forward)
            after.append(new)
        return x, tuple(after)


def _steps(layer: Layer, x: jax.Array, state: Any, mask: Any, forward: Forward) -> tuple[Any, Any]:
    """What a layer of a stack makes of some steps, and its state after them."""
    if isinstance(layer, Stepwise):
        return layer.steps(x, state, mask, forward)
    if isinstance(layer, OverTime):
        raise InputError(
            f"{type(layer).__name__} cannot go on where it has ended",
            expected="layers that see the steps in their order",
            got="one that begins at the end of the whole sequence",
            fix="give it whole sequences: stack(x)",
        )
    return layer(x, forward), ()


def _refuse_hidden(place: int, layer: Layer) -> None:
    """Refuse layers that hold a recurrent one and are none."""
    inside = jax.tree.leaves(layer, is_leaf=lambda node: isinstance(node, OverTime))
    if not isinstance(layer, OverTime) and any(isinstance(node, OverTime) for node in inside):
        raise InputError(
            f"Stack: layer {place}",
            expected="recurrent layers as they are, which a mask can reach",
            got=f"one inside of {type(layer).__name__}",
            fix="use nn.Sequential for sequences without padding; nn.frozen goes around the stack",
        )
