"""Models in one file each: weights as safetensors, layers as JSON; no code is run to read them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, located
from gradus.base.files import DamagedFile, read_arrays, write_arrays
from gradus.base.record import decode, encode
from gradus.keras import losses, metrics, optimizers, schedules
from gradus.keras.arguments import Described
from gradus.keras.model_like import ModelLike
from gradus.keras.tensors import KerasTensor

FORMAT = 1


def save_model(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write a model with its weights, what it was compiled for, and what its optimiser remembers.

    Arguments:
        model: a model whose inputs are known.
        filepath: the file, "model.keras" say.
        overwrite: whether a file may be replaced.

    Raises InputError where a function in it has no name; decorate it with `gradus.named`.
    """
    arrays = weights_of(model)
    if model.optimizer_state is not None:
        memory = jax.tree.leaves(model.optimizer_state)
        arrays |= {f"optimizer/{i}": np.asarray(a) for i, a in enumerate(memory)}
    words = {"format": FORMAT, "kind": "keras model", "model": described(model)}
    write(filepath, arrays, words | {"compiled": compiled(model)}, overwrite)


def load_model(filepath: Any, compile: bool = True) -> Any:
    """Read a model that `save_model` or `model.save` wrote.

    Arguments:
        filepath: the file.
        compile: whether it is compiled as it was.

    Raises InputError for a file that is missing, damaged, or not one of ours: models that Keras
    wrote are not read; copy the weights with `set_weights`.
    """
    arrays, words = read(filepath)
    if words.get("kind") != "keras model":
        raise foreign(filepath, "weights alone, which load_weights reads")
    model = rebuilt(words["model"])
    model.set_weights(ordered(arrays, "weight/"))
    if compile and words["compiled"] is not None:
        goal = restored(words["compiled"])
        model.compile(**goal)
        memory = ordered(arrays, "optimizer/")
        if memory:
            model.optimizer_state = remembered(model, memory)
    return model


def save_weights(model: Any, filepath: Any, overwrite: bool = True) -> None:
    """Write the weights alone."""
    words = {"format": FORMAT, "kind": "keras weights"}
    write(filepath, weights_of(model), words, overwrite)


def load_weights(model: Any, filepath: Any) -> None:
    """Read the weights of the same layers."""
    arrays, _ = read(filepath)
    with located(str(filepath)):
        model.set_weights(ordered(arrays, "weight/"))


def weights_of(model: Any) -> dict[str, np.ndarray]:
    """The weights by their numbers."""
    return {f"weight/{i}": array for i, array in enumerate(model.get_weights())}


def write(filepath: Any, arrays: dict[str, np.ndarray], words: dict, overwrite: bool) -> None:
    """Write a file, unless it is there and must not be replaced."""
    if Path(filepath).exists() and not overwrite:
        raise InputError(
            f"file {filepath}", expected="a new file", got="one that exists", fix="overwrite=True"
        )
    write_arrays(filepath, arrays, words)


def read(filepath: Any) -> tuple[dict[str, np.ndarray], dict]:
    """The arrays and words of a file; raises InputError for another one."""
    if not Path(filepath).is_file():
        raise InputError(
            f"file {filepath}", expected="a file", got="no such file", fix="model.save(path)"
        )
    try:
        arrays, words = read_arrays(filepath)
    except DamagedFile as error:
        raise foreign(filepath, f"another file ({error})") from error
    if not isinstance(words, dict) or words.get("format") != FORMAT or "kind" not in words:
        raise foreign(filepath, "a file of another kind, or of a newer gradus")
    return arrays, words


def foreign(filepath: Any, got: str) -> InputError:
    """The refusal of a file that is not one of ours."""
    return InputError(
        f"file {filepath}",
        expected="a file that gradus.keras wrote",
        got=got,
        fix="read it with Keras, and copy: model.set_weights(keras_model.get_weights())",
    )


def ordered(arrays: dict[str, np.ndarray], prefix: str) -> list[np.ndarray]:
    """The arrays of a prefix by their numbers."""
    count = sum(name.startswith(prefix) for name in arrays)
    return [arrays[f"{prefix}{i}"] for i in range(count)]


