"""`Tokenizer` and `pad_sequences`, by hand.

The texts "the cat sat on the mat", "the dog ate the cat" hold the: 4, cat: 2, then sat, on, mat,
dog, ate once each, in the order they are seen.
"""

import math

import numpy as np
import pytest

from gradus import InputError
from gradus.keras.preprocessing import text
from gradus.keras.preprocessing.sequence import pad_sequences
from gradus.keras.preprocessing.text import Tokenizer, tokenizer_from_json

TEXTS = ["The cat sat on the mat.", "The dog ate the cat!"]


def fitted(**settings):
    tokenizer = Tokenizer(**settings)
    tokenizer.fit_on_texts(TEXTS)
    return tokenizer


def test_words_are_numbered_by_frequency_then_by_place():
    tokenizer = fitted()
    words = ["the", "cat", "sat", "on", "mat", "dog", "ate"]
    assert tokenizer.word_index == {word: i for i, word in enumerate(words, 1)}
    assert tokenizer.index_word[1] == "the"
    assert dict(tokenizer.word_counts) == dict(zip(words, [4, 2, 1, 1, 1, 1, 1], strict=True))
    assert dict(tokenizer.word_docs) == dict(zip(words, [2, 2, 1, 1, 1, 1, 1], strict=True))
    assert tokenizer.document_count == 2


def test_sequences_leave_out_what_is_rare_or_new():
    assert fitted().texts_to_sequences(["the cow ate the mat"]) == [[1, 7, 1, 5]]
    assert fitted(num_words=3).texts_to_sequences(["the cat sat"]) == [[1, 2]]
    assert fitted().texts_to_sequences(["cow"]) == [[]]


def test_a_word_for_new_words_has_number_1():
    tokenizer = fitted(oov_token="?")
    assert tokenizer.word_index["?"] == 1
    assert tokenizer.word_index["the"] == 2
    assert tokenizer.texts_to_sequences(["the cow ate"]) == [[2, 1, 8]]
    assert fitted(oov_token="?", num_words=3).texts_to_sequences(["the cat"]) == [[2, 1]]
    assert tokenizer.sequences_to_texts([[2, 1, 8, 99]]) == ["the ? ate ?"]


def test_matrices_of_all_kinds():
    tokenizer, new = fitted(), ["the cat and the hat"]  # numbers 1, 2, 1
    found = {mode: tokenizer.texts_to_matrix(new, mode)[0] for mode in text.MODES}
    assert found["binary"].tolist() == [0, 1, 1, 0, 0, 0, 0, 0]
    assert found["count"].tolist() == [0, 2, 1, 0, 0, 0, 0, 0]
    np.testing.assert_allclose(found["freq"][:3], [0, 2 / 3, 1 / 3])
    # both words are in both of the 2 texts: idf = log(1 + 2 / (1 + 2))
    idf = math.log(1 + 2 / 3)
    np.testing.assert_allclose(found["tfidf"][:3], [0, (1 + math.log(2)) * idf, idf])
    assert fitted(num_words=3).texts_to_matrix(new).tolist() == [[0, 1, 1]]


def test_characters_splits_filters_and_capitals():
    letters = Tokenizer(char_level=True)
    letters.fit_on_texts(["aab"])
    assert letters.texts_to_sequences(["ba", "c"]) == [[2, 1], []]
    lines = Tokenizer(filters="", lower=False, split=";")
    lines.fit_on_texts(["A b;A b;c!"])
    assert lines.word_index == {"A b": 1, "c!": 2}
    assert text.text_to_word_sequence("It's 9-to-5,\tso what?") == [
        "it's",
        "9",
        "to",
        "5",
        "so",
        "what",
    ]
    lists = Tokenizer()
    lists.fit_on_texts([["Old", "old", "new"]])
    assert lists.texts_to_sequences([["old", "New"]]) == [[1, 2]]


def test_it_comes_back_from_text():
    tokenizer = fitted(num_words=5, oov_token="?")
    again = tokenizer_from_json(tokenizer.to_json())
    assert again.word_index == tokenizer.word_index
    new = ["the cat and the dog"]
    for mode in text.MODES:
        np.testing.assert_array_equal(
            again.texts_to_matrix(new, mode), tokenizer.texts_to_matrix(new, mode)
        )


def test_hashes_are_the_same_everywhere():
    found = text.one_hot("the cat the", 100)
    assert found[0] == found[2] != found[1]
    assert all(1 <= number < 100 for number in found)
    assert found == text.hashing_trick("the cat the", 100, "md5")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5]]),
        ({"maxlen": 4, "value": 9}, [[9, 9, 9, 1], [9, 9, 2, 3], [9, 4, 5, 6]]),
    ],
)
def test_padding_by_hand(settings, expected):
    found = pad_sequences([[1], [2, 3], [4, 5, 6]], **settings)
    assert found.tolist() == expected
    assert found.dtype == np.int32


def test_padding_of_vectors_and_of_nothing():
    found = pad_sequences([[[1, 2]], [[3, 4], [5, 6]], []], dtype="float32")
    assert found.shape == (3, 2, 2)
    assert found[0].tolist() == [[0, 0], [1, 2]]
    assert found[2].tolist() == [[0, 0], [0, 0]]


REFUSED = {
    "one text": (lambda: Tokenizer().fit_on_texts("the cat"), r"\[text\]"),
    "mode": (lambda: fitted().texts_to_matrix(TEXTS, "tf-idf"), "did you mean 'tfidf'"),
    "not fitted": (lambda: Tokenizer().texts_to_matrix(TEXTS), "fit_on_texts"),
    "no texts": (lambda: Tokenizer(num_words=3).texts_to_matrix(TEXTS, "tfidf"), "fit_on_texts"),
    "argument": (lambda: Tokenizer(nb_words=3), "Tokenizer has no argument 'nb_words'"),
    "padding": (lambda: pad_sequences([[1]], padding="left"), "'pre', 'post'"),
    "one sequence": (lambda: pad_sequences([1, 2]), r"pad_sequences\(\[sequence\]\)"),
    "argument of padding": (lambda: pad_sequences([[1]], max_len=3), "did you mean 'maxlen'"),
}


@pytest.mark.parametrize("slip", REFUSED)
def test_slips_are_refused(slip):
    make, message = REFUSED[slip]
    with pytest.raises(InputError, match=message):
        make()
