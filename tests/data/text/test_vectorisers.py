"""What every vectoriser keeps, answers worked by hand, and a comparison with scikit-learn."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import Characters, NGrams, Subwords, Words, padded
from gradus.data.text import subwords as subword_file
from gradus.data.text.matrix import KINDS, bags_of, count

TEXTS = ["The cat sat on the mat.", "The dog ate the cat!", "", "mat"]
MEMBERS = {
    "words": lambda: Words.fit(TEXTS),
    "words with ends": lambda: Words.fit(TEXTS, ends=True),
    "words as they stand": lambda: Words.fit(TEXTS, lower=False, punctuation="keep"),
    "few words": lambda: Words.fit(TEXTS, most=2),
    "characters": lambda: Characters.fit(TEXTS),
    "characters with ends": lambda: Characters.fit(TEXTS, lower=True, ends=True),
    "ngrams": lambda: NGrams.fit(TEXTS, n=3),
    "subwords": lambda: Subwords.fit(TEXTS, most=30),
    "subwords with ends": lambda: Subwords.fit(TEXTS, most=30, ends=True),
}


@pytest.fixture(scope="module")
def members():
    pytest.importorskip("tokenizers")
    return {name: make() for name, make in MEMBERS.items()}


@pytest.fixture(params=MEMBERS)
def member(request, members):
    return members[request.param]


def test_numbers_are_those_of_the_vocabulary(member):
    assert member.size == len(member.vocabulary) == len(set(member.vocabulary))
    assert (member.padding, member.unknown) == (0, 1)
    for text in TEXTS:
        inner = member.numbers(text)[1:-1] if member.ends else member.numbers(text)
        assert inner.dtype == np.int32
        tokens = member.tokens(text)
        known = [token if token in member.vocabulary else "<unknown>" for token in tokens]
        assert [member.vocabulary[n] for n in inner] == known


def test_a_file_gives_the_same_vectoriser_back(member):
    arrays = {}
    again = decode(encode(member, arrays), arrays)
    assert encode(again, {}) == encode(member, {})
    np.testing.assert_array_equal(again.encode(TEXTS), member.encode(TEXTS))


def test_sequences_are_filled_up_with_padding_alone(member):
    x = member.encode(TEXTS)
    assert x.shape == (4, max(len(member.numbers(text)) for text in TEXTS))
    for row, text in zip(x, TEXTS, strict=True):
        own = member.numbers(text)
        np.testing.assert_array_equal(row[: len(own)], own)
        assert not row[len(own) :].any()


def test_decoding_leaves_padding_and_ends_out(member):
    several = member.decode(member.encode(TEXTS))
    assert several == [member.decode(member.numbers(text)) for text in TEXTS]
    assert not {"<padding>", "<start>"} & set(" ".join(several).split())


def test_documents_say_in_how_many_texts_a_token_is(member):
    assert member.texts == 4
    for token, documents in zip(member.vocabulary, member.documents, strict=True):
        assert documents == sum(token in member.tokens(text) for text in TEXTS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_bag_has_a_column_for_each_token(member, kind):
    rows = member.matrix(TEXTS, kind)
    assert rows.shape == (4, member.size)
    assert rows.dtype == np.float32
    assert not rows[2].any()  # the empty text
    assert not rows[:, [0, *range(2, member.first)]].any()


def test_bags_of_numbers_are_those_of_texts(member):
    again = count(bags_of(member, member.encode(TEXTS)), member).toarray()
    np.testing.assert_array_equal(again, member.matrix(TEXTS, "count"))


def test_characters_and_subwords_lose_nothing(members):
    for name in ("characters", "subwords", "subwords with ends"):
        found = members[name]
        assert [found.decode(found.numbers(text)) for text in TEXTS] == TEXTS


def test_the_usual_bags_of_two_and_three_words():
    text = "The cat sat on the mat."
    two = {"The", "The cat", "cat", "cat sat", "sat", "sat on", "on", "on the", "the", "the mat"}
    two |= {"mat"}
    three = two | {"The cat sat", "cat sat on", "sat on the", "on the mat"}
    assert set(NGrams.fit([text], n=2).vocabulary[2:]) == two
    assert set(NGrams.fit([text], n=3).vocabulary[2:]) == three


def test_the_most_frequent_comes_first_and_of_equals_the_first_seen():
    words = Words.fit(["b a c c", "a c d"], most=3, least=1)
    assert words.vocabulary[2:] == ("c", "a", "b")  # 3, 2, 1 and then d, as often as b
    assert Words.fit(["d a c c", "a c b"], most=3).vocabulary == words.vocabulary
    assert Words.fit(["b a c c", "a c d"], least=2).vocabulary[2:] == ("c", "a")


def test_which_words_are_kept_does_not_go_by_the_order_of_texts():
    """Else only rare words of the class that comes last were unknown, and gave it away."""
    good, bad = (
        [f"good {i:03}" for i in range(0, 100, 2)],
        [f"bad {i:03}" for i in range(1, 100, 2)],
    )
    kept = set(Words.fit(good + bad, most=52).vocabulary)
    assert kept == set(Words.fit(bad + good, most=52).vocabulary)
    unknown = [Words.fit(good + bad, most=52).matrix(texts)[:, 1].sum() for texts in (good, bad)]
    assert unknown == [25, 25]


def test_words_of_other_scripts_stay_whole():
    found = Words.fit(["हिन्दी में, l'école e\u0301tait 3.14"]).vocabulary[2:]
    assert found == ("हिन्दी", "में", ",", "l'école", "\u00e9tait", "3", ".", "14")


def test_both_sides_are_filled_up_and_cut():
    rows = [[5, 6, 7], [8]]
    assert padded(rows, 2).tolist() == [[5, 6], [8, 0]]
    assert padded(rows, 2, pad="before", truncate="before").tolist() == [[6, 7], [0, 8]]
    assert padded(rows, 4, pad="before").tolist() == [[0, 5, 6, 7], [0, 0, 0, 8]]
    assert padded([[]]).tolist() == [[0]]


def test_a_text_that_is_cut_loses_the_mark_of_that_side():
    words = Words.fit(["a b"], ends=True)
    assert words.encode(["a b"], 3).tolist() == [[2, 4, 5]]
    assert words.encode(["a b"], 3, truncate="before").tolist() == [[4, 5, 3]]


def test_one_hot_has_a_single_one_but_for_padding():
    hot = Words.fit(["a b"]).one_hot(["b", "a b"])
    assert hot.tolist() == [[[0, 0, 0, 1], [0, 0, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 1]]]


@pytest.mark.parametrize("kind", ["count", "multi-hot", "tf-idf"])
def test_bags_equal_those_of_scikit_learn(kind):
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

    words = Words.fit(TEXTS)
    known = {"vocabulary": words.vocabulary[2:], "token_pattern": r"\w+|[^\w\s]"}
    peer = {
        "count": CountVectorizer(**known),
        "multi-hot": CountVectorizer(**known, binary=True),
        "tf-idf": TfidfVectorizer(**known),
    }[kind].fit(TEXTS)
    new = [*TEXTS, "the cat and the dog, the dog"]
    expected = peer.transform(new).toarray()
    np.testing.assert_allclose(words.matrix(new, kind)[:, 2:], expected, rtol=1e-6)


def test_frequencies_are_shares_of_all_tokens():
    # "the" 2 of 5, "cat" 1, "dog" 1, unknown 1
    row = Words.fit(["the cat", "the dog"]).matrix(["the cat and the dog"], "frequency")
    np.testing.assert_allclose(row, [[0, 0.2, 0.4, 0.2, 0.2]], rtol=1e-6)


REFUSED = {
    "one text": (lambda: Words.fit("a text"), "a list of texts", "[text]"),
    "a number": (lambda: Words.fit(["a", 3]), "row 1", "3, of type int"),
    "a missing text": (lambda: Words.fit(["a"]).encode(["b", None]), "row 1", "NoneType"),
    "no tokens": (lambda: Words.fit(["", " "]), "vocabulary", "not empty"),
    "too rare": (lambda: Words.fit(["a b"], least=2), "2 times", "lower `least`"),
    "most": (lambda: Words.fit(["a"], most=0), "most", "from 1 up"),
    "punctuation": (lambda: Words.fit(["a"], punctuation="no"), "punctuation", "'drop'"),
    "n": (lambda: NGrams.fit(["a"], n=0), "n", "from 1 up"),
    "kind": (lambda: Words.fit(["a"]).matrix(["a"], "tfidf"), "kind of matrix", "'tf-idf'"),
    "side": (lambda: padded([[1]], pad="left"), "pad", "'before', 'after'"),
    "length": (lambda: padded([[1]], 0), "length", "from 1 up"),
    "no ends": (lambda: Words.fit(["a"]).end, "Words: end", "ends=True"),
    "no token": (lambda: Words.fit(["a"]).decode([3]), "no token", "0 to 2"),
    "no whole number": (lambda: Words.fit(["a"]).decode([1.5]), "no token", "1.5"),
    "no tokenizer": (lambda: Subwords.of("{}", [], ends=False), "cannot be read", "tokenizer.json"),
    "no characters": (lambda: Subwords.fit([""]), "tokenizer", "not empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case):
    pytest.importorskip("tokenizers")
    make, *wording = REFUSED[case]
    with pytest.raises(InputError) as error:
        make()
    for part in wording:
        assert part in str(error.value)


def test_a_tokenizer_of_others_is_loaded_and_renumbered(tmp_path, members):
    path = tmp_path / "tokenizer.json"
    path.write_text(members["subwords"].json, encoding="utf-8")
    found = Subwords.load(path, ends=True)
    assert found.vocabulary[4:] == members["subwords"].vocabulary[2:]
    assert found.decode(found.numbers("the cat")) == "the cat"


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tokenizers", None)
    with pytest.raises(InputError, match=re.escape('pip install "gradus[text]"')):
        subword_file.library()
