"""Batches that come one by one: generators, and objects with a length and numbered batches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.stream import Stream
from gradus.keras.model_like import ModelLike


class Sequence:
    """Numbered batches: a class below it gives `__len__` and `__getitem__`.

    `on_epoch_end` is called when all have been seen.
    """

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ):
        self.workers = workers

    def __len__(self) -> int:
        raise TypeError(f"{type(self).__name__} has no __len__")

    def __getitem__(self, index: int) -> Any:
        raise TypeError(f"{type(self).__name__} has no __getitem__")

    def on_epoch_end(self) -> None:
        """Called when all batches have been seen."""


def is_generator(x: Any) -> bool:
    """Whether batches come one by one."""
    return isinstance(x, Sequence) or hasattr(x, "__next__")


class Source:
    """Batches of a generator or a sequence, an epoch at a time; nothing that was drawn is lost."""

    def __init__(self, batches: Any, steps: int | None, name: str):
        self.batches = batches
        self.steps = length_of(batches, steps, name)
        self.endless = iter(batches) if hasattr(batches, "__next__") else self._again()
        self.lock, self.peeked = threading.Lock(), []

    def epoch(self) -> Iterator[tuple]:
        """The batches of the next epoch."""
        waiting, self.peeked = self.peeked, []
        for _ in range(self.steps):
            batch = waiting.pop(0) if waiting else next(self.endless, None)
            if batch is None:
                raise InputError(
                    "the generator has ended",
                    expected=f"{self.steps} batches for every epoch",
                    got="no more",
                    fix="let it begin again: while True: …",
                )
            yield batch

    def first(self) -> tuple:
        """The first batch, which the next epoch gives again."""
        batch = next(self.epoch())
        self.peeked = [batch]
        return batch

    def _again(self) -> Iterator[Any]:
        while True:
            for index in range(len(self.batches)):
                yield self.batches[index]
            self.batches.on_epoch_end()


def length_of(batches: Any, steps: int | None, name: str) -> int:
    """How many batches make an epoch."""
    if steps is not None:
        return int(steps)
    if hasattr(batches, "__len__"):
        return len(batches)
    raise InputError(
        f"{name} of a generator",
        expected="how many batches make an epoch",
        got="nothing",
        fix=f"{name}=100",
    )


def drawn(batches: Any, steps: int | None, name: str = "steps") -> tuple:
    """Some batches side by side: (x, y), or (x, y, weight)."""
    found = [
        batch if isinstance(batch, tuple) else (batch,)
        for batch in Source(batches, steps, name).epoch()
    ]
    if len(found[0]) == 3 and found[0][2] is None:
        found = [batch[:2] for batch in found]
    return jax.tree.map(lambda *parts: np.concatenate(parts), *found)


def generated(model: ModelLike, batches: Any, given: Any) -> tuple[Any, Any, Any]:
    """The program of a run over batches that come one by one."""
    from gradus.keras import training
    from gradus.keras.examples import examples_of
    from gradus.keras.translation import algorithm_of, start_of, translated
    from gradus.training.member import Member
    from gradus.training.streaming import StreamProgram

    source = Source(batches, given.steps_per_epoch, "steps_per_epoch")
    refuse_arrays_only(given)
    first = source.first()
    example = examples_of(model, *first[:2])
    translation = translated(model, example.y.y)
    start = start_of(model, translation.outputs)
    held_out, rows = None, None
    if given.validation_data is not None:
        held_out = training.validation_of(model, given)
        rows, held_out = np.arange(held_out.size, dtype=np.int32), jax.device_put(held_out)
    member = Member(np.asarray(0, np.uint32), np.zeros(0, np.int32), rows, training.rate_of(model))
    life = training.life_of(model, translation, start, example.size)

    def chunks(seed: int) -> Iterator[tuple]:
        for batch in source.epoch():
            x, y = training_pair(batch)
            data = examples_of(model, x, y)
            yield data.x, data.y.y[0]

    algorithm = algorithm_of(model, translation, start)
    stream = Probed(chunks)
    program = StreamProgram(algorithm, life, stream, member, held_out, given.planned, 0)
    return translation, start, program


class Probed(Stream):
    """A stream whose first epoch may be looked into before it is read: it comes again whole."""

    def __init__(self, factory: Any):
        super().__init__(factory)
        self.seen: list[Any] | None = []
        self.rest: Iterator[Any] | None = None

    def __call__(self, seed: int = 0) -> Iterator[Any]:
        if self.rest is None:
            self.rest = super().__call__(seed)
            return self._noting()
        if self.seen is not None:
            again = chain(self.seen, self.rest)
            self.seen = None
            return again
        return super().__call__(seed)

    def _noting(self) -> Iterator[Any]:
        assert self.rest is not None
        for chunk in self.rest:
            if self.seen is not None:
                self.seen.append(chunk)
            yield chunk


def training_pair(batch: Any) -> tuple[Any, Any]:
    """Inputs and targets of a batch; raises InputError for batches with weights."""
    if isinstance(batch, tuple) and (len(batch) == 2 or (len(batch) == 3 and batch[2] is None)):
        return batch[0], batch[1]
    raise InputError(
        "a batch of a generator",
        expected="a tuple (x, y)",
        got=f"a tuple of {len(batch)}" if isinstance(batch, tuple) else type(batch).__name__,
        fix="yield x, y; weights of examples need arrays",
    )


def refuse_arrays_only(given: Any) -> None:
    """Refuse what `fit` can only do with arrays."""
    for name in ("validation_split", "class_weight", "sample_weight", "batch_size"):
        if getattr(given, name):
            raise InputError(
                f"fit: {name} with a generator",
                expected="arrays",
                got="batches that come one by one",
                fix="give arrays, or say it where the batches are made",
            )


__all__ = ["Sequence", "drawn", "generated", "is_generator"]
