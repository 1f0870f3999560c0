"""Attention as a picture, and where written tokens differ from the true ones."""

from __future__ import annotations

import numpy as np
import pytest

from gradus import report
from gradus.base.errors import InputError
from gradus.report.token_errors import differences
from gradus.training import History, Run

TRUTH = [["a", "red", "cat", "sleeps"], ["two", "dogs"], ["it", "rains"]]
WRITTEN = [["a", "cat", "sits"], ["two", "dogs"], ["it", "it", "rains"]]


def test_attention_is_a_square_for_every_weight_that_can_be_seen():
    weights = np.array([[0.9, 0.1, 0.0], [0.001, 0.999, 0.0], [0.0, 0.0, 1.0]])
    drawn = report.attention_map(weights, ["the", "cat"], ["die", '"Katze"'])
    assert drawn.count('opacity="0.') == 3  # the padding in the third row and column is left out
    assert 'opacity="0.9"' in drawn
    assert "Katze" in drawn
    assert "the" in drawn


@pytest.mark.parametrize(
    ("weights", "rows", "columns"),
    [
        (np.ones((1, 2, 2)), ["a"], ["b"]),
        (np.ones((2, 2)), ["a", "b", "c"], ["d"]),
        (np.ones((2, 2)), [], ["d"]),
    ],
)
def test_weights_of_another_form_are_refused(weights, rows, columns):
    with pytest.raises(InputError, match="attention_map"):
        report.attention_map(weights, rows, columns)


def test_errors_are_counted_and_shown():
    page = report.token_errors(TRUTH, WRITTEN, [["ein"], ["zwei"], ["es"]])
    # "red" is missing, "sleeps" is wrong, the second "it" is too much
    assert "6 of 8 true tokens are right, 1 is wrong, 1 is missing, 1 is written too much" in page
    assert page.count("<ins") == 2
    assert page.count("<del") == 2
    assert page.index("ein") < page.index("es</h3>")  # most mistakes first
    assert "zwei" not in page  # nothing is wrong there


def test_tags_are_compared_place_by_place():
    assert [how for how, _, _ in differences("abba", "aaba")] != ["equal"]
    assert "4 of 4 true tokens are right." in report.token_errors(["abba"], ["abba"])


def test_what_the_user_gives_is_escaped():
    assert "<b>" not in report.token_errors([["<b>"]], [["<i>"]])


def test_other_numbers_of_examples_are_refused():
    with pytest.raises(InputError, match="token_errors"):
        report.token_errors(TRUTH, WRITTEN[:2])


def test_on_the_page():
    run = Run(None, History({"epoch": [1], "loss": [0.7]}), "finished 1 epoch")
    part = report.token_errors(TRUTH, WRITTEN)
    assert part in report.page(run, title="Words", further=[part])
