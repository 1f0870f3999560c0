"""Runs over data bigger than memory: one block of batches on the device at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.data.stream import Stream
from gradus.learn.algorithm import Algorithm
from gradus.training.checkpoint import fingerprint
from gradus.training.loops import Carry, Loops
from gradus.training.member import Examples, Life, Member
from gradus.training.program import compile_together

BLOCK_BATCHES = 64


class Block(NamedTuple):
    """Some batches of examples, and which of its rows count: in order, −1 where none is left."""

    examples: Batch
    rows: np.ndarray

    @property
    def count(self) -> int:
        """How many rows count."""
        return int((self.rows >= 0).sum())


class StreamProgram:
    """The compiled programs of a run over a stream: `start`, `advance` by one block, `finish`.

    Chunks of any length are cut into blocks of equal length, so that nothing is compiled twice;
    the last block of an epoch is filled up with rows that do not count.

    Arguments:
        algorithm: what learns, and says what it can learn from.
        life: what happens to the run.
        stream: where examples come from, in another order in every epoch.
        member: the key, and the validation rows.
        validation: examples to validate on, or None.
        epochs: how often the stream is read.
        seed: of the order of the stream.
    """

    together, count, steps, slices_kept = False, 1, 0, 1

    def __init__(
        self,
        algorithm: Algorithm,
        life: Life,
        stream: Stream,
        member: Member,
        validation: Batch | None,
        epochs: int,
        seed: int,
    ):
        self.algorithm, self.life, self.stream = algorithm, life, stream
        self.member, self.validation, self.epochs, self.seed = member, validation, epochs, seed
        self.loops = Loops(life, together=False)
        self.waiting: Iterator[Block] | None = None
        self.block, self.first = self._first_block(), 0
        self.compile_seconds = self._compile()

    @property
    def resumable(self) -> bool:
        """Whether the run stands between two epochs, where it can be taken up again."""
        return self.waiting is None

    def start(self) -> Carry:
        """Fresh weights, no step taken."""
        return self._start(self._member(), self._examples())

    def advance(self, carry: Carry, until: int) -> Carry:
        """Learn from the next block; after the last one, end the epoch."""
        if self.waiting is None:
            self.waiting = self._blocks(int(carry.epoch))
        block = next(self.waiting, None)
        if block is None:
            self.waiting = None
            return self._finish(carry, self._member(), self._examples())
        self.block, self.first = block, int(carry.step)
        return self.replay(carry, self._end)

    def replay(self, carry: Carry, until: int) -> Carry:
        """Learn from the present block once more, up to step `until`."""
        until = min(until, self._end)
        return self._steps(carry, self._member(), self._examples(), self.first, until)

    def done(self, carry: Carry) -> bool:
        """Whether the stream was read as often as planned."""
        return int(carry.epoch) >= self.epochs

    def place(self, carry: Carry) -> str:
        """Where in its epoch the run stands; how long an epoch is, only the stream knows."""
        return f"step {int(carry.step)}"

    def fingerprint(self) -> int:
        """A number that is another one for another seed or validation part."""
        return fingerprint(self.member, self.validation)

    def trouble(self, carry: Carry) -> list[str]:
        """What is not finite in the next step: names of measures, gradients and updates."""
        start = (int(carry.step) - self.first) * self.life.batch
        rows = self.block.rows[start : start + self.life.batch]
        return self.loops.trouble(carry, rows, self._member(), self._examples())

    @property
    def _end(self) -> int:
        return self.first - (-self.block.count // self.life.batch)

    def _member(self) -> Member:
        return self.member._replace(rows=self.block.rows)

    def _examples(self) -> Examples:
        return Examples(self.block.examples, self.validation)

    def _first_block(self) -> Block:
        block = next(self._blocks(0), None)
        if block is None:
            raise InputError(
                "the stream is empty",
                expected="at least one chunk of examples",
                got="none",
                fix="let the factory give a new iterator each time it is called",
            )
        return block

    def _blocks(self, epoch: int) -> Iterator[Block]:
        """The examples of one epoch in blocks of equal length."""
        length = BLOCK_BATCHES * self.life.batch
        kept = None
        seed = int(np.random.SeedSequence([self.seed, epoch]).generate_state(1)[0])
        for number, chunk in enumerate(self.stream(seed)):
            chunk = Batch(*chunk)
            if self.algorithm.check is not None:
                with located(f"chunk {number} of the stream"):
                    self.algorithm.check(chunk)
            kept = chunk if kept is None else _joined(kept, chunk)
            while kept.size >= length:
                yield _block(kept, length)
                kept = jax.tree.map(lambda a: a[length:], kept)
        if kept is not None and kept.size:
            yield _block(kept, length)

    def _compile(self) -> float:
        """Trace the programs, then compile them side by side; gives the seconds it took."""
        began = time.perf_counter()
        given = self._member(), self._examples()

        def steps(carry, member, examples, first, until):
            return self.loops.steps(carry, member.rows, member, examples, first, until)

        start = jax.jit(self.loops.start).trace(*given)
        learn = jax.jit(steps).trace(start.out_info, *given, 0, 0)
        finish = jax.jit(self.loops.finish).trace(start.out_info, *given)
        self._start, self._steps, self._finish = compile_together(start, learn, finish)
        return time.perf_counter() - began


def _joined(first: Batch, second: Batch) -> Batch:
    return jax.tree.map(lambda *arrays: np.concatenate(arrays), first, second)


def _block(examples: Batch, length: int) -> Block:
    """The first `length` examples; where there are fewer, they are repeated and do not count."""
    rows = np.arange(length, dtype=np.int32)
    count = min(length, examples.size)
    filled = jax.tree.map(lambda array: array[rows % count], examples)
    return Block(jax.device_put(filled), np.where(rows < count, rows, -1))
