"""What a model is compiled for: losses and metrics of its outputs, as measures of a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, nearest
from gradus.data.batch import Batch
from gradus.keras import losses, metrics
from gradus.keras.losses import Loss
from gradus.keras.metrics import Metric


class Targets(NamedTuple):
    """Targets of every output, and how much each example's loss counts."""

    y: tuple[Any, ...]
    weight: Any = None


class Output(NamedTuple):
    """What is measured at one output.

    Arguments:
        name: of its layer.
        loss: what is to become small; None where the output is not learned.
        weight: how much the loss counts.
        metrics: what else is measured.
        head: the activation that the loss takes in itself; the model gives the logits before it.
    """

    name: str
    loss: Loss | None
    weight: float
    metrics: tuple[Metric, ...]
    head: Callable | None = None


class Goal:
    """Losses, their weights and metrics, as they were given to `compile`."""

    def __init__(self, loss: Any, loss_weights: Any, measured: Any):
        self.loss, self.loss_weights, self.metrics = loss, loss_weights, measured
        if isinstance(loss, str) or callable(loss):
            losses.get(loss)  # refused now, not when data comes
        for metric in measured if isinstance(measured, list | tuple) else []:
            if isinstance(metric, str) and metric not in metrics.ACCURACY:
                metrics.get(metric)

    def outputs(
        self, names: list[str], shapes: list[tuple], y: Sequence[Any], heads: list[Callable | None]
    ) -> Outputs:
        """Losses and metrics for outputs of some names and shapes.

        Arguments:
            heads: the last activation of each output, where nothing else depends on it.
        """
        given = per_output("loss", self.loss, names, everywhere=True)
        weights = per_output("loss_weights", self.loss_weights, names)
        measured = per_output("metrics", self.metrics, names, lists=True)
        found = []
        for i, name in enumerate(names):
            loss = None if given[i] is None else losses.get(given[i])
            head = fused(loss, heads[i])
            weight = 1.0 if weights[i] is None else float(weights[i])
            each = tuple(metrics.resolved(m, y[i].shape, shapes[i]) for m in listed(measured[i]))
            found.append(Output(name, loss, weight, each, head))
        return Outputs(tuple(found))


class Outputs(NamedTuple):
    """What is measured at all outputs; equal ones measure the same."""

    each: tuple[Output, ...]

    def measure(self, raw: Any, batch: Batch) -> dict[str, jax.Array]:
        """The means over a batch, by names that `logs` understands; "loss" is their sum."""
        found = {"loss": jnp.zeros(())}
        values = raw if isinstance(raw, tuple) else (raw,)
        targets = batch.y if isinstance(batch.y, Targets) else Targets((batch.y,))
        for i, (output, value, y) in enumerate(zip(self.each, values, targets.y, strict=True)):
            if output.loss is not None:
                loss = loss_of(output, value, y, targets.weight, batch)
                found[f"{i}/loss"] = loss
                found["loss"] = found["loss"] + output.weight * loss
            probabilities = value if output.head is None else output.head(value)
            for j, metric in enumerate(output.metrics):
                for part, numbers in metric.parts(y, probabilities).items():
                    found[f"{i}/{j}/{part}"] = batch.mean(per_example(numbers))
        return found

    def logs(self, row: dict[str, float], prefix: str = "") -> dict[str, float]:
        """The numbers under Keras' names; penalties are part of the loss, as in Keras."""
        own = {k.removeprefix(prefix): float(v) for k, v in row.items() if k.startswith(prefix)}
        found = {"loss": own["loss"] + own.get("penalty", 0.0)}
        several = len(self.each) > 1
        if several:
            found |= {
                f"{output.name}_loss": own[f"{i}/loss"]
                for i, output in enumerate(self.each)
                if output.loss is not None
            }
        for i, output in enumerate(self.each):
            for j, metric in enumerate(output.metrics):
                mine = f"{i}/{j}/"
                parts = {k.removeprefix(mine): v for k, v in own.items() if k.startswith(mine)}
                label = f"{output.name}_{metric.label()}" if several else metric.label()
                found[label] = float(metric.of(parts))
        return {prefix + name: value for name, value in found.items()}

    def upward(self) -> dict[str, bool | None]:
        """For every name in the logs whether higher is better; None where that is not known."""
        names = {"loss": False}
        for output in self.each:
            names |= {f"{output.name}_loss": False}
            for metric in output.metrics:
                known = {metric.label(): metric.up, f"{output.name}_{metric.label()}": metric.up}
                names |= known
        return names | {f"val_{name}": up for name, up in names.items()}


def loss_of(output: Output, value: jax.Array, y: Any, weight: Any, batch: Batch) -> jax.Array:
    """The mean loss of a batch; weights of examples multiply theirs, as in Keras."""
    assert output.loss is not None
    loss = output.loss
    if output.head is not None:
        loss = type(loss)(**{**loss.config(), "from_logits": True})
    values = per_example(loss.call(y, value))
    return batch.mean(values if weight is None else values * weight)


def fused(loss: Loss | None, head: Callable | None) -> Callable | None:
    """The last activation, where the loss has a stable form together with it."""
    if loss is None or head is None or getattr(loss, "from_logits", True):
        return None
    return head if type(loss).fuses is head else None


def per_example(values: jax.Array) -> jax.Array:
    """One number for every example: the mean over what else there is."""
    return values.mean(axis=tuple(range(1, values.ndim)))


def per_output(
    what: str, given: Any, names: list[str], everywhere: bool = False, lists: bool = False
) -> list:
    """What is meant for each output, from a dict by name, a list, or one thing."""
    if isinstance(given, dict):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise InputError(
                f"{what} of output {unknown[0]!r}",
                expected=f"outputs {', '.join(names)}",
                got=repr(unknown[0]),
                fix=nearest(unknown[0], names),
            )
        return [given.get(name) for name in names]
    if len(names) == 1:
        single = isinstance(given, list | tuple) and not lists and len(given) == 1
        nested = lists and isinstance(given, list) and len(given) == 1
        return [given[0] if single or (nested and isinstance(given[0], list)) else given]
    if given is None or (everywhere and not isinstance(given, list | tuple)):
        return [given] * len(names)
    if isinstance(given, list | tuple) and len(given) == len(names):
        return list(given)
    raise InputError(
        what,
        expected=f"one for each of {len(names)} outputs: a list, or a dict by {', '.join(names)}",
        got=repr(given),
        fix=f"{what}={{{names[0]!r}: …}}",
    )


def listed(given: Any) -> list:
    """One thing or several, as a list."""
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]
