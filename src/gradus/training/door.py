"""Where the user's data comes in: checked once, told apart into training and validation."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.data.dataset import check_arrays
from gradus.data.splits import split
from gradus.learn.algorithm import Algorithm
from gradus.likelihoods import Bernoulli, Categorical
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
    classes = train.y if has_classes(algorithm, train) else None
    rows = np.arange(train.size, dtype=np.int32)
    if validation is None:
        return Admitted(Examples(train, None), rows, None, classes)
    if not isinstance(validation, int | float):
        held_out = as_batch(algorithm, validation)
        other = np.arange(held_out.size, dtype=np.int32)
        return Admitted(Examples(train, held_out), rows, other, classes)
    check_fraction(validation)
    parts = split(train.size, validation, test=0, stratify=classes, seed=seed)
    rows, other = (part.astype(np.int32) for part in (parts.train, parts.validation))
    return Admitted(Examples(train, train), rows, other, classes)


def as_batch(algorithm: Algorithm, data: Any) -> Batch:
    """The user's arrays as a batch of NumPy arrays; raises InputError for what cannot be used."""
    if hasattr(data, "x"):
        data = (data.x, data.y, data.weight)
    x, y, weight = (*data, None, None)[:3] if isinstance(data, tuple) else (data, None, None)
    batch = Batch(*check_arrays(x, y, weight))
    if algorithm.check is not None:
        algorithm.check(batch)
    return batch


def has_classes(algorithm: Algorithm, train: Batch) -> bool:
    """Whether there is one class per example, so that parts can be stratified."""
    return isinstance(algorithm.likelihood, Categorical | Bernoulli) and train.y.ndim == 1


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
