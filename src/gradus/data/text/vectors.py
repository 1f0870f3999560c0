"""Known vectors of words: read from word2vec and GloVe files, and asked what is near to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.words import counted
from gradus.data.encoding import refuse_other_encodings
from gradus.data.tables import check_file
from gradus.data.text.vocabulary import Vectoriser

FIRST = 20  # lines that say how many numbers a vector has


@dataclass(frozen=True)
class WordVectors:
    """A vector for every token of a vocabulary.

    `nn.Embedding.of(vectors.table, padding=0)` begins with them; `nn.frozen` around that keeps
    them as they are. The vectors that a model has learned are asked in the same way:
    `WordVectors(words.vocabulary, embedding.weight)`.

    Arguments:
        vocabulary: the token of each row.
        table: the vectors, shape (size, width).
        found: how many tokens had a vector in the file; None for a table from elsewhere.

    >>> table = [[1.0, 1.0], [1.0, -1.0], [3.0, 1.0], [3.0, -1.0]]
    >>> vectors = WordVectors(("man", "woman", "king", "queen"), np.array(table))
    >>> [(word, round(cosine, 3)) for word, cosine in vectors.nearest("king", most=2)]
    [('man', 0.894), ('queen', 0.8)]
    >>> [word for word, _ in vectors.analogy("king", "man", "woman", most=1)]
    ['queen']
    """

    vocabulary: tuple[str, ...]
    table: np.ndarray
    found: int | None = None

    def __getitem__(self, word: str) -> np.ndarray:
        """The vector of a word; raises InputError for one that is not in the vocabulary."""
        return np.asarray(self.table)[self._row(word)]

    def nearest(self, word: str, most: int = 10) -> list[tuple[str, float]]:
        """The words whose vectors have the smallest angle to that of `word`, and its cosine."""
        return self._nearest(self[word], [word], most)

    def analogy(self, a: str, b: str, c: str, most: int = 10) -> list[tuple[str, float]]:
        """What is to `c` as `a` is to `b`: the words nearest to a − b + c, each of length 1.

        The three themselves are left out. Mikolov, Yih and Zweig (2013).
        """
        one, other, third = (unit(self[word][None])[0] for word in (a, b, c))
        return self._nearest(one - other + third, [a, b, c], most)

    def _nearest(self, vector: np.ndarray, without: list[str], most: int) -> list:
        cosines = unit(np.asarray(self.table)) @ unit(vector[None])[0]
        cosines[[self._row(word) for word in without]] = -np.inf
        best = [i for i in np.argsort(-cosines)[:most] if np.isfinite(cosines[i])]
        return [(self.vocabulary[i], float(cosines[i])) for i in best]

    def _row(self, word: str) -> int:
        if word not in self.vocabulary:
            raise InputError(
                "word vectors",
                expected="a word of the vocabulary",
                got=repr(word),
                fix=nearest(word, self.vocabulary),
            )
        return self.vocabulary.index(word)


def unit(table: np.ndarray) -> np.ndarray:
    """Rows of length 1; rows of zeros as they are."""
    table = np.asarray(table, np.float64)
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(lengths > 0, lengths, 1)


def read_vectors(path: str | Path, words: Vectoriser, seed: int = 0) -> WordVectors:
    """Known vectors for the tokens of a vocabulary, from a text file of word2vec or GloVe.

    Every line is a word and its n numbers, separated by blanks; what stands before the last n
    fields is the word, blanks within it included. A first line of two whole numbers, as word2vec
    writes it, promises how many vectors follow and gives n; else n is how many numbers most of
    the first 20 lines end in. Of a word that occurs twice the first vector counts, as in gensim.
    Padding becomes zeros. Tokens that the file lacks are drawn from a uniform distribution of
    mean 0 with the variance of the vectors that were found (Kim, 2014); `found` says how many it
    has.

    Arguments:
        path: the file, in UTF-8.
        words: a vectoriser; with lower=True a word of the file must be in small letters.
        seed: of the vectors that are drawn.

    Raises InputError, naming the line, for one that does not end in n numbers after a word; for
    more or fewer vectors than promised, for another encoding, and where none of the words is in
    the file.

    >>> import tempfile
    >>> from gradus.data import Words
    >>> file = Path(tempfile.mkdtemp()) / "vectors.txt"
    >>> _ = file.write_text("3 2\\nthe 0.5 0.1\\ncat 1 -1\\ndog 2 2\\n")
    >>> vectors = read_vectors(file, Words.fit(["the cat purrs"]))
    >>> vectors.found, vectors.table.shape, vectors["cat"].tolist()
    (2, (5, 2), [1.0, -1.0])
    """
    path = Path(path).expanduser()
    check_file(path)
    if not hasattr(words, "vocabulary"):
        raise InputError("read_vectors: words", expected="a vectoriser", got=type(words).__name__,
                         fix="data.Words.fit(texts)")  # fmt: skip
    known = known_rows(path, words.vocabulary)
    vectors = np.stack(list(known.values()))
    reach = np.sqrt(3 * vectors.var())  # of a uniform distribution with this variance
    random = np.random.default_rng(seed)
    table = random.uniform(-reach, reach, (words.size, vectors.shape[1])).astype(np.float32)
    table[list(known)] = vectors
    table[words.padding] = 0
    return WordVectors(words.vocabulary, table, len(known))


def known_rows(path: Path, vocabulary: Sequence[str]) -> dict[int, np.ndarray]:
    """The first vector of every token that the file has, by number; refuses a file with none."""
    wanted = {token: n for n, token in enumerate(vocabulary)}
    known: dict[int, np.ndarray] = {}
    for word, vector in rows(path):
        if word in wanted:
            known.setdefault(wanted[word], vector)
    if not known:
        raise InputError(
            f"{path.name} has no vector for any word of the vocabulary",
            expected=f"words such as {', '.join(map(repr, vocabulary[-3:]))}",
            got="others",
            fix="check the language and the case: Words.fit(texts, lower=False) keeps capitals",
        )
    return known


def rows(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """The words of a file and their vectors, line by line."""
    promised, width = form_of(path)
    found = 0
    for line, text in islice(lines(path), 0 if promised is None else 1, None):
        yield row_of(path, line, text, width)
        found += 1
    if promised not in (None, found):
        raise InputError(
            f"{path.name} is not whole",
            expected=counted(promised, "vector") + ", as its first line promises",
            got=counted(found, "vector"),
            fix="load the file again, or correct its first line",
        )


def form_of(path: Path) -> tuple[int | None, int]:
    """How many vectors a first line promises, None without one, and how many numbers each has."""
    first = [text.split(" ") for _, text in islice(lines(path), FIRST)]
    if first and len(first[0]) == 2 and all(field.isdecimal() for field in first[0]):
        return int(first[0][0]), int(first[0][1])
    times = Counter(map(numbers_at_end, first))
    return None, max(times, key=lambda width: (times[width], width), default=0)


def numbers_at_end(fields: Sequence[str]) -> int:
    """How many numbers a line ends in, its first field left to the word.

    >>> numbers_at_end([".", ".", "4", "5"]), numbers_at_end(["1", "2"]), numbers_at_end(["a", "b"])
    (2, 1, 0)
    """
    return sum(1 for _ in takewhile(is_number, reversed(fields[1:])))


def is_number(field: str) -> bool:
    """Whether some text is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, from number 1, without their ends."""
    with open(path, "rb") as file:
        for line, content in enumerate(file, start=1):
            if content.strip():
                yield line, text_of(path, line, content).rstrip()


def text_of(path: Path, line: int, content: bytes) -> str:
    """A line as text; raises InputError for another encoding."""
    try:
        return content.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError:
        refuse_other_encodings(path.name, path.read_bytes())
        raise


def row_of(path: Path, line: int, text: str, width: int) -> tuple[str, np.ndarray]:
    """The word of a line and its vector; raises InputError for too few numbers."""
    word, *numbers = text.rsplit(" ", width) if width else [text]
    if not width or len(numbers) < width:
        raise InputError(
            f"{path.name}, line {line}",
            expected="a word and "
            + (counted(width, "number") if width else "its numbers")
            + ", separated by single blanks",
            got=counted(numbers_at_end(text.split(" ")), "number"),
            fix="correct this line",
        )
    return word.strip(" "), vector_of(path, line, numbers)


def vector_of(path: Path, line: int, numbers: Sequence[str]) -> np.ndarray:
    """The numbers of a line; raises InputError for what is none."""
    try:
        vector = np.array(numbers, np.float32)
    except ValueError as error:
        vector, got = np.array([np.nan]), str(error).rpartition(": ")[2]  # the part that is none
    else:
        got = "numbers that are not finite"
    if not np.isfinite(vector).all():
        count = counted(len(numbers), "finite number")
        raise InputError(f"{path.name}, line {line}", expected=f"{count} after the word",
                         got=got, fix="correct this line")  # fmt: skip
    return vector
