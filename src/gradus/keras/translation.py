"""From a compiled model to what gradus trains: a layer, measures, a penalty and an algorithm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import split
from gradus.data.batch import Batch
from gradus.keras.constraints import Constrained
from gradus.keras.goal import Outputs
from gradus.keras.layers.base import Layer, put, reach
from gradus.keras.model_like import ModelLike
from gradus.keras.regularizers import Together
from gradus.keras.wiring import Wired, is_input
from gradus.learn.algorithm import Algorithm
from gradus.learn.descent import State, descent
from gradus.optim import Optimizer
from gradus.penalties import NO_PENALTY, Penalty


class Translation(NamedTuple):
    """A compiled model in gradus' terms, its weights apart.

    Arguments:
        outputs: what is measured.
        penalty: what regularisers add to the loss, and what constraints do.
    """

    outputs: Outputs
    penalty: Penalty

    def measure(self, model: Any, batch: Batch, forward: nn.Forward) -> dict[str, jax.Array]:
        """The means of a batch."""
        return self.outputs.measure(model(batch.x, forward), batch)

    def evaluate(self, model: Any, batch: Batch) -> dict[str, jax.Array]:
        """The means of a batch without learning; the penalty, too, is part of the loss."""
        forward = nn.Forward()
        found = self.measure(model, batch, forward)
        return found | {"penalty": self.penalty(model, forward.notes, batch)}


def translated(model: ModelLike, y: tuple) -> Translation:
    """A compiled model with targets; raises InputError where it is not compiled."""
    if model.goal is None or model.goal.loss is None:
        raise InputError(
            f"{model.name} is not compiled",
            expected="compile(optimizer, loss) before fit and evaluate",
            got="no loss",
            fix='model.compile("adam", "mse")',
        )
    names = [tensor.name for tensor in model.plan.outputs]
    shapes = [tensor.shape for tensor in model.plan.outputs]
    found = model.goal.outputs(names, shapes, y, [head for _, head in heads(model)])
    for output, targets, shape in zip(found.each, y, shapes, strict=True):
        if output.loss is not None:
            output.loss.check(targets, shape)
    return Translation(found, penalty_of(model))


def heads(model: ModelLike) -> Iterator[tuple[Layer, Callable | None]]:
    """The last layer of every output, and its activation where nothing else depends on it."""
    for i, tensor in enumerate(model.plan.outputs):
        layer = tensor.node.layer
        if layer.head is None or not model.plan.consumed_once(i):
            yield layer, None
        else:
            yield layer, reach(layer.core, layer.head)


def bare(model: ModelLike, outputs: Outputs) -> Wired:
    """The gradus layer without the activations that are part of a loss."""
    model.ready()
    last = zip(heads(model), outputs.each, strict=True)
    without = [layer for (layer, _), output in last if output.head is not None]

    def part(layer: Layer) -> Any:
        if layer not in without:
            return layer.core
        return put(layer.core, str(layer.head), nn.identity)

    return model.wired(part)


def take_back(model: ModelLike, outputs: Outputs, learned: Wired) -> None:
    """Put the weights of a trained layer into the model."""
    before = list(heads(model))
    model.core = learned
    for (layer, head), output in zip(before, outputs.each, strict=True):
        if output.head is not None:
            layer.core = put(layer.core, str(layer.head), head)


def algorithm_of(
    model: ModelLike, translation: Translation, start: State, rate: Any = None
) -> Algorithm:
    """The way of learning: gradient steps of the optimiser at a rate; its own, if none is given."""
    rule = model.optimizer.translated(model.optimizer.start_rate() if rate is None else rate)
    penalty = translation.penalty
    steps = descent(translation.measure, rule, None if penalty is NO_PENALTY else penalty)

    def init(key: jax.Array, batch: Batch) -> State:
        return jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), start)

    def step(state: State, batch: Batch, key: jax.Array):
        new, info = steps.step(state, batch, key)
        del info["trace"]
        return new, info

    def evaluate(state: State, batch: Batch):
        return translation.evaluate(state.model, batch)

    return Algorithm(init, step, evaluate)


def identity(model: ModelLike, translation: Translation, start: State) -> tuple:
    """All that the compiled program depends on but shapes: models of equal ones share it."""
    structure = jax.tree.structure((start, translation.penalty))
    return structure, translation.outputs, model.optimizer.rule()


def start_of(model: ModelLike, outputs: Outputs) -> State:
    """Where learning begins: the model's weights, and what its optimiser remembers."""
    core = bare(model, outputs)
    rule: Optimizer = model.optimizer.translated(model.optimizer.start_rate())
    layout = jax.eval_shape(lambda: rule.init(split(core)[0]))
    memory = model.optimizer_state
    if memory is None or jax.tree.structure(memory) != jax.tree.structure(layout):
        memory = rule.init(split(core)[0])
    return State(core, memory)


def penalty_of(model: ModelLike) -> Penalty:
    """What regularisers and constraints of all layers make together."""
    named = list(named_layers(model))
    regularized = [
        (array_name(prefix, at), regularizer)
        for prefix, layer in named
        for at, regularizer in layer.regularized().items()
    ]
    constrained = [
        (array_name(prefix, at), constraint)
        for prefix, layer in named
        for at, constraint in layer.constrained().items()
    ]
    noted = [(layer.name, layer.activity) for _, layer in named if layer.activity is not None]
    penalty = NO_PENALTY
    if regularized or noted:
        penalty = Together(tuple(regularized), tuple(noted))
    if constrained:
        limits = Constrained(tuple(constrained))
        penalty = limits if penalty is NO_PENALTY else penalty + limits
    return penalty


def named_layers(model: ModelLike, prefix: str = "") -> Iterator[tuple[str, Layer]]:
    """Every layer that is trained, and where it is in the wired one."""
    working = [layer for layer in model.plan.layers if not is_input(layer)]
    for i, layer in enumerate(working):
        if hasattr(layer, "plan"):
            yield from named_layers(layer, f"{prefix}{i}.")  # pyright: ignore[reportArgumentType]
        elif layer.trainable or not layer.entries(layer.core):
            yield f"{prefix}{i}", layer


def array_name(prefix: str, at: str) -> str:
    """The name of an array in the whole model."""
    return ".".join([prefix, *[part for part in at.split(".") if part not in ("layers", "inner")]])
