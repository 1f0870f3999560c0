"""Text as numbers: Keras' `Tokenizer`, which numbers words by how often they occur."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras.arguments import check_call, pick

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'
MODES = ("binary", "count", "freq", "tfidf")


def text_to_word_sequence(
    text: str, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[str]:
    """The words of a text: what stands between `split`, without the characters in `filters`.

    >>> text_to_word_sequence("The cat, the mat!")
    ['the', 'cat', 'the', 'mat']
    """
    text = text.lower() if lower else text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


class Tokenizer:
    """Numbers for words: 1 for the most frequent one, of equals the first one seen; 0 is no word.

    Arguments:
        num_words: only numbers below it are used; the others are as words that were never seen.
        filters: characters that are not part of words.
        lower: whether small and capital letters are the same.
        split: what stands between words.
        char_level: whether characters are taken in the place of words.
        oov_token: a word for those that were never seen; it has number 1. None leaves them out.
        analyzer: a function from a text to its words, in the place of all that.

    >>> tokenizer = Tokenizer(num_words=4)
    >>> tokenizer.fit_on_texts(["the cat sat on the mat", "the dog ate the cat"])
    >>> tokenizer.word_index["the"], tokenizer.word_index["cat"], len(tokenizer.word_index)
    (1, 2, 7)
    >>> tokenizer.texts_to_sequences(["the mat and the cat"])
    [[1, 1, 2]]
    >>> tokenizer.texts_to_matrix(["the mat and the cat"], mode="count")
    array([[0., 2., 1., 0.]])
    """

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    def __init__(
        self,
        num_words: int | None = None,
        filters: str = FILTERS,
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
        oov_token: str | None = None,
        analyzer: Callable | None = None,
    ):
        self.num_words, self.filters, self.lower = num_words, filters, lower
        self.split, self.char_level, self.oov_token = split, char_level, oov_token
        self.analyzer = analyzer
        self.word_counts: OrderedDict[str, int] = OrderedDict()  # in the order they were seen
        self.word_docs: Counter[str] = Counter()  # in how many texts each word is
        self.word_index: dict[str, int] = {}
        self.index_word: dict[int, str] = {}
        self.index_docs: Counter[int] = Counter()
        self.document_count = 0

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of texts, and number all words seen so far anew."""
        refuse_one_text(texts)
        for text in texts:
            words = self.words(text)
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            self.word_docs.update(set(words))
        ranked = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        first = [] if self.oov_token is None else [self.oov_token]
        self.word_index = {word: i for i, word in enumerate([*first, *ranked], 1)}
        self.index_word = {i: word for word, i in self.word_index.items()}
        self.index_docs = Counter({self.word_index[w]: n for w, n in self.word_docs.items()})

    def fit_on_sequences(self, sequences: Iterable[list[int]]) -> None:
        """Count in how many sequences of numbers each number is."""
        for sequence in sequences:
            self.document_count += 1
            self.index_docs.update(set(sequence))

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """The numbers of the words of texts."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """The same, one text after the other."""
        refuse_one_text(texts)
        for text in texts:
            numbers = (self.number(word) for word in self.words(text))
            yield [number for number in numbers if number is not None]

    def sequences_to_texts(self, sequences: Iterable[Any]) -> list[str]:
        """The words of numbers; those without a word are left out, or `oov_token`."""
        return [self._text(sequence) for sequence in sequences]

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """One row for each text, one column for each number; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences: list[list[int]], mode: str = "binary") -> np.ndarray:
        """One row for each sequence, one column for each number below `num_words`.

        Arguments:
            sequences: numbers of words.
            mode: what a column says of its word: "binary" whether it is there, "count" how often,
                "freq" its share, "tfidf" (1 + log count) · log(1 + texts / (1 + texts with it)).
        """
        pick("Tokenizer: mode", mode, MODES)
        matrix = np.zeros((len(sequences), self.columns(mode)))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(n for n in sequence if n < len(row)).items():
                row[number] = self._entry(mode, number, count, len(sequence))
        return matrix

    def columns(self, mode: str) -> int:
        """How many columns a matrix has; raises InputError where nothing says so."""
        if self.num_words is None and not self.word_index:
            raise InputError(
                "Tokenizer",
                expected="fit_on_texts(texts) before, or num_words",
                got="neither",
                fix="tokenizer.fit_on_texts(texts)",
            )
        if mode == "tfidf" and not self.document_count:
            raise InputError(
                "Tokenizer: mode='tfidf'",
                expected="fit_on_texts(texts) before, to know in how many texts a word is",
                got="no texts yet",
                fix="tokenizer.fit_on_texts(texts)",
            )
        return len(self.word_index) + 1 if self.num_words is None else self.num_words

    def _entry(self, mode: str, number: int, count: int, length: int) -> float:
        if mode == "tfidf":
            texts = 1 + self.document_count / (1 + self.index_docs.get(number, 0))
            return (1 + math.log(count)) * math.log(texts)
        return {"binary": 1, "count": count, "freq": count / length}[mode]

    def number(self, word: str) -> int | None:
        """The number of a word; None where it is left out."""
        found = self.word_index.get(word)
        if found is not None and (self.num_words is None or found < self.num_words):
            return found
        return None if self.oov_token is None else self.word_index.get(self.oov_token)

    def words(self, text: Any) -> list[str]:
        """The words, or characters, of a text; a list is taken as words."""
        if self.analyzer is not None:
            return self.analyzer(text)
        if self.char_level or isinstance(text, list):
            return [part.lower() if self.lower else part for part in text]
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def _text(self, sequence: Iterable[int]) -> str:
        words = []
        for number in sequence:
            word = self.index_word.get(int(number))
            hidden = self.num_words is not None and int(number) >= self.num_words
            if word is None or hidden:
                word = self.oov_token
            if word is not None:
                words.append(word)
        return " ".join(words)

    def to_json(self) -> str:
        """All that it knows, as text; `tokenizer_from_json` reads it."""
        settings = {
            name: getattr(self, name)
            for name in ("num_words", "filters", "lower", "split", "char_level", "oov_token")
        }
        counts = {"word_counts": self.word_counts, "word_docs": self.word_docs}
        return json.dumps(settings | counts | {"document_count": self.document_count})


