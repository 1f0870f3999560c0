"""Layers and what flows between them, from symbols to one gradus layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gradus import nn
from gradus.base.errors import InputError, located
from gradus.base.record import static
from gradus.keras.layers.base import InputLayer, Layer
from gradus.keras.tensors import KerasTensor, Node


class Call(NamedTuple):
    """One call of a layer.

    Arguments:
        layer: which layer.
        sources: which values it is called with; the inputs of the model are the first values,
            then every call adds those it gives.
    """

    layer: int
    sources: tuple[int, ...]


class Wired(nn.Layer):
    """Layers called one after the other, each with values that are there by then.

    Arguments:
        layers: each once, also where it is called several times.
        names: their names, for refusals.
        calls: in the order of computation.
        outputs: which values the model gives; several as a tuple.
        noted: the layers whose outputs are noted, for penalties on them.
    """

    layers: tuple[nn.Layer, ...]
    names: tuple[str, ...] = static()
    calls: tuple[Call, ...] = static()
    outputs: tuple[int, ...] = static()
    noted: tuple[str, ...] = static(())

    def __call__(self, x: Any, forward: nn.Forward = nn.INFERENCE):
        values = list(x) if isinstance(x, tuple | list) else [x]
        for call in self.calls:
            given = tuple(values[i] for i in call.sources)
            name = self.names[call.layer]
            with located(f"layer {name!r}"):
                y = self.layers[call.layer](given[0] if len(given) == 1 else given, forward)
            if name in self.noted:
                forward.note(name, y)
            values += y if isinstance(y, tuple) else [y]
        found = tuple(values[i] for i in self.outputs)
        return found[0] if len(found) == 1 else found


class Plan(NamedTuple):
    """A model's layers and calls, found by walking back from its outputs.

    Arguments:
        layers: in Keras' order: by their distance from the outputs, then by when they were met.
        inputs: the symbols it begins with.
        outputs: the symbols it ends with.
        calls: of `layers`, which count inputs too.
        slots: which values are the outputs.
    """

    layers: tuple[Layer, ...]
    inputs: tuple[KerasTensor, ...]
    outputs: tuple[KerasTensor, ...]
    calls: tuple[Call, ...]
    slots: tuple[int, ...]

    def consumed_once(self, output: int) -> bool:
        """Whether an output is used for nothing else, and its layer is called once."""
        made = self.outputs[output].node.layer
        elsewhere = [i for call in self.calls for i in call.sources]
        calls = [call for call in self.calls if self.layers[call.layer] is made]
        own = self.slots[output]
        return own not in elsewhere and self.slots.count(own) == 1 and len(calls) == 1


def plan(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> Plan:
    """How to get from inputs to outputs; raises InputError where that is impossible."""
    nodes, met = walk(inputs, outputs)
    depth, depths = depths_of(nodes, inputs)
    own = {id(tensor.node) for tensor in inputs}
    layers = sorted(depth, key=lambda layer: (-depth[layer], met[layer]))
    check_names(layers)
    place = {(id(tensor.node), tensor.place): i for i, tensor in enumerate(inputs)}
    calls, count = [], len(inputs)
    for node in sorted(nodes, key=lambda node: -depths[node]):
        if id(node) in own:
            continue
        sources = tuple(place[id(t.node), t.place] for t in node.sources)
        calls.append(Call(layers.index(node.layer), sources))
        for i in range(node.outputs):
            place[id(node), i] = count
            count += 1
    slots = tuple(place[id(t.node), t.place] for t in outputs)
    return Plan(tuple(layers), tuple(inputs), tuple(outputs), tuple(calls), slots)


def check_names(layers: Sequence[Layer]) -> None:
    """Refuse two layers of one name: numbers and targets are told apart by names."""
    names = [layer.name for layer in layers]
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise InputError(
            "two layers of one model have the same name",
            expected="a name of its own for each",
            got=f"{repeated[0]!r} {names.count(repeated[0])} times",
            fix="give other names: Dense(1, name='…'); or leave names out",
        )


def walk(
    inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]
) -> tuple[list[Node], dict[Layer, int]]:
    """The calls between inputs and outputs, sources first, and when each layer was first met."""
    stops = {id(tensor.node) for tensor in inputs}
    nodes: dict[int, Node] = {}
    met: dict[Layer, int] = {}

    def visit(node: Node) -> None:
        if id(node) in nodes:
            return
        met.setdefault(node.layer, len(met))
        if not node.sources and id(node) not in stops:
            raise InputError(
                f"an output depends on input {node.layer.name!r}",
                expected="inputs=… with every Input that the outputs are made of",
                got="inputs=" + ", ".join(t.name for t in inputs),
                fix="Model(inputs=[a, b], outputs=…)",
            )
        if id(node) not in stops:
            for source in node.sources:
                visit(source.node)
        nodes[id(node)] = node

    for tensor in outputs:
        visit(tensor.node)
    for tensor in inputs:
        met.setdefault(tensor.node.layer, len(met))
    return list(nodes.values()), met


def depths_of(
    nodes: list[Node], inputs: Sequence[KerasTensor]
) -> tuple[dict[Layer, int], dict[Node, int]]:
    """How many calls lie behind every layer and call, at most, counted from the outputs."""
    layers: dict[Layer, int] = {}
    calls: dict[Node, int] = {}
    for node in reversed(nodes):
        depth = max(calls.setdefault(node, 0), layers.get(node.layer, 0))
        layers[node.layer] = calls[node] = depth
        for source in node.sources:
            calls[source.node] = max(depth + 1, calls.get(source.node, 0))
    for tensor in inputs:
        layers.setdefault(tensor.node.layer, 0)
    return layers, calls


def is_input(layer: Layer) -> bool:
    """Whether a layer is the beginning of a model."""
    return isinstance(layer, InputLayer)
