"""MNIST as tables of numbers from 0 to 1."""

from __future__ import annotations

import numpy as np

from gradus import data

SEED = 0  # of the draw that makes pixels black or white


def grey(part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Pixels (n, 784) and labels."""
    digits = data.load("mnist", part)
    return digits.x.reshape(len(digits.x), -1), digits.y


def binary(part: str = "train") -> np.ndarray:
    """Pixels 0 or 1, drawn once with their grey as the probability of a 1."""
    x, _ = grey(part)
    draw = np.random.default_rng([SEED, len(x)])
    return (draw.random(x.shape) < x).astype("float32")
