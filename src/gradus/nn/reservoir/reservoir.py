"""What all reservoirs share: arrays that nothing trains, and how a cell goes through the steps."""

from __future__ import annotations

from abc import abstractmethod

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import state, static
from gradus.nn.checks import check_units, check_width
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.bptt import Cell, Steps, through_time
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, shape_of_outputs


class Reservoir(Stepwise):
    """A recurrence with weights W from the inputs, U between the units and a bias b, all drawn
    once: `state()` arrays, which no gradient step changes.
    """

    units: int = static()
    weight: jax.Array = state()
    recurrent: jax.Array = state()
    bias: jax.Array = state()

    def __check_init__(self):
        check_units(self, self.units)

    @property
    @abstractmethod
    def cell(self) -> Cell:
        """One step."""

    @abstractmethod
    def drawn(self, key: jax.Array, features: int) -> dict[str, jax.Array]:
        """W (features, units), U (units, units) and b (units,), by their names."""

    def output_shape(self, shape):
        return shape_of_outputs(self, shape, self.units)

    def init(self, key, shape):
        _, features = check_sequence_shape(self, shape)
        if self.weight is not None:
            return self
        return self.replace(**self.drawn(key, features))

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        inputs = jnp.swapaxes(x, 0, 1) @ self.weight + self.bias[None, None, :]
        present = None if mask is None else mask.T.astype(x.dtype)
        outputs, state = through_time(
            self.cell, (self.recurrent,), (), Steps(inputs, present), state
        )
        return jnp.swapaxes(outputs, 0, 1), state


def check_range(layer: Reservoir, name: str, low: float, high: float) -> None:
    """Refuse a hyperparameter that is not a number above `low` and up to `high`."""
    value = getattr(layer, name)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low < value <= high:
        raise InputError(
            f"{type(layer).__name__}: {name}",
            expected=f"a number above {low:g}" + (f" and up to {high:g}" if high < 1e9 else ""),
            got=repr(value),
            fix=f"leave {name} out for {type(layer).__dataclass_fields__[name].default}",
        )
