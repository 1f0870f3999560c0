"""Texts on their way to a language model: every token is once to be predicted, none is lost."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import LanguagePreprocessor, Words, next_tokens, passages
from gradus.data.text.language import is_list

BOOK = "It was a dark night.\nThe wind blew,\n\nand it rained.\n" * 20
NAMES = "anna\nbob\ncy\n\n"


@pytest.mark.parametrize("length", [1, 4, 7, 100])
def test_every_token_but_the_first_is_predicted_once(length):
    numbers = np.arange(2, 31)
    x, y, weight = next_tokens(passages(numbers, length))
    assert y[weight > 0].tolist() == numbers[1:].tolist()
    assert x[weight > 0].tolist() == numbers[:-1].tolist()
    assert (y[weight == 0] == 0).all()


def test_a_text_comes_back_from_its_rows():
    prep = LanguagePreprocessor.fit(BOOK, length=50)
    x, y, weight = prep.examples(BOOK)
    assert "".join(prep.decode([np.append(x[0, :1], y[weight > 0])])) == BOOK


def test_every_line_has_a_start_and_an_end():
    prep = LanguagePreprocessor.fit(NAMES, lines=True)
    assert prep.length == 5  # anna and its end
    x, y, weight = prep.examples(NAMES)
    assert x[:, 0].tolist() == [2, 2, 2]
    assert y[1].tolist() == [*prep.vectoriser.numbers("bob")[1:4], 3, 0]
    assert weight.sum(axis=1).tolist() == [5, 4, 3]
    assert prep.decode(prep.rows(NAMES)) == ["anna", "bob", "cy"]


def test_no_line_is_cut():
    prep = LanguagePreprocessor.fit(NAMES, lines=True)
    long = "bobannabob"
    assert prep.decode(prep.rows(f"cy\n{long}\n")) == ["cy", long]
    assert LanguagePreprocessor.fit(NAMES, lines=True, length=3).length == 5


def test_short_texts_are_cut_into_rows_all_the_same():
    prep = LanguagePreprocessor.fit(BOOK)
    assert len(prep.rows(BOOK)) == 32
    assert LanguagePreprocessor.fit(BOOK * 40).length == 1024


def test_where_a_text_goes_on_from():
    book, names = LanguagePreprocessor.fit(BOOK), LanguagePreprocessor.fit(NAMES, lines=True)
    assert book.decode(book.prompt()) == ["\n"]
    assert book.decode(book.prompt("It was")) == ["It was"]
    assert names.prompt().tolist() == [[2]]
    assert names.prompt("an").tolist() == [[2, *names.vectoriser.numbers("an")[1:-1]]]
    words = LanguagePreprocessor.fit(BOOK, vectoriser=Words.fit)
    assert words.prompt().tolist() == [[words.vectoriser.number(".")]]


def test_it_can_be_written_and_read():
    prep, arrays = LanguagePreprocessor.fit(NAMES, lines=True), {}
    back = decode(encode(prep, arrays), arrays)
    assert (back.rows(NAMES) == prep.rows(NAMES)).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NAMES * 5, False),  # blank lines
        ("anna\nbob\n" * 5, True),
        ("anna\nbob\n" * 4, False),  # too few to say
        ("Los Angeles\nBern\n" * 30 + "The Principality of Great Sealand\n", True),
        ("and it rained again all night long;\n" * 30, False),
    ],
)
def test_lists_are_told_from_texts(text, expected):
    assert is_list(text) is expected


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (lambda: LanguagePreprocessor.fit(NAMES).prompt("Bob!"), r"'Bob!'\n.*\n.*B !, never seen"),
        (lambda: LanguagePreprocessor.fit(BOOK).prompt(3), "prompt"),  # pyright: ignore
        (lambda: LanguagePreprocessor.fit(""), "vocabulary"),
        (lambda: next_tokens([[0, 2, 3]]), r"row 0\n.*padding after(.*\n)+.*pad=\"after\""),
        (lambda: next_tokens([2, 3]), r"rows\n.*\(n, T\)"),
        (lambda: passages([2], 5), "2 tokens or more"),
        (lambda: passages([2, 3], 0), "length"),
    ],
)
def test_wrong_use(call, wording):
    with pytest.raises(InputError, match=wording):
        call()
