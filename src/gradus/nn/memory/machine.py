"""What all nets with a memory share: a controller, its heads, and how they go through the steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from math import prod
from typing import Any, NamedTuple, Protocol

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.errors import located
from gradus.base.record import param, static, weight
from gradus.nn.channels import spread
from gradus.nn.checks import check_units, check_width
from gradus.nn.initializers import GlorotUniform
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.memory.addressing import parts
from gradus.nn.memory.controller import check_controller, controller_of
from gradus.nn.recurrent.bptt import Cell, Steps, of_all_steps, through_time
from gradus.nn.recurrent.lstm import LSTM
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, shape_of_outputs


class Memory(Hashable, Protocol):
    """A kind of memory: `memory(numbers, weightings, stores)` is what one step does to it."""

    slots: int
    width: int
    reads: int
    writes: int

    @property
    def numbers(self) -> int:
        """How many numbers steer it at every step."""
        ...

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of its stores for one sequence, the memory itself (slots, width) first."""
        ...

    def start(self, size: int) -> tuple[jax.Array, list[jax.Array]]:
        """Weightings (B, heads, slots) and stores before the first step."""
        ...

    def __call__(
        self, numbers: jax.Array, weightings: jax.Array, stores: list[jax.Array]
    ) -> tuple[jax.Array, jax.Array, list[jax.Array]]:
        """What is read, (B, reads, width), weightings, reading heads first, and stores."""
        ...


class MachineCell(NamedTuple):
    """One step of a controller and its memory: see `bptt.Cell`.

    The state is (shown, *stores, *rest of the controller's state), each array (B, …) flat; shown
    are h, what was read, and the weightings, side by side.
    """

    controller: Cell
    memory: Memory
    units: int

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many numbers of h, of what was read, and of weightings are shown."""
        of, heads = self.memory, self.memory.reads + self.memory.writes
        return self.units, of.reads * of.width, heads * of.slots

    def packed(self, h, seen, weightings, stores, rest):
        """The state as flat arrays."""
        shown = jnp.concatenate([h, flat(seen), flat(weightings)], axis=-1)
        return (shown, *map(flat, stores), *rest)

    def __call__(self, product, constants, z, state):
        of_controller, bias = constants
        shown, *others = state
        count = len(self.memory.shapes)
        h, seen, weightings = parts(shown, self.sizes)
        stores = [
            store.reshape(-1, *shape)
            for store, shape in zip(others[:count], self.memory.shapes, strict=True)
        ]
        sums = z + product(-2, seen)
        h, *rest = self.controller(product, of_controller, sums, (h, *others[count:]))
        numbers = product(-1, h) + bias[None, :]
        weightings = weightings.reshape(len(h), -1, self.memory.slots)
        return self.packed(h, *self.memory(numbers, weightings, stores), rest)


class Machine(Stepwise):
    """A controller with a memory: yₜ = [hₜ, rₜ] W + b, hₜ from xₜ and what was read at t − 1."""

    outputs: int = static()
    slots: int = static(128)
    width: int = static(20)
    controller: Any = eqx.field(default=LSTM(100), kw_only=True)
    output_weight: jax.Array = weight()
    interface: jax.Array = weight()
    interface_bias: jax.Array = param()
    output_bias: jax.Array = param()

    @property
    @abstractmethod
    def memory(self) -> Memory:
        """The kind of memory, and its size."""

    def __check_init__(self):
        check_controller(self, self.controller)
        for size in (self.outputs, self.slots, self.width, self.memory.reads, self.memory.writes):
            check_units(self, size)

    @property
    def read_width(self) -> int:
        """How many numbers are read at a step."""
        return self.memory.reads * self.memory.width

    def output_shape(self, shape):
        return shape_of_outputs(self, shape, self.outputs)

    def init(self, key, shape):
        length, features = check_sequence_shape(self, shape)
        if self.output_weight is not None:
            return self
        one, two, three = jax.random.split(key, 3)
        units = self.controller.units
        with located(type(self).__name__):
            controller = self.controller.init(one, (length, features + self.read_width))
        numbers = self.memory.numbers
        return self.replace(
            controller=controller,
            interface=GlorotUniform()(two, (units, numbers)),
            interface_bias=jnp.zeros(numbers),
            output_weight=GlorotUniform()(three, (units + self.read_width, self.outputs)),
            output_bias=jnp.zeros(self.outputs),
        )

    def start(self, size):
        h, *rest = controller_of(self.controller).start(size)
        weightings, stores = self.memory.start(size)
        return self.cell.packed(h, jnp.zeros((size, self.read_width)), weightings, stores, rest)

    @property
    def cell(self) -> MachineCell:
        """One step."""
        units = self.controller.units
        return MachineCell(controller_of(self.controller).cell, self.memory, units)

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        of_inputs, of_reads = self.matrices()
        check_width(self, x, of_inputs)
        controller = controller_of(self.controller)
        z = of_all_steps(jnp.swapaxes(x, 0, 1), of_inputs)
        if self.controller.bias is not None:
            z = z + spread(self.controller.bias, z.shape)
        present = None if mask is None else mask.T.astype(x.dtype)
        shown, state = through_time(
            self.cell,
            (*controller.matrices, of_reads, self.interface),
            (controller.constants, self.interface_bias),
            Steps(z, present),
            state,
        )
        return self.outputs_of(jnp.swapaxes(shown, 0, 1), forward), state

    def matrices(self) -> tuple[Any, Any]:
        """The controller's weights from the inputs, and from what was read."""
        weight = self.controller.weight
        if weight is None:
            return None, None
        return weight[: -self.read_width], weight[-self.read_width :]

    def outputs_of(self, shown: jax.Array, forward: Forward) -> jax.Array:
        """The outputs of all steps; the weightings are noted."""
        memory, units = self.memory, self.controller.units
        seen, weightings = parts(shown, (units + self.read_width, self.cell.sizes[2]))
        weightings = weightings.reshape(*shown.shape[:2], -1, memory.slots)
        forward.note("read weightings", weightings[:, :, : memory.reads])
        forward.note("write weightings", weightings[:, :, memory.reads :])
        y = of_all_steps(seen, self.output_weight)
        return y + spread(self.output_bias, y.shape)


def flat(x: jax.Array) -> jax.Array:
    """(B, …) as (B, n)."""
    return x.reshape(x.shape[0], prod(x.shape[1:]))
