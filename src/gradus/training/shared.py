"""Programs that serve many runs: nothing is compiled twice that differs in numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.training.door import Admitted
from gradus.training.member import Examples


class Shared(NamedTuple):
    """A way of learning whose compiled program other runs may use, and whose numbers may differ.

    `fit` takes it in the place of an algorithm. Runs of equal identity share a program where their
    batches are of one size and their examples fill equally many of them.

    Arguments:
        make: a function of the numbers that gives an algorithm.
        numbers: such as the learning rate, by name.
        identity: of everything else that the algorithm depends on; None: nothing is shared.

    >>> from gradus import fit, nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> make = lambda rate: supervised(nn.Dense(1), Gaussian(), adam(rate))
    >>> x = np.linspace(-1, 1, 64)[:, None]
    >>> for rate in (0.01, 0.1):
    ...     run = fit(Shared(make, {"rate": rate}, "a line, by Adam"), (x, x[:, 0]), epochs=1)
    >>> run.seconds["compile"]
    0.0
    """

    make: Callable[..., Algorithm]
    numbers: Mapping[str, float] = {}
    identity: Hashable | None = None

    @property
    def algorithm(self) -> Algorithm:
        """The way of learning itself."""
        return self.make(**self.numbers)

    def settings(self) -> dict[str, Any]:
        """The numbers as arguments of a program."""
        usual = jax.dtypes.canonicalize_dtype(float)
        return {name: usual.type(value) for name, value in self.numbers.items()}


def as_shared(algorithm: Any) -> Shared:
    """An algorithm that stands for itself, and shares nothing, unless it was told otherwise."""
    return algorithm if isinstance(algorithm, Shared) else Shared(lambda: algorithm)


def whole_batches(admitted: Admitted, batch: int) -> Admitted:
    """The data filled up to a whole number of batches with rows that do not count.

    No step is added: a short last batch is filled up in any case.
    """
    train, held_out = admitted.examples
    filled = _filled(train, batch)
    if held_out is not None:
        held_out = filled if held_out is train else _filled(held_out, batch)
    validation = admitted.validation
    return admitted._replace(
        examples=Examples(filled, held_out),
        rows=_no_rows(admitted.rows, batch),
        validation=None if validation is None else _no_rows(validation, batch),
    )


def _filled(examples: Batch, batch: int) -> Batch:
    def fill(array: Any) -> np.ndarray:
        return np.concatenate([array, array[:1].repeat(-len(array) % batch, axis=0)])

    return Batch(*jax.tree.map(fill, tuple(examples)))


def _no_rows(rows: np.ndarray, batch: int) -> np.ndarray:
    return np.pad(rows, (0, -len(rows) % batch), constant_values=-1)
