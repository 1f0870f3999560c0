"""Markov chains of tokens: what comes next is looked up in counts, given the last few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.models.sequences.grams import checked, count_grams
from gradus.models.sequences.prompt import as_prompt, check_writing

DISCOUNTS = (0.1, 0.9)  # the least and the most that is taken off every count


class Level(Record):
    """p(token | context) = own(context token) + rest(context) · p(token | less context).

    Arguments:
        codes: context · V + token of every gram that has occurred, ascending, shape (G,).
        own: a part of its probability, shape (G,).
        rest: what every context leaves for all other tokens, shape (contexts,).
        tokens: V.
    """

    codes: np.ndarray
    own: np.ndarray
    rest: np.ndarray
    tokens: int = static()

    def find(self, context: np.ndarray, token: np.ndarray) -> np.ndarray:
        """The places of grams, given those of their contexts; −1 for what has not occurred."""
        if not len(self.codes):
            return np.full_like(context, -1)
        wanted = context * self.tokens + token
        place = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1)
        return np.where((context >= 0) & (self.codes[place] == wanted), place, -1)

    def mixed(self, context: np.ndarray, place: np.ndarray, below: np.ndarray) -> np.ndarray:
        """p of every gram; `below` where its context has not occurred."""
        if not len(self.codes):
            return below
        own = np.where(place >= 0, self.own[place], 0)
        return own + np.where(context >= 0, self.rest[context], 1) * below


class NGram(Record):
    """p(token | the n − 1 before it), from counts: a Markov chain of order n − 1.

    At the beginning of a row, where less is before a token, it is p given that.

    Arguments:
        levels: one for each of 1 … n tokens.
        uniform: p of every token where nothing is known, shape (V,).
        interpolated: whether what is rare with its context goes by less context; else by
            `uniform`.
    """

    levels: tuple[Level, ...]
    uniform: np.ndarray
    interpolated: bool = static()

    def log_prob(self, rows: Any) -> np.ndarray:
        """log p of every token given those before it, shape (n, T − 1).

        Arguments:
            rows: tokens, shape (n, T); of the first of each row nothing is said.

        Raises InputError for anything else.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.probabilities(checked(rows, len(self.uniform)))[:, 1:])

    def generate(
        self,
        key: jax.Array,
        prompt: Any,
        length: int,
        *,
        temperature: float = 1.0,
        never: Sequence[int] = (),
        end: int | None = None,
    ) -> np.ndarray:
        """New tokens after each prompt, shape (n, length), int32; see `LanguageModel.generate`."""
        rows = as_prompt(prompt, len(self.uniform))
        check_writing(length, temperature, never, end, len(self.uniform))
        random = np.random.default_rng(np.asarray(jax.random.key_data(key)).ravel())
        ended = np.zeros((len(rows), 1), bool)
        begin = rows.shape[1]
        for _ in range(length):
            log_p = self.following(rows[:, -len(self.levels) :])
            log_p[:, list(never)] = -np.inf
            token = drawn(random, log_p, temperature)
            token = np.where(ended, 0, token)
            ended |= token == end
            rows = np.concatenate([rows, token], axis=1)
        return rows[:, begin:]

    def following(self, rows: np.ndarray) -> np.ndarray:
        """log p of every token after rows of tokens, shape (n, V)."""
        tokens = len(self.uniform)
        candidates = np.tile(np.arange(tokens), len(rows))[:, None]
        whole = np.concatenate([np.repeat(rows, tokens, axis=0), candidates], axis=1)
        with np.errstate(divide="ignore"):
            return np.log(self.probabilities(whole)[:, -1]).reshape(len(rows), tokens)

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """p of every token given those before it in its row, shape (n, T)."""
        p = uniform = self.uniform[rows]
        place = np.zeros(rows.shape, np.int64)
        for before, level in enumerate(self.levels):
            context = place
            if before:
                context = np.full_like(place, -1)
                context[:, before:] = place[:, before - 1 : -1]
            place = level.find(context, rows)
            mixed = level.mixed(context, place, p if self.interpolated else uniform)
            p = np.concatenate([p[:, :before], mixed[:, before:]], axis=1)
        return p


