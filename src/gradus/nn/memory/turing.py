"""The neural Turing machine: heads that find by content, and go on by steps."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.nn.checks import check_units
from gradus.nn.memory import addressing as at
from gradus.nn.memory.machine import Machine

EMPTY = 1e-6  # in every slot before the first step


class TuringMemory(NamedTuple):
    """Slots in a ring, and heads that move on it."""

    slots: int
    width: int
    reads: int
    writes: int
    shift: int

    @property
    def head(self) -> tuple[int, ...]:
        """How many numbers steer a head: key, strength, gate, shift, sharpening."""
        return (self.width, 1, 1, 2 * self.shift + 1, 1)

    @property
    def numbers(self):
        return (self.reads + self.writes) * sum(self.head) + self.writes * 2 * self.width

    @property
    def shapes(self):
        return ((self.slots, self.width),)

    def start(self, size):
        heads = self.reads + self.writes
        first = jnp.zeros((size, heads, self.slots)).at[:, :, 0].set(1)
        return first, [jnp.full((size, self.slots, self.width), EMPTY)]

    def __call__(self, numbers, weightings, stores):
        (memory,) = stores
        heads = self.reads + self.writes
        steering, writing = at.parts(
            numbers, (heads * sum(self.head), self.writes * 2 * self.width)
        )
        weightings = self.addressed(steering.reshape(-1, heads, sum(self.head)), weightings, memory)
        erase, add = jnp.split(writing.reshape(-1, self.writes, 2 * self.width), 2, axis=-1)
        memory = at.written(memory, weightings[:, self.reads :], jax.nn.sigmoid(erase), add)
        return at.read(memory, weightings[:, : self.reads]), weightings, [memory]

    def addressed(self, steering, before, memory):
        """New weightings: by content, or as before, then moved, then sharpened."""
        key, strength, gate, shares, power = at.parts(steering, self.head)
        found = at.by_content(memory, key, jax.nn.softplus(strength[..., 0]))
        chosen = at.between(jax.nn.sigmoid(gate[..., 0]), found, before)
        moved = at.shifted(chosen, jax.nn.softmax(shares, axis=-1))
        return at.sharpened(moved, at.oneplus(power[..., 0]))


class NeuralTuringMachine(Machine):
    """A net that reads and writes a memory M of `slots` rows, all of it differentiable:

        w ← sharpen(shift(g · softmax(β cos(k, M)) + (1 − g) · w)) for every head,
        M ← M ⊙ (1 − w eᵀ) + w aᵀ for those that write,  r = wᵀ M for those that read,
        h ← controller([x, r], h),  y = [h, r] W + b;

    keys k, strengths β, gates g, shifts, erase e and add a are linear in h, each squashed into
    its range.

    No weight depends on `slots`: `machine.replace(slots=128)` is the same net with more memory.

    Arguments:
        outputs: number of outputs of each step.
        slots, width: rows and columns of the memory.
        controller: what steers: `nn.LSTM`, `nn.GRU`, `nn.SimpleRNN`, or `nn.Dense`, without a
            state of its own.
        reads, writes: how many heads of each kind.
        shift: how many slots a head may move at a step, to either side.
        return_sequences: whether all yₜ are returned, (B, T, outputs), or the last, (B, outputs).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding; `start` and `steps` carry the state, memory included, from one part of a sequence
    to the next. The pass notes "read weightings" and "write weightings", (B, T, heads, slots).
    Raises InputError for other controllers, inputs of other shapes, and masks that do not fit.

    >>> from gradus import nn
    >>> layer = nn.NeuralTuringMachine(2, slots=6, width=4, controller=nn.LSTM(8))
    >>> layer = layer.init(jax.random.key(0), (7, 3))
    >>> layer(jnp.ones((5, 7, 3))).shape
    (5, 2)
    >>> forward = nn.Forward()
    >>> y = layer(jnp.ones((5, 7, 3)), forward)
    >>> [w.shape for w in forward.notes["write weightings"]]
    [(5, 7, 1, 6)]

    Graves, Wayne and Danihelka (2014). Left open there: memory starts at 10⁻⁶, heads at the first
    slot; all heads find their place in the memory of the step before, then it is written, then
    read. Collier and Beel (2018) compare ways to start.
    """

    reads: int = eqx.field(default=1, static=True, kw_only=True)
    writes: int = eqx.field(default=1, static=True, kw_only=True)
    shift: int = eqx.field(default=1, static=True, kw_only=True)

    def __check_init__(self):
        check_units(self, self.shift)

    @property
    def memory(self):
        return TuringMemory(self.slots, self.width, self.reads, self.writes, self.shift)
