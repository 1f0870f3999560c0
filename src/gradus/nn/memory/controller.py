"""The net that steers the heads: a recurrent layer, or a dense one that remembers nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.nn.dense import Dense
from gradus.nn.layer import Layer
from gradus.nn.recurrent.bptt import Cell, State
from gradus.nn.recurrent.gru import GRU
from gradus.nn.recurrent.lstm import LSTM
from gradus.nn.recurrent.simple import SimpleRNN


class Controller(NamedTuple):
    """What a machine needs of a layer: one step, and what it multiplies and adds.

    Arguments:
        cell: one step, from the sums of its inputs, x W + b, and its state.
        matrices, constants: of the cell.
        start: the state before the first step, for a number of sequences.
    """

    cell: Cell
    matrices: tuple[jax.Array, ...]
    constants: Any
    start: Callable[[int], State]


class FeedForwardCell(NamedTuple):
    """h = g(inputs): nothing is left of the step before."""

    activation: Callable

    def __call__(self, product, constants, inputs, state):
        return (self.activation(inputs),)


def of_recurrent(layer: Any) -> Controller:
    """A recurrence, whose state is carried on beside the memory."""
    return Controller(layer.cell, layer.matrices, layer.constants, layer.start)


def of_dense(layer: Any) -> Controller:
    """A dense layer; all that is remembered is in the memory."""

    def start(size: int) -> State:
        return (jnp.zeros((size, layer.units)),)

    return Controller(FeedForwardCell(layer.activation), (), (), start)


KINDS: dict[type, Callable[[Any], Controller]] = {
    SimpleRNN: of_recurrent,
    LSTM: of_recurrent,
    GRU: of_recurrent,
    Dense: of_dense,
}


def controller_of(layer: Layer) -> Controller:
    """The layer as a controller."""
    return KINDS[type(layer)](layer)


def check_controller(machine: Layer, layer: Any) -> None:
    """Refuse layers that no step by itself can be taken with."""
    if type(layer) not in KINDS:
        name = type(machine).__name__
        raise InputError(
            f"{name}: controller",
            expected=", ".join(f"nn.{kind.__name__}" for kind in KINDS),
            got=repr(layer),
            fix=f"write nn.{name}(8, controller=nn.LSTM(100))",
        )
