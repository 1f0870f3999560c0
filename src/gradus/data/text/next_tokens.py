"""What language models learn from: every token, and the one that came after it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError


class NextTokens(NamedTuple):
    """Examples of a language model, as `fit` takes them.

    Arguments:
        x: tokens, shape (n, T), int32.
        y: the token after each, shape (n, T), int32.
        weight: 1 where there is one, and 0 for padding, shape (n, T), float32.
    """

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray


def next_tokens(rows: Any, padding: int = 0) -> NextTokens:
    """Sequences as examples of what comes next: x is all but the last token, y all but the first.

    Arguments:
        rows: sequences of tokens, padding after them, shape (n, T + 1): texts of their own as
            `encode` gives them, or `passages` of a long one.
        padding: the token that only fills sequences up, and is nothing to learn.

    Raises InputError for anything else, and for padding before tokens.

    >>> x, y, weight = next_tokens([[2, 5, 7, 3], [2, 6, 3, 0]])  # start, …, end
    >>> x, y
    (array([[2, 5, 7],
           [2, 6, 3]], dtype=int32), array([[5, 7, 3],
           [6, 3, 0]], dtype=int32))
    >>> weight
    array([[1., 1., 1.],
           [1., 1., 0.]], dtype=float32)
    """
    rows = np.asarray(rows)
    if rows.ndim != 2 or rows.dtype.kind not in "iu" or rows.shape[1] < 2:
        raise InputError(
            "next_tokens: rows",
            expected="whole numbers of shape (n, T), T of 2 or more",
            got=f"{rows.dtype} of shape {rows.shape}",
            fix="give characters.encode(texts), or passages(characters.numbers(text), length=200)",
        )
    there = rows != padding
    late = there[:, 1:] & ~there[:, :-1]
    if late.any():
        raise InputError(
            f"next_tokens: row {int(np.argmax(late.any(axis=1)))}",
            expected="padding after the tokens",
            got="padding before some",
            fix='encode(texts, pad="after")',
        )
    rows = rows.astype(np.int32)
    return NextTokens(rows[:, :-1], rows[:, 1:], there[:, 1:].astype(np.float32))


def passages(numbers: Any, length: int, padding: int = 0) -> np.ndarray:
    """A long text in rows, shape (n, length + 1), each beginning with the last token of the one
    before: every token but the first is once to be predicted.

    Arguments:
        numbers: the tokens of the text, shape (N,).
        length: tokens of each row that are to be predicted.
        padding: what fills the last row up.

    Raises InputError for texts of less than two tokens, and lengths below 1.

    >>> passages([4, 5, 6, 7, 8, 9], length=3)
    array([[4, 5, 6, 7],
           [7, 8, 9, 0]], dtype=int32)
    """
    numbers = np.asarray(numbers)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or len(numbers) < 2:
        raise InputError(
            "passages: a text",
            expected="the numbers of 2 tokens or more, shape (N,)",
            got=f"{numbers.dtype} of shape {numbers.shape}",
            fix="give characters.numbers(text) of a longer text",
        )
    check_whole("passages: length", length, fix="take 200")
    count = -(-(len(numbers) - 1) // length)
    whole = np.full(count * length + 1, padding, np.int32)
    whole[: len(numbers)] = numbers
    starts = length * np.arange(count)[:, None]
    return whole[starts + np.arange(length + 1)]
