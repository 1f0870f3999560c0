"""Layers put together: which there are, what they hold, and the gradus layer they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from gradus import nn
from gradus.base.errors import InputError, nearest
from gradus.keras import summary as tables
from gradus.keras.goal import Goal
from gradus.keras.layers.base import Layer, check_weights, draw_weights, fresh_name
from gradus.keras.shapes import output_shape
from gradus.keras.tensors import KerasTensor
from gradus.keras.wiring import Plan, Wired, is_input, plan


class Network(Layer):
    """Layers from symbols of inputs to symbols of outputs: what a model is, without its verbs."""

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None):
        Layer.__init__(self, name=name or fresh_name("Functional"))
        self._begin()
        if inputs is None or outputs is None:
            raise InputError(
                f"{type(self).__name__} without inputs and outputs",
                expected="symbols: x = Input((3,)); Model(inputs=x, outputs=Dense(1)(x))",
                got="none",
                fix="write the model with symbols, or as a gradus.nn.Layer with gradus.fit",
            )
        self.plan = plan(tensors("inputs", inputs), tensors("outputs", outputs))

    def _begin(self) -> None:
        """Nothing compiled, nothing learned."""
        self.plan: Any = None
        self.goal: Goal | None = None
        self.optimizer: Any = None
        self.optimizer_state: Any = None
        self.history: Any = None
        self.measured: Any = None  # the outputs of the last run
        self.stop_training = False

    def config(self) -> dict[str, Any]:
        raise InputError(
            "a model in a model", expected="a model of layers", got=self.name, fix="save_weights"
        )

    # what it is made of

    @property
    def layers(self) -> list[Layer]:
        """The layers, inputs included."""
        return list(self.ready_plan().layers)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or its place."""
        layers = self.layers
        if index is not None:
            return layers[index]
        by_name = {layer.name: layer for layer in layers}
        if name not in by_name:
            raise InputError(
                f"layer {name!r}",
                expected=f"a layer of {self.name}",
                got=repr(name),
                fix=nearest(str(name), by_name),
            )
        return by_name[name]

    def ready_plan(self) -> Plan:
        """The plan; raises InputError for a model that does not know its inputs yet."""
        if self.plan is None:
            raise InputError(
                f"{self.name} does not know the shape of its inputs yet",
                expected="a first layer with a shape, or data",
                got="neither",
                fix="begin with keras.Input(shape=(…)), or call build((None, …)) or fit first",
            )
        return self.plan

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbols of the inputs."""
        return list(self.ready_plan().inputs)

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbols of the outputs."""
        return list(self.ready_plan().outputs)

    @property
    def input(self) -> Any:
        """The symbol of the only input, or a list."""
        return one_or_list(self.inputs)

    @property
    def output(self) -> Any:
        """The symbol of the only output, or a list."""
        return one_or_list(self.outputs)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs."""
        return [tensor.name for tensor in self.inputs]

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that give the outputs."""
        return [tensor.name for tensor in self.outputs]

    @property
    def output_shape(self) -> Any:
        """The shape of the outputs, None for the batch axis."""
        return one_or_list([tensor.shape for tensor in self.outputs])

    # the layer it is

    def sublayers(self) -> Iterator[Layer]:
        for layer in self.ready_plan().layers:
            yield from layer.sublayers()

    def build(self, size: Any = None) -> None:
        self.ready_plan()

    @property
    def built(self) -> bool:
        return self.plan is not None

    @property
    def core(self) -> Any:
        """The gradus layer: all layers wired together. Frozen ones are not trained."""
        return None if self.plan is None else self.wired(lambda layer: layer.core)

    @core.setter
    def core(self, value: Any) -> None:
        if value is not None:
            working = (layer for layer in self.layers if not is_input(layer))
            for layer, core in zip(working, value.layers, strict=True):
                layer.core = core.inner if is_frozen(layer) else core

    def wired(self, part: Callable[[Layer], Any]) -> Wired:
        """The plan with a gradus layer for every layer."""
        made = self.ready_plan()
        working = [layer for layer in made.layers if not is_input(layer)]
        places = {made.layers.index(layer): i for i, layer in enumerate(working)}
        parts = [nn.frozen(part(a)) if is_frozen(a) else part(a) for a in working]
        return Wired(
            layers=tuple(parts),
            names=tuple(layer.name for layer in working),
            calls=tuple(call._replace(layer=places[call.layer]) for call in made.calls),
            outputs=made.slots,
            noted=tuple(layer.name for layer in working if layer.activity is not None),
        )

    def ready(self) -> Wired:
        draw_weights(self.sublayers())
        return self.core

    def translated(self):
        return self.core

    def size_of_output(self, size: Any) -> Any:
        return output_shape(self.core, size)

    @property
    def trainable(self) -> bool:
        """Whether its layers are trained; setting it sets all of them."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = value
        for layer in self.plan.layers if getattr(self, "plan", None) is not None else ():
            layer.trainable = value

    # its numbers

    def get_weights(self) -> list[np.ndarray]:
        draw_weights(self.sublayers())
        return [array for layer in self.sublayers() for array in layer.get_weights()]

    def set_weights(self, weights: list) -> None:
        draw_weights(self.sublayers())
        own = list(self.sublayers())
        entries = [
            (f"{layer.name}/{name}", shape)
            for layer in own
            for name, shape in layer.entries(layer.core)
        ]
        check_weights(self.name, weights, entries)
        rest = list(weights)
        for layer in own:
            count = len(layer.entries(layer.core))
            layer.set_weights(rest[:count])
            rest = rest[count:]

    def count_params(self) -> int:
        return sum(layer.count_params() for layer in dict.fromkeys(self.sublayers()))

    def fixed_params(self) -> int:
        return sum(layer.fixed_params() for layer in dict.fromkeys(self.sublayers()))

    def upward(self) -> dict[str, bool | None]:
        """For every number of the history whether higher is better; None where nobody knows."""
        return self.measured.upward() if self.measured is not None else {}

    def summary(
        self, line_length: int | None = None, print_fn: Callable[[str], Any] | None = None
    ) -> None:
        """Print the layers with their shapes and numbers of parameters."""
        (print_fn or print)(tables.table(self, line_length))


def tensors(name: str, given: Any) -> list[KerasTensor]:
    """One symbol or several, as a list; raises InputError for anything else."""
    if isinstance(given, dict):
        given = list(given.values())
    found = list(given) if isinstance(given, list | tuple) else [given]
    wrong = [t for t in found if not isinstance(t, KerasTensor)]
    if wrong or (name == "inputs" and any(not is_input(t.node.layer) for t in found)):
        raise InputError(
            f"Model: {name}",
            expected="what Input(…) gives" if name == "inputs" else "what layers give for symbols",
            got=", ".join(type(t).__name__ for t in wrong) or found[0].name,
            fix="x = Input((3,)); Model(inputs=x, outputs=Dense(1)(x))",
        )
    return found


def is_frozen(layer: Layer) -> bool:
    """Whether a layer's own arrays are not to be trained."""
    if layer.trainable or isinstance(layer, Network):
        return False
    return bool(layer.entries(layer.core))


def one_or_list(parts: list) -> Any:
    """A single part as it is, several as a list."""
    return parts[0] if len(parts) == 1 else parts
