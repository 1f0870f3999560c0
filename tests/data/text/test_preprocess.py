"""Tables with text: what becomes of them, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import Characters, Preprocessor, TextPreprocessor, infer_kind
from gradus.data.inference import is_free_text

TABLE = {
    "title": ["good", None, "bad", "so so"],
    "review": ["a good film", "good one", "a bad film", "a film"],
    "stars": [5, 4, 1, 3],
    "label": ["+", "+", "-", "-"],
}


def test_several_columns_are_one_text():
    prep = TextPreprocessor.fit(TABLE, ("title", "review"), "label")
    words = prep.vectoriser
    expected = words.encode(["good a good film", "good one", "bad a bad film", "so so a film"])
    np.testing.assert_array_equal(prep.inputs(TABLE), expected)
    assert prep.input_shape == (4,)
    assert prep.targets(TABLE).tolist() == [0, 0, 1, 1]


def test_a_file_gives_the_same_numbers():
    prep = TextPreprocessor.fit(TABLE, "review", "label", vectoriser=Characters.fit, length=5)
    arrays = {}
    again = decode(encode(prep, arrays), arrays)
    np.testing.assert_array_equal(again.inputs(TABLE), prep.inputs(TABLE))
    assert again.sentences == prep.sentences


def test_the_longest_hundredth_of_texts_is_cut():
    texts = ["word " * (100 if i == 0 else 1 + i % 7) for i in range(300)]
    prep = TextPreprocessor.fit({"text": texts}, "text")
    assert (prep.length, prep.whole) == (7, 299)
    assert "299 of 300 texts are no longer" in prep.sentences[0]


def test_texts_without_a_known_token_are_told_of():
    prep = TextPreprocessor.fit(TABLE, "review")
    with pytest.warns(UserWarning, match="2 of 3 texts have no token that is known.*row 0"):
        x = prep.inputs({"review": ["xyzzy", "a film", ""]})
    assert x.tolist() == [[1, 0, 0], [2, 3, 0], [0, 0, 0]]


def test_new_texts_that_look_like_numbers_are_texts():
    prep = TextPreprocessor.fit({"year": ["film of 1999", "2012", "2012 again"]}, "year")
    assert prep.inputs({"year": ["2012"]}).tolist() == prep.vectoriser.encode(["2012"], 3).tolist()


REFUSED = {
    "numbers": (lambda: TextPreprocessor.fit(TABLE, "stars"), "'stars'", "Int64, such as 5"),
    "a name": (lambda: TextPreprocessor.fit(TABLE, "reviw"), "'reviw'", "did you mean 'review'"),
    "a later name": (
        lambda: TextPreprocessor.fit(TABLE, "review").inputs({"text": ["a"]}),
        "'review'",
        "the run learned from 'review'",
    ),
    "nothing": (lambda: TextPreprocessor.fit({"a": [None, None]}, "a"), "'a'", "no value"),
    "no target": (lambda: TextPreprocessor.fit(TABLE, "review").targets(TABLE), "no target", "fit"),
    "length": (lambda: TextPreprocessor.fit(TABLE, "review", length=0), "length", "from 1 up"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case):
    make, *wording = REFUSED[case]
    with pytest.raises(InputError) as error:
        make()
    for part in wording:
        assert part in str(error.value)


def test_free_text_is_texts_of_several_words():
    names = pl.Series("name", [f"Ada Lovelace {i}" if i % 2 else f"Bo {i}" for i in range(20)])
    reviews = pl.Series("review", [f"a film of {i} minutes" for i in range(20)])
    assert infer_kind(names)[0] == infer_kind(reviews)[0] == "drop"
    assert not is_free_text(names)
    assert is_free_text(reviews)
    with pytest.raises(InputError, match="--text review"):
        Preprocessor.fit({"review": reviews.to_list(), "y": list(range(20))}, "y")
