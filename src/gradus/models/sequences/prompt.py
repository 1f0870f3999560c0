"""What a language model is asked to go on from, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError

ANY = 2**31  # of a model that does not say how many tokens it knows


def as_prompt(prompt: Any, tokens: int = ANY) -> np.ndarray:
    """Prompts as rows of tokens, shape (n, P), int32; raises InputError for what is none.

    >>> as_prompt([3, 1], tokens=4)
    array([[3, 1]], dtype=int32)
    """
    rows = np.atleast_2d(np.asarray(prompt))
    if rows.ndim != 2 or rows.dtype.kind not in "iu" or rows.size == 0:
        raise InputError(
            "prompt",
            expected="the numbers of one token or more, shape (P,) or (n, P)",
            got=f"{rows.dtype} of shape {np.shape(prompt)}",
            fix="begin with the start of a text, characters.start, or with a line end",
        )
    wrong = (rows < 0) | (rows >= tokens)
    if wrong.any():
        raise InputError(
            "prompt: a token that there is not",
            expected=f"whole numbers from 0 to {tokens - 1}",
            got=int(rows[wrong][0]),
            fix="number the text as the training texts were",
        )
    return rows.astype(np.int32)


def check_writing(
    length: Any, temperature: Any, never: Sequence[int], end: int | None, tokens: int = ANY
) -> None:
    """Refuse to write nothing, temperatures below 0, and tokens that there are not."""
    check_whole("length", length, fix="length=200")
    if not isinstance(temperature, int | float | np.number) or not 0 <= temperature < np.inf:
        raise InputError(
            "temperature",
            expected="a number from 0 (the likeliest token) up; 1 draws as the model says",
            got=temperature,
            fix="temperature=0.8",
        )
    named = [*never, *([] if end is None else [end])]
    if any(not 0 <= token < tokens for token in named) or len(set(never)) >= tokens:
        raise InputError(
            "never, end",
            expected=f"tokens from 0 to {tokens - 1}, and not all of them never",
            got=named,
            fix="give the numbers of the vocabulary, such as characters.end",
        )
