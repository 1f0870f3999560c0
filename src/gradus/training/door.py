"""Where the user's data comes in: checked once, told apart into training and validation."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.data.checks import check_arrays
from gradus.data.dataset import Dataset
from gradus.data.splits import split
from gradus.learn.algorithm import Algorithm
from gradus.training.member import Examples


class Admitted(NamedTuple):
    """Data that may be learned from: examples, and the rows of each part."""

    examples: Examples
    rows: np.ndarray
    validation: np.ndarray | None
    classes: np.ndarray | None  # of every row, where targets are classes


def admit(algorithm: Algorithm, data: Any, validation: Any, seed: int) -> Admitted:
    """Check data and set the validation part aside.

    Arguments:
        algorithm: says what it can learn from.
        data: (x, y), (x, y, weight), x alone, or a `Dataset`.
        validation: a fraction of the rows, drawn at random (of each class alike, where targets
            are classes); or data of the same form; or None.
        seed: of the draw.
    """
    train = as_batch(algorithm, data)
    classes = classes_of(algorithm, train)
    rows = np.arange(train.size, dtype=np.int32)
    if validation is None:
        return Admitted(Examples(train, None), rows, None, classes)
    if not isinstance(validation, int | float):
        with located("validation"):
            held_out = as_batch(algorithm, validation)
        other = np.arange(held_out.size, dtype=np.int32)
        return Admitted(Examples(train, held_out), rows, other, classes)
    check_fraction(validation)
    parts = split(train.size, validation, test=0, stratify=classes, seed=seed)
    rows, other = (part.astype(np.int32) for part in (parts.train, parts.validation))
    return Admitted(Examples(train, train), rows, other, classes)


def as_batch(algorithm: Algorithm, data: Any) -> Batch:
    """The user's arrays as a batch of NumPy arrays; raises InputError for what cannot be used."""
    if isinstance(data, Dataset | Batch):
        data = (data.x, data.y, data.weight)
    given = data if isinstance(data, tuple) else (data,)
    if not 1 <= len(given) <= 3:
        raise InputError(
            "data",
            expected="(x, y), (x, y, weight), a Dataset, or x alone",
            got=f"a tuple of {len(given)}",
            fix="give several inputs as a tuple or dict of arrays in the place of x",
        )
    batch = Batch(*check_arrays(*given))
    if batch.weight is not None and not np.any(batch.weight):
        raise InputError(
            "weight", expected="some example that counts", got="zeros only", fix="leave it out"
        )
    if algorithm.check is not None:
        algorithm.check(batch)
    return batch


def classes_of(algorithm: Algorithm, train: Batch) -> np.ndarray | None:
    """The class of every example, where there are classes and each has two examples to divide."""
    likelihood, y = algorithm.likelihood, train.y
    if likelihood is None or likelihood.kind != "classification" or y is None or y.ndim != 1:
        return None
    if np.any(y != np.floor(y)) or np.unique(y, return_counts=True)[1].min() < 2:
        return None
    return y


def check_fraction(fraction: float) -> None:
    """Refuse a validation fraction that leaves nothing to learn from, or to validate on."""
    if not 0 < fraction < 1:
        raise InputError(
            "validation",
            expected="a fraction between 0 and 1, or data",
            got=fraction,
            fix="validation=0.1 keeps every tenth example for validation",
        )


def on_device(examples: Examples) -> Examples:
    """The examples in the memory of the default device; a part used twice is copied once."""
    train = jax.device_put(examples.train)
    same = examples.validation is examples.train
    return Examples(train, train if same else jax.device_put(examples.validation))
