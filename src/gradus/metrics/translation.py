"""How near written sentences are to those that people wrote."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gradus.base.errors import InputError

LONGEST = 4  # words of the longest runs that are compared


def bleu_score(references: Sequence[Any], written: Sequence[Any]) -> float:
    """BLEU = 100 · BP · (p₁ p₂ p₃ p₄)^¼ of a whole corpus, from 0 to 100.

    pₙ is the share of the written runs of n words that are in a reference of their sentence, each
    at most as often as there. BP = exp(1 − r / c) where the written corpus, of c words, is
    shorter than the references, of r words; of several references the nearest in length counts,
    of equally near ones the shorter.

    Arguments:
        references: for each sentence its true words, a list of words; or a list of several such
            lists.
        written: for each sentence the words that were written.

    Where no run of some length is right, BLEU is 0. Raises InputError for text that is not split
    into words, for different numbers of sentences, and for sentences without a reference.

    >>> truth = ["the cat is on the mat today".split(), "hello there my dear friend".split()]
    >>> written = ["the cat sat on the mat today".split(), "hello there my dear friend".split()]
    >>> round(bleu_score(truth, written), 2)
    69.19

    Papineni, Roukos, Ward and Zhu (2002). The number depends on how words are told apart: compare
    only where that was done alike. sacreBLEU smooths where a pₙ is 0.
    """
    several = checked(references, written)
    right, all_runs = [0] * LONGEST, [0] * LONGEST
    for truths, sentence in zip(several, written, strict=True):
        for n in range(LONGEST):
            found = runs(sentence, n + 1)
            most: Counter = Counter()
            for truth in truths:
                most |= runs(truth, n + 1)
            right[n] += sum((found & most).values())
            all_runs[n] += sum(found.values())
    if min(right) == 0:
        return 0.0
    shares = sum(math.log(r / a) for r, a in zip(right, all_runs, strict=True)) / LONGEST
    return 100 * brevity(several, written) * math.exp(shares)


def runs(words: Sequence[str], length: int) -> Counter:
    """How often each run of so many words is in a sentence.

    >>> runs(["a", "b", "a", "b"], 2)
    Counter({('a', 'b'): 2, ('b', 'a'): 1})
    """
    return Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))


def brevity(references: Sequence[Sequence[Sequence[str]]], written: Sequence[Sequence[str]]):
    """BP: 1, or less for a corpus that is shorter than its references."""
    own = sum(map(len, written))
    nearest = (
        min((abs(len(truth) - len(sentence)), len(truth)) for truth in truths)[1]
        for truths, sentence in zip(references, written, strict=True)
    )
    return min(1.0, math.exp(1 - sum(nearest) / own))


def checked(references: Sequence[Any], written: Sequence[Any]) -> list[list[list[str]]]:
    """For each sentence a list of references; raises InputError for other forms."""
    if len(references) != len(written) or not len(written):
        raise InputError(
            "bleu_score",
            expected="references for every written sentence, and one sentence or more",
            got=f"references for {len(references)}, {len(written)} written",
            fix="give both in the same order",
        )
    several = []
    for row, (truth, sentence) in enumerate(zip(references, written, strict=True)):
        truths = [truth] if truth and isinstance(truth[0], str) else truth
        whole = isinstance(sentence, str) or isinstance(truth, str) or not truths
        if whole or any(isinstance(one, str) for one in truths):
            raise InputError(
                f"bleu_score: sentence {row}",
                expected="lists of words, and a reference or more",
                got=repr(truth if isinstance(truth, str) or not truths else sentence),
                fix="split texts into words first: words.tokens(text)",
            )
        several.append(list(truths))
    return several
