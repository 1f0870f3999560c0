"""Layers one after the other."""

from __future__ import annotations

from typing import Any

from gradus.base.errors import InputError
from gradus.keras.layers.base import InputLayer, Layer, fresh_name
from gradus.keras.model import Model
from gradus.keras.shapes import is_shape
from gradus.keras.tensors import KerasTensor
from gradus.keras.wiring import plan


class Sequential(Model):
    """Layers one after the other, given as a list or added one by one.

    Arguments:
        layers: the layers, perhaps with an `Input` at the beginning.
        name: for people to read.

    >>> from gradus.keras import layers
    >>> model = Sequential([layers.Input((4,)), layers.Dense(3), layers.Dense(2)])
    >>> model.count_params(), model.output_shape
    (23, (None, 2))

    Without an input shape, weights are made when the first data is seen.
    """

    def __init__(self, layers: Any = None, name: str | None = None):
        Layer.__init__(self, name=name or fresh_name("Sequential"))
        self._begin()
        self.chain: list[Layer] = []
        self.entry: InputLayer | None = None
        self.tails: list[Any] = []  # the symbol of the input, then those after each layer
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer at the end; raises InputError for what is no layer."""
        if isinstance(layer, KerasTensor) and isinstance(layer.node.layer, InputLayer):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise InputError(
                f"{self.name}.add",
                expected="a layer, such as layers.Dense(1)",
                got=f"the class {layer.__name__}" if isinstance(layer, type) else repr(layer),
                fix="call the class: layers.Dense(1); functions go into layers.Lambda(function)",
            )
        if isinstance(layer, InputLayer):
            self._enter(layer)
        else:
            self._guess_input(layer)
            self._call(layer)
            self.chain.append(layer)
        self._replan()

    def pop(self) -> Layer:
        """Take the last layer away."""
        if not self.chain:
            raise InputError(f"{self.name}.pop", expected="a layer", got="none", fix="add one")
        self.tails = self.tails[:-1]
        layer = self.chain.pop()
        self._replan()
        return layer

    @property
    def layers(self) -> list[Layer]:
        return list(self.chain)

    def build(self, size: Any = None) -> None:
        """Fix the shape of the inputs; the batch axis, None, may be first, as in Keras."""
        if self.entry is None and size is not None:
            size = tuple(size)
            if not is_shape(size):
                raise InputError(
                    f"{self.name}: shape", expected="one shape", got=size, fix="(None, 20)"
                )
            self._begin_with(InputLayer(size[1:] if size and size[0] is None else size))
            self._replan()
        self.ready_plan()

    def sublayers(self):
        for layer in self.chain:
            yield from layer.sublayers()

    def _enter(self, layer: InputLayer) -> None:
        if self.chain or self.entry is not None:
            raise InputError(
                f"{self.name}.add",
                expected="an Input before all layers",
                got="an Input after others",
                fix="begin with it, once",
            )
        self._begin_with(layer)

    def _guess_input(self, layer: Any) -> None:
        """Take the input shape that the first layer's arguments say."""
        if self.entry is None and not self.chain:
            size = layer.plan.inputs[0].size if is_built(layer) else layer.declared_shape()
            if size is not None:
                self._begin_with(InputLayer(size))

    def _begin_with(self, entry: InputLayer) -> None:
        self.entry, self.tails = entry, [entry.output]
        for layer in self.chain:
            self._call(layer)

    def _call(self, layer: Layer) -> None:
        """Put the layer's symbol after the last one, once the inputs are known."""
        if self.tails:
            self.tails = [*self.tails, layer(self.tails[-1])]

    def _replan(self) -> None:
        self.optimizer_state, self.plan = None, None
        if self.entry is not None and self.chain:
            self.plan = plan([self.entry.output], [self.tails[-1]])


def is_built(layer: Any) -> bool:
    """Whether this is a model with known inputs."""
    return isinstance(layer, Model) and layer.plan is not None
