"""Markov chains: counts worked by hand, probabilities that sum to one, and texts like the rows."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.models import ngram

ROW = [[1, 2, 3, 2, 3, 1, 2, 4]]  # 12 twice, 23 twice, 24, 31 and 32 once
KEY = jax.random.key(0)


def p(chain, *row):
    """p of the last token given those before it."""
    return float(np.exp(chain.log_prob([list(row)])[0, -1]))


def test_counts_alone():
    chain = ngram(ROW, 5, 2, add=0.0)
    assert p(chain, 2, 3) == pytest.approx(2 / 3)
    assert p(chain, 2, 1) == 0
    assert p(chain, 4, 1) == pytest.approx(1 / 5)  # what comes after 4 was never seen


def test_add_k_counts_only_what_can_come():
    chain = ngram(ROW, 5, 2, add=0.5, never=(0,))
    assert p(chain, 2, 3) == pytest.approx((2 + 0.5) / (3 + 0.5 * 4))
    assert p(chain, 2, 0) == 0


def test_kneser_and_ney_by_hand():
    """After 2 come 3 twice and 4 once. D = 3 / (3 + 2·2) = 3/7 of bigrams: 3 of them occur once, 2
    twice. Tokens come after 1, 2, 1, 1 different ones; D = 3/5, and p(3) = (1 − 3/5 + 3/5) / 5.
    """
    chain = ngram(ROW, 5, 2, never=(0,))
    assert p(chain, 2, 3) == pytest.approx((2 - 3 / 7 + 3 / 7 * 2 * 1 / 5) / 3)
    assert p(chain, 2, 2) == pytest.approx(3 / 7 * 2 * 2 / 5 / 3)
    assert p(chain, 4, 2) == pytest.approx(2 / 5)  # nothing is known after 4


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("add", [None, 0.3])
def test_probabilities_sum_to_one_after_any_context(order, add):
    rows = np.random.default_rng(0).integers(1, 6, (9, 12))
    rows[:3, 7:] = 0
    chain = ngram(rows, 7, order, add=add, never=(0,))
    contexts = np.random.default_rng(1).integers(1, 7, (20, 3))  # 6 was never seen
    np.testing.assert_allclose(np.exp(chain.following(contexts)).sum(axis=1), 1)


def test_the_beginning_of_a_row_is_given():
    """Names from a start, 2, to an end, 3: p(first letter) is how often names begin with it."""
    rows = [[2, 4, 3, 0], [2, 4, 5, 3], [2, 5, 3, 0], [2, 4, 3, 0]]
    for order in (2, 3):
        chain = ngram(rows, 6, order, add=0.0, never=(0, 2))
        assert p(chain, 2, 4) == pytest.approx(3 / 4)
    assert p(ngram(rows, 6, 1, add=0.0), 2, 3) == pytest.approx(4 / 9)  # 4 of 9 come to be said


def test_padding_is_no_token():
    rows = np.array([[2, 4, 5, 3], [2, 5, 3, 0]])
    wide = np.pad(rows, [(0, 0), (0, 3)])
    for chain in (ngram(rows, 6, 3), ngram(wide, 6, 3)):
        assert p(chain, 2, 5, 3) == p(ngram(rows, 6, 3), 2, 5, 3)


SHORT = np.array([[2, 4, 5, 5, 3, 0], [2, 4, 6, 3, 0, 0]])  # rows of 5 and of 4 tokens


@pytest.mark.parametrize("order", [6, 7, 20])
@pytest.mark.parametrize("add", [None, 0.5])
def test_an_order_beyond_every_row_says_what_the_longest_grams_say(order, add):
    chain, longest = ngram(SHORT, 8, order, add=add), ngram(SHORT, 8, 5, add=add)
    np.testing.assert_array_equal(chain.log_prob(SHORT), longest.log_prob(SHORT))
    assert chain.generate(KEY, [2], 9, temperature=0).shape == (1, 9)


def test_an_order_beyond_every_row_by_hand():
    """1 2 and 1 3 once each: D is 0.9 of all grams. p(2) = 0.1 / 2 + 0.9 / 3 = 0.35, and
    p(2 | 1) = 0.1 / 2 + 0.9 · 0.35; nothing comes after 2 or 3.
    """
    chain = ngram([[1, 2], [1, 3]], 4, 5, never=(0,))
    assert p(chain, 1, 2) == pytest.approx(0.365)
    assert p(chain, 1, 2, 3, 1, 2, 1) == pytest.approx(0.3)
    assert p(chain, 3, 3, 3, 3, 1, 2) == pytest.approx(0.365)


def test_counts_with_k_know_nothing_after_a_context_beyond_every_row():
    chain = ngram([[1, 2], [1, 3]], 4, 3, add=1.0, never=(0,))
    assert p(chain, 1, 2) == pytest.approx((1 + 1) / (2 + 3))
    assert p(chain, 1, 2, 3) == pytest.approx(1 / 3)


def test_what_it_writes_is_what_it_has_read():
    chain = ngram([[1, 2, 3, 1, 2, 3, 1, 2, 3]], 4, 2, add=0.0)
    assert chain.generate(KEY, [1], 5).tolist() == [[2, 3, 1, 2, 3]]
    ended = chain.generate(KEY, [[1], [2]], 4, end=3)
    assert ended.tolist() == [[2, 3, 0, 0], [3, 0, 0, 0]]


def test_samples_have_the_probabilities_of_the_chain():
    chain = ngram(ROW, 5, 2, never=(0,))
    drawn = chain.generate(KEY, np.full((4000, 1), 2), 1)
    share = np.bincount(drawn[:, 0], minlength=5) / 4000
    np.testing.assert_allclose(share, np.exp(chain.following(np.array([[2]])))[0], atol=0.03)
    cold = chain.generate(KEY, np.full((100, 1), 2), 1, temperature=0)
    assert set(cold.ravel()) == {3}
    assert 3 not in chain.generate(KEY, np.full((100, 1), 2), 1, never=(3,))


def test_a_chain_can_be_written_and_read():
    chain, arrays = ngram(ROW, 5, 3), {}
    back = decode(encode(chain, arrays), arrays)
    np.testing.assert_array_equal(back.log_prob(ROW), chain.log_prob(ROW))


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (
            lambda: ngram([1, 2, 3], 5),
            r"rows of tokens\n.*\(n, T\)(.*\n)+.*\(text\)\[None\]",
        ),
        (lambda: ngram(ROW, 4), r"there is not, at \(0, 7\)\n.*0 to 3\n.*4"),
        (lambda: ngram(ROW, 5, 0), "ngram: order"),
        (lambda: ngram(ROW, 5, add=-1), "ngram: add"),
        (lambda: ngram(ROW, 5).generate(KEY, [7], 3), r"prompt: a token that there is not"),
        (lambda: ngram(ROW, 5).generate(KEY, [], 3), r"prompt\n.*one token or more"),
        (lambda: ngram(ROW, 5).generate(KEY, [1], 3, temperature=-1.0), "temperature"),
    ],
)
def test_wrong_use(call, wording):
    with pytest.raises(InputError, match=wording):
        call()