def described(model: ModelLike) -> dict[str, Any]:
    """Layers, calls, inputs and outputs of a model, in JSON types."""
    plan = model.plan
    return {
        "class": type(model).__name__,
        "name": model.name,
        "trainable": [layer.trainable for layer in plan.layers],
        "layers": [
            described(layer) if hasattr(layer, "plan") else words_of(layer)  # pyright: ignore[reportArgumentType]
            for layer in plan.layers
        ],
        "inputs": [plan.layers.index(tensor.node.layer) for tensor in plan.inputs],
        "calls": [[call.layer, list(call.sources)] for call in plan.calls],
        "outputs": list(plan.slots),
    }


def words_of(thing: Any) -> Any:
    """An argument in JSON types: layers, losses and the like by class and arguments."""
    if isinstance(thing, Described):
        arguments = {name: words_of(value) for name, value in thing.config().items()}
        kind = type(thing)
        return {"described": [kind.__module__, kind.__name__], "arguments": arguments}
    if isinstance(thing, dict):
        return {"named": {name: words_of(value) for name, value in thing.items()}}
    if isinstance(thing, list | tuple) and any(isinstance(v, Described) for v in thing):
        return {"several": [words_of(value) for value in thing]}
    if isinstance(thing, np.generic | np.ndarray | jax.Array) and np.ndim(thing) == 0:
        return thing.item()
    return encode(thing, {})


def thing_of(words: Any) -> Any:
    """What `words_of` described; only classes of this room come back."""
    if isinstance(words, dict) and "described" in words:
        module, name = words["described"]
        arguments = {key: thing_of(value) for key, value in words["arguments"].items()}
        return known_class(module, name)(**arguments)
    if isinstance(words, dict) and "several" in words:
        return [thing_of(value) for value in words["several"]]
    if isinstance(words, dict) and "named" in words:
        return {name: thing_of(value) for name, value in words["named"].items()}
    return decode(words, {})


def known_class(module: str, name: str) -> Any:
    """A class of this room by its name; raises InputError for any other."""
    from gradus.keras import layers

    rooms = {room.__name__: room for room in (losses, metrics, optimizers, schedules)}
    room = rooms.get(module, layers if module.startswith(f"{layers.__name__}.") else None)
    found = getattr(room, name, None)
    if not isinstance(found, type) or not issubclass(found, Described):
        raise InputError(
            f"the file needs {module}.{name}",
            expected="a class of gradus.keras",
            got=name,
            fix="pip install --upgrade gradus",
        )
    return found


def rebuilt(words: dict[str, Any]) -> Any:
    """The model that `described` described, with fresh weights."""
    from gradus.keras.model import Model
    from gradus.keras.sequential import Sequential

    layers = [rebuilt(w) if "calls" in w else thing_of(w) for w in words["layers"]]
    if words["class"] == "Sequential":
        entry = layers[words["inputs"][0]]
        model = Sequential([entry, *(a for a in layers if a is not entry)], name=words["name"])
    else:
        values: list[KerasTensor] = [layers[i].output for i in words["inputs"]]
        for place, sources in words["calls"]:
            given = [values[i] for i in sources]
            found = layers[place](given[0] if len(given) == 1 else given)
            values += found if isinstance(found, list) else [found]
        inputs, outputs = values[: len(words["inputs"])], [values[i] for i in words["outputs"]]
        model = Model(inputs, outputs, name=words["name"])
    for layer, trainable in zip(layers, words["trainable"], strict=True):
        layer.trainable = trainable
    return model


def compiled(model: Any) -> dict[str, Any] | None:
    """What a model was compiled for."""
    if model.goal is None:
        return None
    goal = {"loss": model.goal.loss, "loss_weights": model.goal.loss_weights}
    every = goal | {"metrics": model.goal.metrics, "optimizer": model.optimizer}
    with located("what the model was compiled for"):
        return {name: words_of(value) for name, value in every.items()}


def restored(words: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `compile`."""
    return {name: thing_of(value) for name, value in words.items()}


def remembered(model: Any, memory: list[np.ndarray]) -> Any:
    """What the optimiser remembered, in its structure."""
    from gradus.base.tree import split

    rule = model.optimizer.translated(model.optimizer.start_rate())
    like = jax.eval_shape(lambda: rule.init(split(model.ready())[0]))
    return jax.tree.structure(like).unflatten([jnp.asarray(a) for a in memory])
