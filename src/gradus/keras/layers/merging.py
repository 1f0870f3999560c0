"""Several inputs to one output."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError
from gradus.keras.layers.base import Layer
from gradus.keras.layers.mapped import Mapped


class Merging(Layer):
    """A layer of several inputs, all of one shape."""

    def symbol(self, given):
        check_shapes([t.shape for t in given], [t.shape for t in given], "inputs of one shape")
        return super().symbol(given)


@dataclass(eq=False)
class Add(Merging):
    """y = x₁ + x₂ + …: `nn.Add`."""

    def translated(self):
        return nn.Add()


@dataclass(eq=False)
class Concatenate(Layer):
    """The inputs side by side along an axis: `nn.Concat`.

    >>> import numpy as np
    >>> Concatenate()([np.ones((2, 3)), np.zeros((2, 1))]).shape
    (2, 4)
    """

    axis: int = -1

    def symbol(self, given):
        shapes = [t.shape for t in given]
        rest = [without(shape, self.axis) for shape in shapes]
        check_shapes(shapes, rest, f"inputs that differ along axis {self.axis} alone")
        return super().symbol(given)

    def translated(self):
        return nn.Concat(self.axis)


@dataclass(eq=False)
class Subtract(Merging):
    """y = x₁ − x₂."""

    def translated(self):
        return Mapped(subtracted)


@dataclass(eq=False)
class Multiply(Merging):
    """y = x₁ · x₂ · …"""

    def translated(self):
        return Mapped(multiplied)


@dataclass(eq=False)
class Average(Merging):
    """y = (x₁ + x₂ + …) / n."""

    def translated(self):
        return Mapped(averaged)


@dataclass(eq=False)
class Maximum(Merging):
    """y = max(x₁, x₂, …)."""

    def translated(self):
        return Mapped(largest)


@dataclass(eq=False)
class Minimum(Merging):
    """y = min(x₁, x₂, …)."""

    def translated(self):
        return Mapped(smallest)


def without(shape: tuple, axis: int) -> tuple:
    """The shape without one axis, where it has that axis."""
    axis = axis % len(shape) if -len(shape) <= axis < 0 else axis
    return tuple(n for i, n in enumerate(shape) if i != axis)


def check_shapes(shapes: list, compared: list, expected: str) -> None:
    """Refuse symbols whose shapes do not fit together: what is compared differs."""
    if len(set(compared)) > 1:
        raise InputError(
            "the shapes of the inputs do not fit together",
            expected=expected,
            got=", ".join(map(str, shapes)),
            fix="change the layers before, for example to the same number of units",
        )


def several(x: Any) -> tuple:
    """The inputs; raises InputError for a single one, and for different shapes."""
    shapes = {a.shape for a in x} if isinstance(x, tuple) else set()
    if len(shapes) != 1 or len(x) < 2:
        raise InputError(
            "a merging layer",
            expected="two inputs or more, of one shape",
            got=", ".join(map(str, sorted(shapes))) or "one array",
            fix="call it with a list: layers.Multiply()([a, b])",
        )
    return x


def subtracted(x: Any):
    """x₁ − x₂."""
    first, second = several(x)
    return first - second


def multiplied(x: Any):
    """x₁ · x₂ · …"""
    return reduce(jnp.multiply, several(x))


def averaged(x: Any):
    """(x₁ + x₂ + …) / n."""
    return sum(several(x)) / len(x)


def largest(x: Any):
    """max(x₁, x₂, …)."""
    return reduce(jnp.maximum, several(x))


def smallest(x: Any):
    """min(x₁, x₂, …)."""
    return reduce(jnp.minimum, several(x))


def add(inputs: list, **named: Any):
    """`Add()` of a list."""
    return Add(**named)(inputs)


def concatenate(inputs: list, axis: int = -1, **named: Any):
    """`Concatenate(axis)` of a list."""
    return Concatenate(axis, **named)(inputs)


def subtract(inputs: list, **named: Any):
    """`Subtract()` of a list."""
    return Subtract(**named)(inputs)


def multiply(inputs: list, **named: Any):
    """`Multiply()` of a list."""
    return Multiply(**named)(inputs)


def average(inputs: list, **named: Any):
    """`Average()` of a list."""
    return Average(**named)(inputs)


def maximum(inputs: list, **named: Any):
    """`Maximum()` of a list."""
    return Maximum(**named)(inputs)


def minimum(inputs: list, **named: Any):
    """`Minimum()` of a list."""
    return Minimum(**named)(inputs)
