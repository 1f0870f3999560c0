"""The user's arrays as examples: inputs in the order of the model's, targets of every output."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.data.checks import check_arrays
from gradus.keras.goal import Targets


def inputs_of(model: Any, x: Any) -> Any:
    """Inputs as a model takes them: one array, or a tuple of several; checked, and floats unless
    the model wants tokens.
    """
    if not model.built:
        model.build((None, *np.shape(x)[1:]))
    symbols = model.inputs
    names, layers = model.input_names, [tensor.node.layer for tensor in symbols]
    parts = several("x", x, names)
    found = []
    for part, layer, symbol in zip(parts, layers, symbols, strict=True):
        with located(f"input {layer.name!r}") if len(names) > 1 else located(model.name):
            array, _, _ = check_arrays(part)
            array = fitted(array, symbol.size)
            reader = reader_of(model, symbol)
            found.append(tokens(array, reader) if reader or layer.whole_numbers else floats(array))
    return found[0] if len(found) == 1 else tuple(found)


def fitted(array: np.ndarray, size: tuple) -> np.ndarray:
    """An array whose examples have a shape; (n,) becomes (n, 1) where that is meant."""
    if array.ndim == 1 and size == (1,):
        array = array[:, None]
    same = array.ndim == len(size) + 1 and all(
        n is None or n == m for n, m in zip(size, array.shape[1:], strict=True)
    )
    if not same:
        raise InputError(
            "inputs of another shape",
            expected=str((None, *size)),
            got=array.shape,
            fix="reshape the inputs, or say their shape in the first layer: Input(shape=…)",
        )
    return array


def floats(array: np.ndarray) -> np.ndarray:
    """Whole numbers as floats."""
    return array if array.dtype.kind == "f" else array.astype(np.float32)


def tokens(array: np.ndarray, reader: Any) -> np.ndarray:
    """Whole numbers; raises InputError for those that are not in the table of their layer."""
    if array.dtype.kind == "f" and np.all(array == np.floor(array)):
        array = array.astype(np.int32)
    if reader is not None:
        reader.core.check(array)
    return array


def reader_of(model: Any, symbol: Any) -> Any:
    """The layer that looks an input's numbers up; None where there is none."""
    plan = model.plan
    slot = plan.inputs.index(symbol)
    for call in plan.calls:
        layer = plan.layers[call.layer]
        if slot in call.sources and layer.takes_tokens:
            return layer
        if slot in call.sources and hasattr(layer, "plan"):
            inner = reader_of(layer, layer.plan.inputs[call.sources.index(slot)])
            if inner is not None:
                return inner
    return None


def targets_of(model: Any, y: Any) -> tuple[np.ndarray, ...]:
    """Targets of every output, in the order of the outputs."""
    if y is None:
        raise InputError(
            f"{model.name}: y", expected="targets", got="none", fix="give y, or batches (x, y)"
        )
    found = []
    for part in several("y", y, model.output_names):
        with located("y"):
            array, _, _ = check_arrays(part)
        found.append(array)
    return tuple(found)


def examples_of(
    model: Any, x: Any, y: Any, weight: Any = None, class_weight: dict | None = None
) -> Batch:
    """Checked examples, their weights beside the targets."""
    inputs, targets = inputs_of(model, x), targets_of(model, y)
    n = len(inputs[0] if isinstance(inputs, tuple) else inputs)
    for array in targets:
        if len(array) != n:
            raise InputError(
                "x and y",
                expected=f"{n} targets, as inputs",
                got=len(array),
                fix="give a target for each",
            )
    weights = weights_of(targets, n, weight, class_weight)
    return Batch(inputs, Targets(targets, weights))


def weights_of(
    targets: tuple[np.ndarray, ...], n: int, weight: Any, class_weight: dict | None
) -> np.ndarray | None:
    """How much each example counts: its weight times that of its class."""
    if weight is not None:
        weight = np.asarray(weight, np.float32).reshape(-1)
        if weight.shape != (n,) or not np.all(np.isfinite(weight)) or np.any(weight < 0):
            raise InputError(
                "sample_weight",
                expected=f"{n} numbers from 0 up, one per example",
                got=f"shape {weight.shape}" if weight.shape != (n,) else "others",
                fix="sample_weight=np.ones(len(x))",
            )
    if class_weight is None:
        return weight
    if len(targets) != 1:
        raise InputError(
            "class_weight", expected="a single output", got=len(targets), fix="sample_weight=…"
        )
    if not isinstance(class_weight, dict):
        raise InputError(
            "class_weight",
            expected="a dict: the number of a class -> how much it counts",
            got=repr(class_weight),
            fix="class_weight={0: 1.0, 1: 2.0}, or dict(enumerate(weights))",
        )
    (y,) = targets
    classes = y.argmax(-1) if y.ndim > 1 and y.shape[-1] > 1 else y.reshape(n)
    table = {int(k): float(v) for k, v in class_weight.items()}
    each = np.array([table.get(int(c), 1.0) for c in classes], np.float32)
    return each if weight is None else each * weight


def several(what: str, given: Any, names: list[str]) -> list:
    """One array for every name: from a dict, a list or tuple, or the only one."""
    if isinstance(given, dict):
        missing = [name for name in names if name not in given]
        if missing:
            raise InputError(
                f"{what} without {missing[0]!r}",
                expected=", ".join(names),
                got=", ".join(map(str, given)),
                fix=f"{what}={{{names[0]!r}: …}}",
            )
        return [given[name] for name in names]
    if len(names) == 1:
        if isinstance(given, list) and len(given) == 1 and np.ndim(given[0]) > 1:
            return given
        return [given]
    if isinstance(given, list | tuple) and len(given) == len(names):
        return list(given)
    raise InputError(
        what,
        expected=f"a list of {len(names)} arrays, or a dict by {', '.join(names)}",
        got=f"{len(given)} of them" if isinstance(given, list | tuple) else type(given).__name__,
        fix=f"give {what}=[…] with an array for each",
    )
