"""Inputs that are described themselves: by autoencoders, and by models of p(x)."""

from __future__ import annotations

from typing import TypeVar

import jax
import numpy as np

Array = TypeVar("Array", jax.Array, np.ndarray)


def as_targets(x: Array) -> Array:
    """Inputs in the place of targets: a table of one column as (B,), all others as they are.

    >>> as_targets(np.zeros((5, 1))).shape, as_targets(np.zeros((5, 2))).shape
    ((5,), (5, 2))
    """
    return x[:, 0] if x.shape[1:] == (1,) else x
