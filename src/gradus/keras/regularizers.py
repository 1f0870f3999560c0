"""Keras' regularisers, each on one array of one layer, and the penalty they make together."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.base.tree import leaves
from gradus.keras import missing
from gradus.keras.arguments import check_call, pick
from gradus.penalties import Penalty, absolute


class Regularizer(Record):
    """l1 · Σ|w| + l2 · Σw²; without Keras' missing ½ in mind, compare with `penalties.l2`."""

    l1: float = static(0.0)
    l2: float = static(0.0)

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    def __call__(self, w: jax.Array) -> jax.Array:
        """The number added to the loss."""
        return self.l1 * jnp.sum(absolute(w)) + self.l2 * jnp.sum(jnp.square(w))


class L1(Regularizer):
    """l1 · Σ|w|."""

    def __init__(self, l1: float = 0.01):
        self.l1, self.l2 = amount("l1", l1), 0.0


class L2(Regularizer):
    """l2 · Σw².

    >>> float(L2(0.01)(jnp.array([3.0, 4.0])))
    0.25

    Differs from `gradus.penalties.l2`, which has a ½ and acts on all weights.
    """

    def __init__(self, l2: float = 0.01):
        self.l1, self.l2 = 0.0, amount("l2", l2)


class L1L2(Regularizer):
    """l1 · Σ|w| + l2 · Σw²."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1, self.l2 = amount("l1", l1), amount("l2", l2)


def l1(l1: float = 0.01) -> L1:
    """l1 · Σ|w|."""
    return L1(l1)


def l2(l2: float = 0.01) -> L2:
    """l2 · Σw²."""
    return L2(l2)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """l1 · Σ|w| + l2 · Σw²."""
    return L1L2(l1, l2)


BY_NAME = {"l1": L1, "l2": L2, "L1": L1, "L2": L2, "l1_l2": l1_l2, "L1L2": l1_l2}


def get(regularizer: Any) -> Regularizer | None:
    """The regulariser of a name; None is none."""
    if regularizer is None or isinstance(regularizer, Regularizer):
        return regularizer
    return BY_NAME[pick("regularizers", regularizer, BY_NAME)]()


def amount(name: str, value: float) -> float:
    """A strength of at least 0."""
    if isinstance(value, int | float) and value >= 0:
        return float(value)
    raise InputError(name, expected="a number from 0 up", got=repr(value), fix=f"{name}=0.01, say")


class Together(Penalty):
    """All regularisers of a model: those of arrays by their names, those of outputs by their notes.

    Arguments:
        arrays: (name of an array, its regulariser).
        outputs: (name of a note, its regulariser): the sum over the batch by its size.
    """

    arrays: tuple[tuple[str, Regularizer], ...] = static()
    outputs: tuple[tuple[str, Regularizer], ...] = static()

    def __call__(self, model, notes, batch):
        found = {leaf.name: leaf.value for leaf in leaves(model)}
        total = sum((r(found[name]) for name, r in self.arrays), start=jnp.zeros(()))
        present = batch.present
        for name, regularizer in self.outputs:
            for h in notes[name]:
                each = jax.vmap(regularizer)(h.reshape(batch.size, -1))
                total = total + (jnp.mean(each) if present is None else batch.mean(each))
        return total


def __getattr__(name: str) -> Any:
    raise missing.refusal("regularizers", name)
