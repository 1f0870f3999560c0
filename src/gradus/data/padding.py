"""Sequences of different lengths as one array: filled up, or cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gradus.base.checks import check_name, check_whole
from gradus.base.errors import InputError

SIDES = ("before", "after")
LENGTH = "leave it out, for that of the longest, or give the steps that are kept of each"


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
    check_name("pad", pad, SIDES)
    check_name("truncate", truncate, SIDES)
    rows = list(rows)
    length = max(1, *map(len, rows), 1) if length is None else length
    check_whole("length of sequences", length, fix=LENGTH)
    result = np.full((len(rows), length), value, np.int32)
    for place, row in zip(result, rows, strict=True):
        kept = row[:length] if truncate == "after" else row[max(len(row) - length, 0) :]
        start = 0 if pad == "after" else length - len(kept)
        place[start : start + len(kept)] = kept
    return result


def stacked(
    sequences: Sequence[np.ndarray], length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of different lengths as one array (B, T, features), and their mask (B, T).

    Shorter ones are filled up with zeros at their end, where the mask is 0; longer ones than
    `length` lose their end. T is `length`, or that of the longest.

    Raises InputError for sequences that are none or have other features, and a length below 1.

    >>> x, mask = stacked([np.ones((2, 3)), np.ones((1, 3))])
    >>> x.shape, mask.tolist()
    ((2, 2, 3), [[1.0, 1.0], [1.0, 0.0]])
    """
    shapes = {np.shape(s)[1:] for s in sequences}
    if len(shapes) != 1 or any(np.ndim(s) != 2 or not len(s) for s in sequences):
        raise InputError(
            "sequences to stack",
            expected="arrays of shape (steps, features), with a step or more and equal features",
            got=", ".join(str(np.shape(s)) for s in list(sequences)[:3]) or "none",
            fix="give a list of arrays, such as spectrograms",
        )
    longest = max(map(len, sequences)) if length is None else length
    check_whole("length of sequences", longest, fix=LENGTH)
    x = np.zeros((len(sequences), longest, *shapes.pop()), np.float32)
    mask = np.zeros((len(sequences), longest), np.float32)
    for row, sequence in enumerate(sequences):
        part = sequence[:longest]
        x[row, : len(part)], mask[row, : len(part)] = part, 1
    return x, mask
