"""How often short sequences of tokens occur: the counts that n-gram models are made of."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError


class Grams(NamedTuple):
    """All sequences of k tokens that occur in some rows, as a tree: a gram is one of k − 1
    tokens, its context, and a token.

    Arguments:
        codes: context · V + token of every gram, in ascending order, shape (G,); its place is its
            number one level down. For grams of one token the context is 0.
        counts: how often each comes to be predicted, shape (G,).
        before: after how many different tokens each does, shape (G,). At the beginning of a row,
            where there is none, every time counts.
    """

    codes: np.ndarray
    counts: np.ndarray
    before: np.ndarray


def count_grams(rows: Any, tokens: int, order: int, padding: int = 0) -> tuple[Grams, ...]:
    """The grams of 1, 2 … `order` tokens in some rows.

    Arguments:
        rows: sequences of tokens, padding after them, shape (n, T). What stands at the beginning
            of a row is given, and never to be predicted.
        tokens: V.
        order: the longest gram.
        padding: the token that only fills rows up.

    >>> one, two = count_grams([[1, 2, 2], [1, 2, 0]], tokens=3, order=2)
    >>> one.codes, one.counts, one.before
    (array([1, 2]), array([0, 3]), array([0, 2]))
    >>> two.codes, two.counts  # 1 2 and 2 2
    (array([2, 5]), array([2, 1]))
    """
    rows = checked(rows, tokens)
    there = rows != padding
    place = np.where(there, 0, -1)  # the number of the gram that ends here, of no token as yet
    levels: list[Grams] = []
    for length in range(1, order + 1):
        context = np.full_like(place, -1)
        context[:, 1:] = place[:, :-1]
        if length == 1:
            context[:] = 0
        known = there & (context >= 0)
        code = context[known].astype(np.int64) * tokens + rows[known]
        codes, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        if levels:
            levels[-1] = levels[-1]._replace(before=preceded(levels[-1], place, known, first))
        place = np.full_like(place, -1)
        place[known] = inverse
        new = place.copy()
        new[:, 0] = -1
        counts = np.bincount(new[new >= 0], minlength=len(codes))
        levels.append(Grams(codes, counts, counts))
    return tuple(levels)


def preceded(grams: Grams, place: np.ndarray, longer: np.ndarray, first: np.ndarray) -> np.ndarray:
    """After how many different tokens each gram comes.

    Arguments:
        grams: of k tokens.
        place: the number of the gram that ends at each token, shape (n, T).
        longer: where one of k + 1 tokens ends.
        first: the first of each kind among those.
    """
    found = np.bincount(place[longer][first], minlength=len(grams.codes))
    alone = (place >= 0) & ~longer
    alone[:, 0] = False
    return found + np.bincount(place[alone], minlength=len(grams.codes))


def checked(rows: Any, tokens: int) -> np.ndarray:
    """Rows of tokens; raises InputError for others, naming the place."""
    rows = np.asarray(rows)
    if rows.ndim != 2 or rows.dtype.kind not in "iu" or rows.shape[1] < 2:
        raise InputError(
            "rows of tokens",
            expected="whole numbers of shape (n, T), T of 2 or more",
            got=f"{rows.dtype} of shape {rows.shape}",
            fix="give characters.encode(texts), or characters.numbers(text)[None]",
        )
    wrong = (rows < 0) | (rows >= tokens)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise InputError(
            f"rows: a token that there is not, at {place}",
            expected=f"whole numbers from 0 to {tokens - 1}",
            got=int(rows[place]),
            fix="number the tokens from 0, or say that there are more",
        )
    return rows
