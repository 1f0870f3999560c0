"""Rows of different lengths as one array: filled up, or cut, on either side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from gradus.base.errors import InputError

SIDES = ("before", "after")


def padded(
    rows: Iterable[Sequence[int] | np.ndarray],
    length: int | None = None,
    *,
    pad: str = "after",
    truncate: str = "after",
    value: int = 0,
) -> np.ndarray:
    """Rows of whole numbers as one int32 array, shape (n, length).

    Arguments:
        rows: sequences of whole numbers.
        length: steps of every row; None: those of the longest, 1 at least.
        pad: the side on which short rows are filled up, "before" or "after".
        truncate: the side on which long rows are cut.
        value: what they are filled up with.

    Raises InputError for a length below 1, and for other sides.

    >>> padded([[4, 5, 6], [7]]).tolist()
    [[4, 5, 6], [7, 0, 0]]
    >>> padded([[4, 5, 6], [7]], 2, pad="before", truncate="before").tolist()
    [[5, 6], [0, 7]]

    Keras fills up and cuts before the row, unless told otherwise.
    """
    check_side("pad", pad)
    check_side("truncate", truncate)
    rows = list(rows)
    length = check_length(max(1, *map(len, rows), 1) if length is None else length)
    result = np.full((len(rows), length), value, np.int32)
    for place, row in zip(result, rows, strict=True):
        kept = row[:length] if truncate == "after" else row[max(len(row) - length, 0) :]
        start = 0 if pad == "after" else length - len(kept)
        place[start : start + len(kept)] = kept
    return result


def check_length(length: Any) -> int:
    """A number of steps; raises InputError for what is none."""
    if not isinstance(length, int | np.integer) or isinstance(length, bool) or length < 1:
        raise InputError(
            "length of sequences",
            expected="a whole number from 1 up, or None for that of the longest",
            got=repr(length),
            fix="leave it out, or give the steps that are kept of every text",
        )
    return int(length)


def check_side(name: str, side: Any) -> None:
    """Refuse a side that is none."""
    if side not in SIDES:
        raise InputError(name, expected=" or ".join(map(repr, SIDES)), got=repr(side),
                         fix=f'{name}="after"')  # fmt: skip
