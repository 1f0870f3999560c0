"""Greedy, by chance, and several lines at once, against all sequences that there are."""

from __future__ import annotations

from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus.base.errors import InputError
from gradus.models.sequences.decoding import beam_search, by_chance, likeliest, write

TOKENS, END, LENGTH = 4, 3, 4
TABLE = 2 * random.normal(random.key(0), (3, TOKENS, TOKENS, TOKENS))  # of example, t, last token


def step(tokens, state):
    """Logits by a table of the example, the last token, and the one before it."""
    example, before = state
    return TABLE[example, before, tokens], (example, tokens)


def start():
    return jnp.arange(3), jnp.zeros(3, jnp.int32)


FIRST = jnp.array([0, 1, 2])


def log_prob(example: int, tokens: tuple[int, ...]) -> float:
    """log p of a sequence, up to and with its end."""
    before, last, total = 0, int(FIRST[example]), 0.0
    for token in tokens:
        total += float(jax.nn.log_softmax(TABLE[example, before, last])[token])
        before, last = last, token
    return total


def all_sequences():
    """Every sequence that ends, or is as long as may be."""
    for length in range(1, LENGTH + 1):
        for tokens in product(range(TOKENS), repeat=length):
            whole = tokens[-1] == END or length == LENGTH
            if whole and END not in tokens[:-1]:
                yield tokens


def cut(tokens) -> tuple[int, ...]:
    """A written row up to and with its end."""
    row = [int(t) for t in tokens]
    return tuple(row[: row.index(END) + 1] if END in row else row)


@pytest.mark.parametrize("penalty", [0.0, 0.7])
def test_as_many_lines_as_sequences_find_the_best_of_all(penalty):
    written = jax.jit(lambda: beam_search(step, FIRST, start(), LENGTH, 200, END, 0, penalty))()
    for example in range(3):
        scores = {s: log_prob(example, s) / len(s) ** penalty for s in all_sequences()}
        best = max(scores, key=lambda s: scores[s])
        assert cut(written.tokens[example, 0]) == best
        np.testing.assert_allclose(written.scores[example, 0], scores[best], rtol=1e-5)
        exist = ~np.isneginf(written.scores[example])
        assert exist.sum() == len(scores)  # every sequence once, and nothing else
        assert {cut(row) for row in written.tokens[example][exist]} == set(scores)


def test_one_line_is_greedy():
    greedy = write(step, FIRST, start(), LENGTH, end=END)
    beam = beam_search(step, FIRST, start(), LENGTH, beams=1, end=END)
    np.testing.assert_array_equal(beam.tokens[:, 0], greedy.tokens)
    np.testing.assert_allclose(beam.scores[:, 0], greedy.log_prob, rtol=1e-5)
    for example in range(3):
        tokens = cut(greedy.tokens[example])
        np.testing.assert_allclose(greedy.log_prob[example], log_prob(example, tokens), rtol=1e-5)
        assert not any(greedy.tokens[example][len(tokens) :])  # padding after the end


def test_more_lines_are_never_worse():
    scores = [
        beam_search(step, FIRST, start(), LENGTH, beams, END).scores[:, 0] for beams in (1, 3)
    ]
    assert np.all(np.diff(np.array(scores), axis=0) >= -1e-6)


def test_what_is_drawn_has_the_probabilities_of_the_model():
    logits = jnp.array([[0.0, 1.0, 2.0, -1.0]])
    draw = jax.vmap(by_chance(0.5, top_k=3), (None, 0))
    share = np.bincount(draw(logits, random.split(random.key(1), 4000))[:, 0], minlength=4) / 4000
    expected = np.append(np.asarray(jax.nn.softmax(logits[0, :3] / 0.5)), 0)
    np.testing.assert_allclose(share, expected, atol=0.02)


def test_a_low_temperature_is_greedy_and_equal_keys_write_equal_texts():
    def written(temperature, seed):
        choose = by_chance(temperature)
        return write(step, FIRST, start(), LENGTH, choose, random.key(seed), END).tokens

    np.testing.assert_array_equal(written(1e-3, 0), write(step, FIRST, start(), LENGTH, end=END)[0])
    np.testing.assert_array_equal(written(1.0, 0), written(1.0, 0))


@pytest.mark.parametrize(
    ("what", "call"),
    [
        ("temperature", lambda: by_chance(0.0)),
        ("temperature", lambda: by_chance(float("nan"))),
        ("top_k", lambda: by_chance(1.0, 0)),
        ("length", lambda: write(step, FIRST, start(), 0)),
        ("length", lambda: beam_search(step, FIRST, start(), 0)),
        ("beams", lambda: beam_search(step, FIRST, start(), 2, beams=0)),
        ("beams", lambda: beam_search(step, FIRST, start(), 2, beams=1.5)),  # type: ignore[arg-type]
    ],
)
def test_settings_out_of_range_are_refused(what, call):
    with pytest.raises(InputError, match=what):
        call()


def test_likeliest_takes_the_first_of_equals():
    assert likeliest(jnp.array([[1.0, 1.0]]), random.key(0)).tolist() == [0]
