"""Sequences of one length."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras import missing
from gradus.keras.arguments import checked, pick


@checked
def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences as rows of one length, filled up with `value` and cut.

    Arguments:
        sequences: lists of numbers, or of vectors of one length.
        maxlen: the length; that of the longest if None.
        dtype: of the result.
        padding: whether values are added at the beginning ("pre") or at the end ("post").
        truncating: where too long ones are cut.
        value: what is added.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2)
    array([[0, 1],
           [2, 3],
           [5, 6]], dtype=int32)
    """
    pick("pad_sequences: padding", padding, ("pre", "post"))
    pick("pad_sequences: truncating", truncating, ("pre", "post"))
    rows = [checked_row(i, sequence) for i, sequence in enumerate(sequences)]
    length = max((len(row) for row in rows), default=0) if maxlen is None else maxlen
    rest = next((row.shape[1:] for row in rows if len(row)), ())
    found = np.full((len(rows), length, *rest), value, dtype)
    for i, row in enumerate(rows):
        cut = row[max(0, len(row) - length) :] if truncating == "pre" else row[:length]
        if len(cut):
            place = slice(length - len(cut), length) if padding == "pre" else slice(0, len(cut))
            found[i, place] = cut
    return found


def checked_row(i: int, sequence: Any) -> np.ndarray:
    """A sequence as an array; raises InputError for a single number."""
    if not hasattr(sequence, "__len__"):
        raise InputError(
            f"pad_sequences: sequence {i}",
            expected="a list of numbers",
            got=repr(sequence),
            fix="give a list of lists: pad_sequences([sequence])",
        )
    row = np.asarray(sequence)
    if row.size and row.dtype.kind not in "biuf":
        raise InputError(
            f"pad_sequences: sequence {i}",
            expected="numbers",
            got=repr(row.flat[0]),
            fix="number the words first: preprocessing.text.Tokenizer().texts_to_sequences(texts)",
        )
    return row


def __getattr__(name: str) -> Any:
    raise missing.refusal("preprocessing.sequence", name)
