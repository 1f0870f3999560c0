"""Arguments by Keras' names: unknown ones are refused with what is supported, none is ignored."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.keras import missing

# What older versions of Keras called an argument.
RENAMED = {
    "alpha": "negative_slope",
    "init": "kernel_initializer",
    "input": "inputs",
    "lr": "learning_rate",
    "nb_epoch": "epochs",
    "output": "outputs",
}

Taken = ParamSpec("Taken")
Given = TypeVar("Given")


class Described:
    """A thing that is its Keras arguments: a dataclass that refuses unknown ones by name."""

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    def only(self, **supported: Any) -> None:
        """Refuse arguments of Keras that have another value than the one supported here."""
        for name, value in supported.items():
            values = value if isinstance(value, list) else [value]
            if getattr(self, name) not in values:
                raise InputError(
                    f"{type(self).__name__}: {name} is not supported here",
                    expected=" or ".join(f"{name}={v!r}" for v in values),
                    got=f"{name}={getattr(self, name)!r}",
                    fix=f"leave {name} out, or write this part with gradus.nn and gradus.fit",
                )

    def config(self) -> dict[str, Any]:
        """The arguments by name, as they were given."""
        return {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}  # pyright: ignore[reportArgumentType]


def check_call(function: Any, given: tuple, named: dict[str, Any]) -> None:
    """Refuse a call whose arguments do not fit a function, naming what it takes.

    >>> def fit(x, epochs=1): ...
    >>> check_call(fit, (), {"x": 0, "epoch": 2})
    Traceback (most recent call last):
    gradus.base.errors.InputError: fit has no argument 'epoch'
      Expected: x, epochs
      Got:      epoch=2
      Fix:      did you mean 'epochs'?
    """
    signature = signature_of(function)
    takes = [name for name in signature.parameters if name != "self"]
    unknown = [name for name in named if name not in takes]
    if unknown:
        later = RENAMED.get(unknown[0])
        raise InputError(
            f"{function.__name__} has no argument {unknown[0]!r}",
            expected=", ".join(takes),
            got=f"{unknown[0]}={named[unknown[0]]!r}",
            fix=f"did you mean {later!r}?" if later in takes else nearest(unknown[0], takes),
        )
    try:
        signature.bind(*given, **named)
    except TypeError as error:
        raise InputError(
            f"{function.__name__}: the arguments do not fit",
            expected=", ".join(map(str, signature.parameters.values())),
            got=error,
            fix="give the arguments by their names",
        ) from None


def checked(function: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """Decorator: a function that refuses unknown arguments by name."""

    @functools.wraps(function)
    def call(*given: Taken.args, **named: Taken.kwargs) -> Given:
        check_call(function, given, named)
        return function(*given, **named)

    return call


def signature_of(function: Any) -> inspect.Signature:
    """What a function takes, or what makes an object of a class."""
    if not isinstance(function, type):
        return inspect.signature(function)
    _, *taken = inspect.signature(function.__init__).parameters.values()
    return inspect.Signature(taken)


def pick(kind: str, name: Any, table: Iterable[str]) -> str:
    """A name of a table; raises InputError for another one.

    Arguments:
        kind: a room such as "losses", whose objects may be given too, or what is chosen.
        name: what was given.
        table: the names there are.
    """
    if isinstance(name, str) and name in table:
        return name
    room = kind in missing.NAMES
    known = missing.spelled(kind, str(name)) if room else None
    if known is not None:
        raise missing.refusal(kind, known)
    objects = f"the name of one, or an object of keras.{kind}"
    raise InputError(
        f"{kind} {name!r}",
        expected=objects if room else "one of " + ", ".join(map(repr, table)),
        got=repr(name),
        fix=nearest(str(name), table),
    )


def whole(owner: str, name: str, value: Any) -> None:
    """Refuse what is not a whole number from 1 up."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError(
            f"{owner}: {name}", expected="a whole number from 1 up", got=repr(value), fix="32, say"
        )


def pair(value: Any, axes: int, layer: str, name: str) -> tuple[int, ...]:
    """One whole number for every axis, from a single one or one for each.

    >>> pair(3, 2, "Conv2D", "kernel_size"), pair((3, 5), 2, "Conv2D", "kernel_size")
    ((3, 3), (3, 5))
    """
    values = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(values) != axes or not all(isinstance(v, int) and v > 0 for v in values):
        raise InputError(
            f"{layer}: {name}",
            expected=f"a whole number, or {axes} of them",
            got=repr(value),
            fix=f"{name}=3, say",
        )
    return values
