"""BLEU, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.metrics import bleu_score

TRUTH = [list("abcdef"), list("ghijk")]


def test_the_same_words_are_100():
    assert bleu_score(TRUTH, TRUTH) == pytest.approx(100)


def test_counts_are_those_of_the_corpus():
    # runs that are right: of 1 word 6 + 4 of 11, of 2 words 5 + 2 of 9, of 3 words 4 + 1 of 7
    # (only ghi), of 4 words 3 + 0 of 5; both corpora have 11 words
    written = [list("abcdef"), list("ghixk")]
    shares = [10 / 11, 7 / 9, 5 / 7, 3 / 5]
    assert bleu_score(TRUTH, written) == pytest.approx(100 * np.prod(shares) ** 0.25)


def test_a_word_counts_as_often_as_in_the_reference():
    # 4 of 8 a's are right, 3 of 7 pairs, 2 of 6, 1 of 5
    shares = [4 / 8, 3 / 7, 2 / 6, 1 / 5]
    assert bleu_score([list("aaaa")], [list("aaaaaaaa")]) == pytest.approx(
        100 * np.prod(shares) ** 0.25
    )


def test_short_writing_is_punished():
    # all runs are right; 4 words against 6: BP = exp(1 − 6 / 4)
    assert bleu_score([list("abcdef")], [list("abcd")]) == pytest.approx(100 * np.exp(-0.5))


def test_of_several_references_the_nearest_in_length_counts():
    several = [[list("abcdefgh"), list("abcdx")]]
    assert bleu_score(several, [list("abcd")]) == pytest.approx(100 * np.exp(1 - 5 / 4))
    equally = [[list("abcdef"), list("abcd")]]  # 6 and 4 are as near to 5: the shorter counts
    assert bleu_score(equally, [list("abcde")]) == pytest.approx(100)


def test_no_run_of_four_is_nothing():
    assert bleu_score([list("abcd")], [list("abce")]) == 0
    assert bleu_score([list("abcd")], [[]]) == 0


@pytest.mark.parametrize(
    ("references", "written", "what"),
    [
        (TRUTH, TRUTH[:1], "bleu_score"),
        ([], [], "bleu_score"),
        (["abcd"], [list("abcd")], "sentence 0"),
        ([list("abcd")], ["abcd"], "sentence 0"),
        ([[]], [list("abcd")], "sentence 0"),
    ],
)
def test_other_forms_are_refused(references, written, what):
    with pytest.raises(InputError, match=what):
        bleu_score(references, written)
