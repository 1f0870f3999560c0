"""The work that everybody does by Adam: a small net of rectifiers that tells classes, or codes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

RATE = 1e-3


class Task(NamedTuple):
    """A net, its data and how long it learns.

    Arguments:
        sizes: units of each layer, inputs first.
        batch: examples per step.
        rows: training examples.
        epochs: epochs of a measured run.
        code: hidden variables of a variational autoencoder, whose encoder has the layers of
            `sizes` and whose decoder has them in reverse order; 0: a classifier.
    """

    sizes: tuple[int, ...]
    batch: int
    rows: int
    epochs: int
    code: int = 0

    @property
    def steps(self) -> int:
        """Steps of a measured run."""
        return self.epochs * -(-self.rows // self.batch)


TASKS = {
    "small": Task((20, 64, 64, 10), 32, 3200, 10),
    "digits": Task((64, 128, 64, 10), 64, 1437, 30),
    "mnist_mlp": Task((784, 256, 128, 10), 128, 60000, 1),
    "vae": Task((784, 400), 128, 12800, 1, code=20),
}


def data(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Examples of the task's shape: real digits for `digits`, random numbers for the others."""
    task = TASKS[name]
    if name == "digits":
        return digits()[:2]
    random = np.random.default_rng(0)
    if task.code:
        x = (random.random((task.rows, task.sizes[0])) < 0.2).astype("float32")
        return x, np.zeros(task.rows, "int32")
    x = random.normal(size=(task.rows, task.sizes[0])).astype("float32")
    return x, random.integers(0, task.sizes[-1], task.rows).astype("int32")


def digits() -> tuple[np.ndarray, ...]:
    """The digits: x and y to learn from, x and y to be judged by. Loads no library but NumPy."""
    folder = Path(find_spec("gradus").submodule_search_locations[0])
    with np.load(folder / "data" / "files" / "digits.npz") as arrays:
        x, y = arrays["x"].reshape(-1, 64).astype("float32") / 16, arrays["y"].astype("int32")
    return x[:1437], y[:1437], x[1437:], y[1437:]
