"""Two sets of examples as rows of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.data.checks import check_arrays


def as_rows(x: Any, name: str, least: int = 2) -> np.ndarray:
    """Examples as rows of 64-bit numbers, shape (n, D); raises InputError for fewer than `least`.

    >>> as_rows([[[1, 2], [3, 4]]], "x", least=1)
    array([[1., 2., 3., 4.]])
    """
    array, _, _ = check_arrays(x)
    if not isinstance(array, np.ndarray) or len(array) < least:
        raise InputError(
            name,
            expected=f"one array of {least} examples or more",
            got=f"{len(array)}" if isinstance(array, np.ndarray) else "several arrays",
            fix="give more examples, examples first",
        )
    return array.reshape(len(array), -1).astype(np.float64)


def check_alike(**given: Any) -> None:
    """Refuse two sets of examples of different shapes."""
    (one, first), (other, second) = given.items()
    if np.shape(first)[1:] != np.shape(second)[1:]:
        raise InputError(
            f"{other} do not look like {one}",
            expected=f"{np.shape(first)[1:]} for each of them, as in {one}",
            got=np.shape(second)[1:],
            fix="give both in the form in which the model sees them, examples first",
        )


def check_pair(x: Any, samples: Any) -> tuple[np.ndarray, np.ndarray]:
    """Examples and samples as rows; raises InputError unless they are of one shape."""
    check_alike(x=x, samples=samples)
    return as_rows(x, "x"), as_rows(samples, "samples")


def some(rows: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    """At most so many rows, drawn at random."""
    return rows if len(rows) <= most else random.permutation(rows)[:most]
