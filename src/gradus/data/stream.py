"""Data bigger than memory: chunks that are read while the ones before are learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.checks import arrays_of, check_arrays
from gradus.data.dataset import map_arrays
from gradus.data.preprocess import Preprocessor
from gradus.data.tables import UTF8, check_file, csv_options, readable

END = object()


class Chunk(NamedTuple):
    """Some examples: as many as the stream likes, checked like any other arrays."""

    x: Any
    y: Any = None
    weight: Any = None


class Stream:
    """A source of examples that is read chunk by chunk, anew in every epoch.

    `for chunk in stream(seed)` gives `Chunk`s of NumPy arrays of any length; whoever learns from
    them cuts them into batches. The next chunk is read by another thread meanwhile.

    Arguments:
        factory: a function of a seed, different in every epoch, that gives an iterator over
            (x,), (x, y) or (x, y, weight); a fixed order may ignore the seed.
        length: how many examples an epoch has, where that is known.

    >>> def halves(seed):
    ...     yield np.zeros((2, 3)), np.array([0, 1])
    ...     yield np.ones((1, 3)), np.array([1])
    >>> [chunk.x.shape for chunk in Stream(halves, length=3)(seed=0)]
    [(2, 3), (1, 3)]

    Raises InputError, naming the chunk, where it is not arrays that can be learned from.
    """

    def __init__(self, factory: Callable[[int], Iterator[tuple]], length: int | None = None):
        self.factory, self.length = factory, length

    def __call__(self, seed: int = 0) -> Iterator[Chunk]:
        return prefetch(self._checked(seed))

    def __repr__(self) -> str:
        return "Stream" if self.length is None else f"Stream of {self.length} examples"

    @classmethod
    def from_arrays(cls, x: Any, y: Any = None, weight: Any = None, *, rows: int = 8192) -> Stream:
        """A stream of memory-mapped arrays, in blocks of `rows`, in another order in every epoch.

        Blocks are read in random order and shuffled within: reading stays sequential, and
        neighbours come from one block.
        """
        n = len(next(iter(arrays_of(x).values())))

        def blocks(seed: int) -> Iterator[tuple]:
            random = np.random.default_rng(seed)
            for start in random.permutation(np.arange(0, n, rows)):
                order = random.permutation(min(rows, n - start))

                def part(array, start=start, order=order):
                    return None if array is None else np.asarray(array[start : start + rows])[order]

                yield map_arrays(part, x), part(y), part(weight)

        return cls(blocks, n)

    @classmethod
    def from_csv(cls, path: str | Path, preprocessor: Preprocessor, *, rows: int = 65536) -> Stream:
        """A stream of a CSV file (see `read_table`), `rows` at a time, in the order of the file.

        Examples are shuffled within a chunk; a file that is sorted by class should be shuffled
        before. `preprocessor` is one fitted on a part that fits in memory.
        """
        import polars as pl

        check_file(Path(path))
        table = pl.scan_csv(path, **csv_options(Path(path)))

        def chunks(seed: int) -> Iterator[tuple]:
            random = np.random.default_rng(seed)
            with readable(Path(path), UTF8):
                for part in table.collect_batches(chunk_size=rows, maintain_order=True):
                    data = preprocessor.dataset(part).take(random.permutation(part.height))
                    yield data.x, data.y

        return cls(chunks)

    def _checked(self, seed: int) -> Iterator[Chunk]:
        for number, arrays in enumerate(self.factory(seed)):
            with located(f"chunk {number} of the stream"):
                if not isinstance(arrays, tuple) or not 1 <= len(arrays) <= 3:
                    raise InputError(
                        "not a chunk",
                        expected="a tuple (x,), (x, y) or (x, y, weight)",
                        got=type(arrays).__name__,
                        fix="let the factory yield tuples of arrays",
                    )
                yield Chunk(*check_arrays(*arrays))


def prefetch(items: Iterator) -> Iterator:
    """The same items, each made by another thread while the one before is used.

    >>> list(prefetch(iter([1, 2, 3])))
    [1, 2, 3]
    """
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, END)
        while (item := coming.result()) is not END:
            coming = thread.submit(next, items, END)
            yield item