def ngram(
    rows: Any,
    tokens: int,
    order: int = 3,
    *,
    add: float | None = None,
    never: Sequence[int] = (),
    padding: int = 0,
) -> NGram:
    """Count grams of n tokens: a Markov chain, and what a language model must beat.

        p(w | c) = (max(#(cw) − D, 0) + D · kinds(c) · p(w | c without its first)) / #(c)

    is Kneser and Ney's interpolation: D is taken off every count, and what that leaves goes by the
    shorter context. There # is after how many different tokens a gram comes, and at the longest
    how often. D = n₁ / (n₁ + 2 n₂), with n₁ grams that occur once and n₂ twice, from 0.1 to 0.9.
    With `add` it is p(w | c) = (#(cw) + k) / (#(c) + k V).

    Arguments:
        rows: sequences of tokens, padding after them, shape (n, T); the first token of each is
            given and never predicted.
        tokens: how many tokens there are.
        order: n; 1 looks at no token before, 2 at one, … It may exceed the length of the rows.
        add: k; None for Kneser and Ney.
        never: tokens that never come next, such as padding and the start of a text; V counts the
            others.
        padding: the token that only fills rows up.

    Raises InputError for rows that are none, and numbers out of bounds.

    After 1 came 2 twice and 3 once:

    >>> chain = ngram([[1, 2, 1, 2, 1, 3]], tokens=4, order=2, add=0.0, never=(0,))
    >>> np.exp(chain.log_prob([[1, 2], [1, 3]])).round(3).ravel()
    array([0.667, 0.333])

    Kneser and Ney (1995), interpolated as by Chen and Goodman (1999), with one discount per order.
    """
    check_order(order, add)
    possible = np.ones(tokens)
    possible[list(never)] = 0
    levels, contexts = [], 1
    for length, grams in enumerate(count_grams(rows, tokens, order, padding), 1):
        counts = grams.counts if add is not None or length == order else grams.before
        whole = np.bincount(grams.codes // tokens, counts, minlength=contexts)
        kinds = np.bincount(grams.codes // tokens, counts > 0, minlength=contexts)
        discount = discount_of(counts) if add is None else 0.0
        more = discount * kinds if add is None else np.full(contexts, add * possible.sum())
        total = whole if add is None else whole + more
        known = total > 0
        rest = np.where(known, more / np.where(known, total, 1), 1)
        own = np.maximum(counts - discount, 0) / np.where(known, total, 1)[grams.codes // tokens]
        levels.append(Level(grams.codes, own, rest, tokens))
        contexts = len(grams.codes)
    return NGram(tuple(levels), possible / possible.sum(), add is None)


def discount_of(counts: np.ndarray) -> float:
    """n₁ / (n₁ + 2 n₂), within bounds."""
    once, twice = np.sum(counts == 1), np.sum(counts == 2)
    return float(np.clip(once / max(once + 2 * twice, 1), *DISCOUNTS))


def drawn(random: np.random.Generator, log_p: np.ndarray, temperature: float) -> np.ndarray:
    """A token for every row, shape (n, 1), from p to the power of 1 / temperature."""
    if temperature == 0:
        return np.argmax(log_p, axis=1).astype(np.int32)[:, None]
    noisy = log_p / temperature + random.gumbel(size=log_p.shape)
    return np.argmax(noisy, axis=1).astype(np.int32)[:, None]


def check_order(order: Any, add: Any) -> None:
    """Refuse orders below 1, and smoothing by less than nothing."""
    check_whole("ngram: order", order, fix="take 3")
    if add is not None and not (isinstance(add, int | float) and add >= 0):
        raise InputError(
            "ngram: add", expected="a number from 0 up, or None", got=add, fix="take 1"
        )
