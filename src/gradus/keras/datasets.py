"""Keras' datasets that `gradus.data` knows, in Keras' form: ((x, y), (x_test, y_test)).

Text sets are not among them: read your own texts, and number their words with `Tokenizer`.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from gradus import data
from gradus.keras import missing

Pair = tuple[np.ndarray, np.ndarray]


def load_images(name: str, grey: bool, path: str | None = None) -> tuple[Pair, Pair]:
    """Images as bytes, without an axis of channels where they are grey, as Keras gives them."""
    parts = [data.load(name, part, raw=True) for part in ("train", "test")]
    first, second = ((p.x[..., 0] if grey else p.x, np.asarray(p.y)) for p in parts)
    if not grey:
        return (first[0], first[1][:, None]), (second[0], second[1][:, None])
    return first, second


mnist = SimpleNamespace(load_data=partial(load_images, "mnist", True))
fashion_mnist = SimpleNamespace(load_data=partial(load_images, "fashion-mnist", True))
cifar10 = SimpleNamespace(load_data=partial(load_images, "cifar10", False))


def __getattr__(name: str) -> Any:
    raise missing.refusal("datasets", name)
