"""Records: frozen dataclass pytrees that can be written to a file and read back.

Layers, likelihoods, penalties and preprocessing steps are records. A record is written as JSON
(its class and hyperparameters) beside named arrays, and read without running any code from the
file: only classes of ours, and those that are already imported, can come back.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, nearest

ROOMS = tuple(
    f"gradus.{room}"
    for room in ("augment", "data", "filters", "likelihoods", "models", "nn", "optim", "penalties")
)
CLASSES: dict[str, type] = {}
FUNCTIONS: dict[str, Callable] = {}


def static(default: Any = dataclasses.MISSING) -> Any:
    """A field that holds a hyperparameter: part of the structure, never traced or trained."""
    return eqx.field(default=default, static=True)


def array(kind: str) -> Any:
    """A field that holds an array which `init` fills; `kind` says how it is learned."""
    return dataclasses.field(
        default_factory=lambda: None, init=False, repr=False, metadata={"kind": kind}
    )


def weight() -> Any:
    """A trainable array that weight penalties act on (the `W` of `x W + b`)."""
    return array("weight")


def param() -> Any:
    """A trainable array that penalties leave alone (biases, gains, slopes)."""
    return array("param")


def state() -> Any:
    """An array that the forward pass updates and the gradient does not (running averages)."""
    return array("state")


class Record(eqx.Module):
    """A frozen dataclass pytree whose class is known by name, so that it can be saved.

    Subclassing is all it takes to be known; the name is `module.Class`.
    """

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        CLASSES[_name(cls)] = cls

    def replace(self, **changes):
        """The same record with some fields changed.

        >>> from gradus.nn import Dense
        >>> Dense(3).replace(units=4).units
        4
        """
        new = object.__new__(type(self))
        for field in dataclasses.fields(self):
            value = changes.pop(field.name) if field.name in changes else getattr(self, field.name)
            object.__setattr__(new, field.name, value)
        if changes:
            fields = [f.name for f in dataclasses.fields(self)]
            raise InputError(
                f"{type(self).__name__}.replace",
                expected=f"fields of the record: {', '.join(fields)}",
                got=", ".join(changes),
                fix=nearest(next(iter(changes)), fields),
            )
        return new


def named(function: Callable) -> Callable:
    """Decorator: make a function known by name, so that a record that holds it can be saved."""
    FUNCTIONS[_name(function)] = function
    return function


def encode(value: Any, arrays: dict[str, np.ndarray], path: str = "") -> Any:
    """Describe `value` in JSON types; its arrays are put into `arrays` under their paths."""
    if isinstance(value, Record):
        fields = {
            f.name: encode(getattr(value, f.name), arrays, f"{path}/{f.name}".lstrip("/"))
            for f in dataclasses.fields(value)
        }
        return {"record": _name(type(value)), "fields": fields}
    if isinstance(value, jax.Array | np.ndarray | np.generic):
        return _encode_array(value, arrays, path)
    if isinstance(value, tuple | list):
        items = [encode(v, arrays, f"{path}/{i}") for i, v in enumerate(value)]
        return {"tuple": items} if isinstance(value, tuple) else items
    if isinstance(value, dict):
        kind = "ordered" if isinstance(value, OrderedDict) else "dict"
        return {kind: {k: encode(v, arrays, f"{path}/{k}") for k, v in value.items()}}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if callable(value) and FUNCTIONS.get(_name(value)) is value:
        return {"function": _name(value)}
    raise InputError(
        f"{path or 'value'} cannot be saved",
        expected="arrays, numbers, text, records, or functions decorated with `named`",
        got=repr(value),
        fix="define it as a function at the top of a module and decorate it with `gradus.named`",
    )


def decode(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Rebuild what `encode` described; raises InputError for a class that is not imported."""
    if isinstance(value, list):
        return [decode(v, arrays) for v in value]
    if not isinstance(value, dict):
        return value
    if "record" in value:
        return _decode_record(value["record"], value["fields"], arrays)
    if "array" in value:
        return jnp.asarray(arrays[value["array"]])
    if "number" in value:
        return arrays[value["number"]]
    if "tuple" in value:
        return tuple(decode(v, arrays) for v in value["tuple"])
    if "dict" in value:
        return {k: decode(v, arrays) for k, v in value["dict"].items()}
    if "ordered" in value:
        return OrderedDict((k, decode(v, arrays)) for k, v in value["ordered"].items())
    return _known(FUNCTIONS, value["function"], "function")


def _decode_record(name: str, described: dict, arrays: dict[str, np.ndarray]) -> Record:
    cls = _known(CLASSES, name, "class")
    fields = {f.name for f in dataclasses.fields(cls)}
    if set(described) != fields:
        raise InputError(
            f"the file describes a {name} of another version",
            expected=f"its fields: {', '.join(sorted(fields))}",
            got=", ".join(sorted(described)),
            fix="read it with the version that wrote it, named in run.json",
        )
    new = object.__new__(cls)
    for field, value in described.items():
        object.__setattr__(new, field, decode(value, arrays))
    return new


def _encode_array(value, arrays: dict[str, np.ndarray], path: str) -> dict:
    kind = "array" if isinstance(value, jax.Array) else "number"
    arrays[path] = np.asarray(value, order="C")
    return {kind: path}


def _known(table: dict, name: str, what: str) -> Any:
    room = str(name).rpartition(".")[0]
    if name not in table and room in ROOMS:
        import_module(room)  # our own rooms are imported when they are first needed
    if name not in table:
        raise InputError(
            f"the file needs the {what} {name}",
            expected=f"a {what} that is defined before the file is read",
            got=f"no {what} of that name",
            fix="import the module that defines it, or upgrade gradus "
            f"({nearest(str(name), table)})",
        )
    return table[name]


def _name(thing: Any) -> str:
    """`module.Class`; for our own, `gradus.room.Class`, so that files may move within a room."""
    module = getattr(thing, "__module__", None) or ""
    if module.startswith("gradus."):
        module = ".".join(module.split(".")[:2])
    return f"{module}.{getattr(thing, '__qualname__', repr(thing))}"
