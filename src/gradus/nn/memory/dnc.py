"""The differentiable neural computer: memory that is given out, freed, and read in its order."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.record import static
from gradus.nn.memory import addressing as at
from gradus.nn.memory.allocation import allocation, linked, preceding, retained, used
from gradus.nn.memory.machine import Machine

MODES = 3  # of reading: backward, by content, forward


class DNCMemory(NamedTuple):
    """Slots, how far each is used, where was written last, and what was written after what."""

    slots: int
    width: int
    reads: int
    writes: int = 1

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers steer: keys, strengths, free gates and modes of reading; key,
        strength, erase, add, allocation gate and gate of writing.
        """
        reading = (self.reads * self.width, self.reads, self.reads, self.reads * MODES)
        return (*reading, self.width, 1, self.width, self.width, 1, 1)

    @property
    def numbers(self):
        return sum(self.sizes)

    @property
    def shapes(self):
        n = self.slots
        return ((n, self.width), (n,), (n,), (n, n))

    def start(self, size):
        weightings = jnp.zeros((size, self.reads + 1, self.slots))
        return weightings, [jnp.zeros((size, *shape)) for shape in self.shapes]

    def __call__(self, numbers, weightings, stores):
        memory, usage, precedence, links = stores
        *reading, key, strength, erase, add, of_free, gate = at.parts(numbers, self.sizes)
        keys, strengths, free, modes = reading
        before, written = weightings[:, : self.reads], weightings[:, self.reads]
        usage = used(usage, written, retained(jax.nn.sigmoid(free), before))
        found = at.by_content(memory, key[:, None, :], at.oneplus(strength))[:, 0]
        share = jax.nn.sigmoid(of_free)
        place = share * allocation(usage) + (1 - share) * found
        written = (jax.nn.sigmoid(gate) * place)[:, None, :]
        memory = at.written(memory, written, jax.nn.sigmoid(erase)[:, None, :], add[:, None, :])
        links = linked(links, precedence, written[:, 0])
        precedence = preceding(precedence, written[:, 0])
        keys = keys.reshape(-1, self.reads, self.width)
        found = at.by_content(memory, keys, at.oneplus(strengths))
        reading = in_order(links, before, found, modes.reshape(-1, self.reads, MODES))
        weightings = jnp.concatenate([reading, written], axis=1)
        return at.read(memory, reading), weightings, [memory, usage, precedence, links]


def in_order(links: jax.Array, before: jax.Array, found: jax.Array, modes: jax.Array) -> jax.Array:
    """Weightings of reading heads: π₁ Lᵀw + π₂ c + π₃ L w, one step back, by content, one forward.

    Arguments:
        links: L, shape (B, slots, slots).
        before: w of the step before, shape (B, reads, slots).
        found: c, by content, shape (B, reads, slots).
        modes: logits of π, shape (B, reads, 3).
    """
    back, by_content, forward = jnp.split(jax.nn.softmax(modes, axis=-1), MODES, axis=-1)
    earlier = jnp.einsum("brj,bji->bri", before, links)
    later = jnp.einsum("brj,bij->bri", before, links)
    return back * earlier + by_content * found + forward * later


class DNC(Machine):
    """A differentiable neural computer: it knows which slots are free, and in which order they
    were written.

        writing:  w = gₘ (gₐ a + (1 − gₐ) cos-softmax(k, M)),  a the least used slots,
        M ← M ⊙ (1 − w eᵀ) + w vᵀ,  L(i, j) the share to which i was written right after j,
        reading:  w = π₁ Lᵀw + π₂ cos-softmax(k, M) + π₃ L w,  r = wᵀ M,
        h ← controller([x, r], h),  y = [h, r] W + b.

    No weight depends on `slots`: `machine.replace(slots=64)` is the same net with more memory.

    Arguments:
        outputs: number of outputs of each step.
        slots, width: rows and columns of the memory; the links take slots².
        controller: what steers: `nn.LSTM`, `nn.GRU`, `nn.SimpleRNN` or `nn.Dense`.
        reads: how many heads read; one writes.
        return_sequences: whether all yₜ are returned, (B, T, outputs), or the last, (B, outputs).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding; `start` and `steps` carry the state, memory included, from one part of a sequence
    to the next. The pass notes "read weightings" and "write weightings", (B, T, heads, slots).
    Raises InputError for other controllers, inputs of other shapes, and masks that do not fit.

    >>> from gradus import nn
    >>> layer = nn.DNC(2, slots=6, width=4, controller=nn.LSTM(8), reads=2)
    >>> layer.init(jax.random.key(0), (7, 3))(jnp.ones((5, 7, 3))).shape
    (5, 2)

    Graves et al. (2016), Methods. Lengths in the cosine are smoothed by 10⁻⁶, as in the authors'
    own code: an empty slot has no direction.
    """

    slots: int = static(64)
    reads: int = eqx.field(default=1, static=True, kw_only=True)

    @property
    def memory(self):
        return DNCMemory(self.slots, self.width, self.reads)
