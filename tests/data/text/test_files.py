"""Text files and files of vectors: what they give, and what is refused with its place."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import Words, WordVectors, read_table, read_text, read_vectors
from gradus.data.text.vectors import rows

WORDS = Words.fit(["the cat sat on the mat"])
GLOVE = "the 1 2\ncat 3 -4\ndog 0 0\n"


def write(folder, content):
    path = folder / "file.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_line_ends_and_the_mark_of_the_encoding_are_left_out(tmp_path):
    path = write(tmp_path, b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    assert read_text(path) == "one\ntwo\nthree\n"


@pytest.mark.parametrize("read", [read_text, read_table])
def test_another_encoding_is_refused_with_byte_and_line(tmp_path, read):
    path = write(tmp_path, "a,b\n1,2\nün,".encode() + b"caf\xe9\n")
    with pytest.raises(InputError) as error:
        read(path)
    # 4 + 4 bytes of two lines, then ü (2 bytes), n, comma, c, a, f
    assert "0xe9 in line 3 (at position 15 of the file" in str(error.value)


@pytest.mark.parametrize("content", ["", " \n\n "])
def test_an_empty_text_is_refused(tmp_path, content):
    with pytest.raises(InputError, match="is empty"):
        read_text(write(tmp_path, content))


@pytest.mark.parametrize("content", [GLOVE, "3 2\n" + GLOVE], ids=["glove", "word2vec"])
def test_known_vectors_stand_at_the_numbers_of_their_words(tmp_path, content):
    vectors = read_vectors(write(tmp_path, content), WORDS)
    assert vectors.found == 2
    assert vectors.table.shape == (WORDS.size, 2)
    assert vectors["the"].tolist() == [1, 2]
    assert vectors["cat"].tolist() == [3, -4]
    assert not vectors.table[WORDS.padding].any()


def test_other_words_are_drawn_as_wide_as_the_known_ones(tmp_path):
    many = Words.fit([" ".join(f"w{i}" for i in range(4000))])
    known = "".join(f"w{i} {3 * (-1) ** i} {3 * (-1) ** i}\n" for i in range(10))  # variance 9
    table = read_vectors(write(tmp_path, known), many).table
    others = table[12:]
    assert abs(others.var() - 9) < 0.5
    assert abs(others).max() <= np.sqrt(27)


BLANKS = ["the 1 2 3", ". . . 4 5 6", "at name@domain.com 1 2 3", "route 66 7 8 9"]


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("header", ["", "4 3\n"], ids=["glove", "word2vec"])
def test_what_stands_before_the_numbers_is_the_word(tmp_path, header, first):
    lines = BLANKS[first:] + BLANKS[:first]
    path = write(tmp_path, header + "\n".join(lines))
    assert [(word, vector.tolist()) for word, vector in rows(path)] == [
        (line.rsplit(" ", 3)[0], [float(number) for number in line.split(" ")[-3:]])
        for line in lines
    ]


@pytest.mark.parametrize("line", [". . . 4 5 6", "1 4 5 6", "nan 4 5 6"])
def test_one_line_says_how_many_numbers_there_are(tmp_path, line):
    ((word, vector),) = rows(write(tmp_path, line))
    assert (word, vector.tolist()) == (line[:-6], [4, 5, 6])


def test_of_a_word_that_occurs_twice_the_first_vector_counts(tmp_path):
    vectors = read_vectors(write(tmp_path, "the 1 2\ncat 3 4\nthe 5 6\n"), WORDS)
    assert vectors["the"].tolist() == [1, 2]
    assert vectors.found == 2


WRONG = {
    "ragged": ("the 1 2\ncat 3\n", "line 2", "a word and 2 numbers", "Got:      1 number\n"),
    "first line ragged": ("the x 2\ncat 3 4\nsat 3 4\n", "line 1", "'x'"),
    "first line too short": ("the 1\ncat 3 4\n", "line 1", "2 numbers", "Got:      1 number\n"),
    "one number": ("the 1\ncat\n", "line 2", "a word and 1 number,", "0 numbers"),
    "too few promised": ("3 2\nthe 1 2\ncat 3 4\n", "3 vectors, as its", "Got:      2 vectors"),
    "too many promised": ("1 2\nthe 1 2\ncat 3 4\n", "1 vector, as its", "Got:      2 vectors"),
    "wider than promised": ("1 3\nthe 1 2\n", "line 2", "a word and 3 numbers"),
    "no number": ("the 1 2\ncat 3 x\n", "line 2", "Got:      'x'"),
    "not finite": ("the 1 nan\n", "line 1", "finite"),
    "no vector": ("the\n", "line 1", "0 numbers"),
    "other words": ("le 1 2\nchat 1 2\n", "no vector for any word", "lower=False"),
    "another encoding": (b"the 1 2\ncaf\xe9 1 2\n", "line 2", "UTF-8"),
}


@pytest.mark.parametrize("case", WRONG)
def test_refuses(tmp_path, case):
    content, *wording = WRONG[case]
    with pytest.raises(InputError) as error:
        read_vectors(write(tmp_path, content), WORDS)
    for part in wording:
        assert part in str(error.value)


def test_refuses_words_that_are_no_vectoriser(tmp_path):
    with pytest.raises(InputError, match="a vectoriser"):
        read_vectors(write(tmp_path, "the 1 2\n"), ["the"])


def test_nearest_words_and_analogies():
    # (royal, male): king − man + woman = (1, 1) − (0, 1) + (0, −1), nearest to queen
    table = np.array([[0, 1], [0, -1], [1, 1], [1, -1], [-1, 0.5]], float)
    vectors = WordVectors(("man", "woman", "king", "queen", "apple"), table)
    assert vectors.analogy("king", "man", "woman")[0][0] == "queen"
    near = vectors.nearest("king")
    assert near[0] == ("man", pytest.approx(1 / np.sqrt(2)))
    assert "king" not in dict(near)
    with pytest.raises(InputError, match="did you mean 'queen'"):
        vectors.nearest("quen")
