"""What all recurrent layers share: their arrays, and how a cell goes through the steps."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.record import param, static, weight
from gradus.nn.checks import check_units, check_width
from gradus.nn.initializers import GlorotUniform, Initializer, Orthogonal
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.bptt import Cell, Steps, of_all_steps, through_time
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, shape_of_outputs


class Recurrent(Stepwise):
    """A recurrence with weights W from the inputs, weights U from the state before, and a bias b.

    Arguments:
        units: numbers in the state, and outputs of each step.
        return_sequences: whether all outputs are returned, (B, T, units), or the last, (B, units).
        weight_init: initialiser of W, shape (features, gates · units).
        recurrent_init: initialiser of U, shape (units, gates · units).
    """

    units: int = static()
    weight_init: Initializer = eqx.field(default=GlorotUniform(), static=True, kw_only=True)
    recurrent_init: Initializer = eqx.field(default=Orthogonal(), static=True, kw_only=True)
    recurrent: jax.Array = weight()
    weight: jax.Array = weight()
    bias: jax.Array = param()

    def __check_init__(self):
        check_units(self, self.units)

    @property
    @abstractmethod
    def cell(self) -> Cell:
        """One step."""

    @property
    def gates(self) -> int:
        """How many sums each unit makes at a step."""
        return 1

    @property
    def matrices(self) -> tuple[jax.Array, ...]:
        """What the cell multiplies by."""
        return (self.recurrent,)

    @property
    def constants(self) -> Any:
        """What else the cell takes at every step."""
        return ()

    @property
    def width(self) -> int:
        """The number of outputs at each step."""
        return self.units

    def output_shape(self, shape):
        return shape_of_outputs(self, shape, self.width)

    def init(self, key, shape):
        _, features = check_sequence_shape(self, shape)
        if self.weight is not None:
            return self
        one, other = jax.random.split(key)
        sums = self.gates * self.units
        return self.replace(
            weight=self.weight_init(one, (features, sums)),
            recurrent=self.recurrent_init(other, (self.width, sums)),
            bias=self.first_bias(),
        )

    def first_bias(self) -> jax.Array:
        """The bias before training."""
        return jnp.zeros(self.gates * self.units)

    def start(self, size):
        return (jnp.zeros((size, self.width)),)

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        inputs = self.inputs(jnp.swapaxes(x, 0, 1))
        present = None if mask is None else mask.T.astype(x.dtype)
        outputs, state = through_time(
            self.cell, self.matrices, self.constants, Steps(inputs, present), state
        )
        return jnp.swapaxes(outputs, 0, 1), state

    def inputs(self, x: jax.Array) -> Any:
        """What the steps need of the inputs (T, B, features), made for all of them at once."""
        return sums_of_inputs(x, self.weight, self.bias)


def sums_of_inputs(x: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
    """x W + b for all steps at once."""
    # b is the weight of an input that is always 1: its gradient comes with the product, in a
    # thirtieth of the time that a sum over all steps takes
    one = jnp.ones((*x.shape[:-1], 1), x.dtype)
    weights = jnp.concatenate([weight, bias[None, :]])
    return of_all_steps(jnp.concatenate([x, one], axis=-1), weights)