def tokenizer_from_json(text: str) -> Tokenizer:
    """The tokenizer that `to_json` wrote down."""
    found = json.loads(text)
    counts, docs, texts = (
        found.pop(name) for name in ("word_counts", "word_docs", "document_count")
    )
    tokenizer = Tokenizer(**found)
    tokenizer.word_counts, tokenizer.word_docs = OrderedDict(counts), Counter(docs)
    tokenizer.fit_on_texts([])
    tokenizer.document_count = texts
    return tokenizer


def hashing_trick(
    text: str,
    n: int,
    hash_function: Any = None,
    filters: str = FILTERS,
    lower: bool = True,
    split: str = " ",
) -> list[int]:
    """A number from 1 to n − 1 for each word, by its hash: different words may share one.

    Arguments:
        hash_function: "md5", the default here, or a function of a word. Python's own, Keras'
            default, gives other numbers in every process.
    """
    function = md5 if hash_function in (None, "md5") else hash_function
    words = text_to_word_sequence(text, filters, lower, split)
    return [function(word) % (n - 1) + 1 for word in words]


def md5(word: str) -> int:
    """A number of 128 bits for a word, the same one everywhere."""
    return int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)


def one_hot(
    input_text: str, n: int, filters: str = FILTERS, lower: bool = True, split: str = " "
) -> list[int]:
    """`hashing_trick` under the name that Keras gives it."""
    return hashing_trick(input_text, n, "md5", filters, lower, split)


def refuse_one_text(texts: Any) -> None:
    """Refuse a text in the place of several: its characters would be taken as texts."""
    if isinstance(texts, str):
        raise InputError(
            "Tokenizer",
            expected="a list of texts",
            got="one text",
            fix="put it into a list: [text]",
        )
