"""Where random numbers come from: one seed, and a count of how often it was drawn from."""

from __future__ import annotations

import jax
import numpy as np


class Source:
    """A seed and how many keys it has given."""

    def __init__(self) -> None:
        self.seed, self.given = 0, 0

    def next(self) -> int:
        """Another seed with every call, the same ones in every equal program."""
        self.given += 1
        return int(np.random.SeedSequence([self.seed, self.given]).generate_state(1)[0])


SOURCE = Source()


def set_random_seed(seed: int) -> None:
    """Start all random numbers anew: those of models, of NumPy and of Python.

    Without it a program begins with seed 0: equal programs give equal runs.
    """
    import random

    SOURCE.seed, SOURCE.given = int(seed), 0
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - programs written for Keras draw from it


def next_seed() -> int:
    """The next seed."""
    return SOURCE.next()


def next_key() -> jax.Array:
    """The next JAX key."""
    return jax.random.key(next_seed())
