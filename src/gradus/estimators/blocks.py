"""Examples in tables of few lengths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

SMALLEST, LARGEST = 32, 1024


def in_blocks(function: Callable[[np.ndarray], Any], x: np.ndarray) -> np.ndarray:
    """`function(x)` of a table that is filled up to one of few lengths: 32, 64, 128 … 1024.

    So few programs are compiled, and a row alone gives what it gives among some others, to the
    last bit. Longer tables are taken as they are.

    >>> in_blocks(lambda x: print(x.shape) or -x, np.ones((3, 1))).shape
    (32, 1)
    (3, 1)
    """
    length = max(SMALLEST, 1 << (len(x) - 1).bit_length())
    if length > LARGEST:
        return np.asarray(function(x))
    filled = np.concatenate([x, x[:1].repeat(length - len(x), axis=0)])
    return np.asarray(function(filled))[: len(x)]
