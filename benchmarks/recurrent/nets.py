"""The nets that everybody trains: one batch of random sequences for each step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

STEPS = 10
RATE, TOKENS = 1e-3, 65


class Net(NamedTuple):
    """Sizes of a net and of its batches.

    Arguments:
        units: units of each layer; the width of a Transformer.
        features: numbers in each step; 0 for nets of tokens.
    """

    units: int
    length: int
    batch: int
    features: int = 0


NETS = {
    "lstm": Net(units=128, length=50, batch=64, features=32),  # one layer that returns every step
    "gru": Net(units=128, length=50, batch=64, features=32),
    "rnn": Net(units=128, length=50, batch=64, features=32),
    "char_lm": Net(units=256, length=100, batch=64),  # embedding, two LSTMs, dense 65
    "transformer": Net(units=128, length=64, batch=32),  # 4 causal blocks of 4 heads
}
BLOCKS, HEADS = 4, 4

# name -> the file, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch": ("with_torch", {}),
    "torch.compile": ("with_torch", {"compiled": True}),
    "keras": ("with_keras", {}),
}


def data(net: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets of all steps: sequences and zeros, or tokens and the tokens after them."""
    random, sizes = np.random.default_rng(0), NETS[net]
    shape = STEPS, sizes.batch, sizes.length
    if sizes.features:
        x = random.normal(size=(*shape, sizes.features)).astype("float32")
        return x, np.zeros((*shape, sizes.units), "float32")
    text = random.integers(0, TOKENS, (*shape[:2], sizes.length + 1)).astype("int32")
    return text[..., :-1], text[..., 1:]


def places(length: int, width: int) -> np.ndarray:
    """The Transformer's vectors of places, (length, width)."""
    feature = np.arange(width)
    waves = np.arange(length)[:, None] / 10000 ** (feature // 2 * 2 / width)
    return np.sin(waves + np.pi / 2 * (feature % 2)).astype("float32")
