"""Keras' small helpers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras import missing
from gradus.keras.generators import Sequence
from gradus.keras.layers import base
from gradus.keras.preprocessing.files import array_to_img, img_to_array, load_img, save_img
from gradus.keras.preprocessing.sequence import pad_sequences
from gradus.keras.random import set_random_seed

PyDataset = Sequence


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """One-hot rows of class numbers.

    Arguments:
        x: whole numbers from 0.
        num_classes: how many classes there are; the largest number and 1 more if None.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    x = np.asarray(x)
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    count = int(x.max()) + 1 if num_classes is None else int(num_classes)
    whole = np.all(x == np.floor(x)) and np.all((x >= 0) & (x < count))
    if not whole:
        raise InputError(
            "to_categorical",
            expected=f"whole numbers from 0 to {count - 1}",
            got=f"numbers from {x.min()} to {x.max()}",
            fix="number the classes from 0: np.unique(y, return_inverse=True)[1]",
        )
    return np.eye(count)[x.astype(int)]


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """x / ‖x‖ along an axis; 0 stays 0."""
    x = np.asarray(x, float)
    length = np.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / np.where(length == 0, 1, length)


def clear_session() -> None:
    """Begin the names of layers anew: `dense`, `dense_1` …"""
    base.COUNTS.clear()


__all__ = [
    "PyDataset",
    "Sequence",
    "array_to_img",
    "clear_session",
    "img_to_array",
    "load_img",
    "normalize",
    "pad_sequences",
    "save_img",
    "set_random_seed",
    "to_categorical",
]


def __getattr__(name: str) -> Any:
    raise missing.refusal("utils", name)
