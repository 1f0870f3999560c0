"""What everybody trains: a pair of nets on random examples, each batch once a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RATE, BETA1 = 1e-3, 0.5


class Task(NamedTuple):
    """A pair of nets and its examples.

    Arguments:
        shape: of one example.
        latent: length of z.
        batch: examples per step.
        steps: of a measured run.
    """

    shape: tuple[int, ...]
    latent: int
    batch: int
    steps: int


TASKS = {
    "points": Task((2,), 16, 128, 300),  # 16-128-128-2 against 2-128-128-1
    "pictures": Task((28, 28, 1), 64, 64, 10),  # the pair of models.dcgan, 32 channels
}


def data(name: str) -> np.ndarray:
    """Examples between 0 and 1, shape (steps · batch, *shape)."""
    task = TASKS[name]
    shape = (task.steps * task.batch, *task.shape)
    return np.random.default_rng(0).random(shape, dtype=np.float32)
