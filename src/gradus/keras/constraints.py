"""Keras' constraints: what is done to an array after every step."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.record import Record, static
from gradus.base.tree import map_leaves
from gradus.keras import missing
from gradus.keras.arguments import check_call, pick
from gradus.penalties import Penalty

EPSILON = 1e-7


class Constraint(Record):
    """Moves an array back to where it is allowed to be."""

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    @abstractmethod
    def __call__(self, w: jax.Array) -> jax.Array:
        """The array that is nearest to `w`, in Keras' sense."""


class MaxNorm(Constraint):
    """Lengths along `axis` of at most `max_value`.

    >>> MaxNorm(2.5)(jnp.array([[3.0], [4.0]])).round(2)
    Array([[1.5],
           [2. ]], dtype=float32)
    """

    max_value: float = static(2.0)
    axis: int | tuple[int, ...] = static(0)

    def __call__(self, w):
        norm = length(w, self.axis)
        return w * (jnp.clip(norm, 0, self.max_value) / (EPSILON + norm))


class NonNeg(Constraint):
    """No number below 0."""

    def __call__(self, w):
        return jnp.maximum(w, 0)


class UnitNorm(Constraint):
    """Lengths along `axis` of 1."""

    axis: int | tuple[int, ...] = static(0)

    def __call__(self, w):
        return w / (EPSILON + length(w, self.axis))


class MinMaxNorm(Constraint):
    """Lengths along `axis` moved into bounds, at once (rate 1) or by a part."""

    min_value: float = static(0.0)
    max_value: float = static(1.0)
    rate: float = static(1.0)
    axis: int | tuple[int, ...] = static(0)

    def __call__(self, w):
        norm = length(w, self.axis)
        wanted = self.rate * jnp.clip(norm, self.min_value, self.max_value) + (1 - self.rate) * norm
        return w * (wanted / (EPSILON + norm))


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm

BY_NAME = {
    "max_norm": MaxNorm,
    "min_max_norm": MinMaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
}


def get(constraint: Any) -> Constraint | None:
    """The constraint of a name; None is none."""
    if constraint is None or isinstance(constraint, Constraint):
        return constraint
    return BY_NAME[pick("constraints", constraint, BY_NAME)]()


def length(w: jax.Array, axis: int | tuple[int, ...]) -> jax.Array:
    """√Σw² along some axes, which stay as axes of length 1."""
    return jnp.sqrt(jnp.sum(jnp.square(w), axis=axis, keepdims=True))


class Constrained(Penalty):
    """All constraints of a model, by the names of their arrays; nothing is added to the loss."""

    arrays: tuple[tuple[str, Constraint], ...] = static()

    def project(self, model):
        table = dict(self.arrays)

        def move(leaf):
            return table[leaf.name](leaf.value) if leaf.name in table else leaf.value

        return map_leaves(move, model)


def __getattr__(name: str) -> Any:
    raise missing.refusal("constraints", name)
