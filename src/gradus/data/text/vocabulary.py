"""A vocabulary: a number for every token, by how often it occurs."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.data.padding import padded
from gradus.data.text.checks import check_text, check_texts
from gradus.data.text.matrix import matrix_of

FIXED = ("<padding>", "<unknown>", "<start>", "<end>")


class Counted(Record):
    """What was learned from texts, and is known of every way to cut them into tokens."""

    vocabulary: tuple[str, ...] = static()  # the token of each number
    documents: tuple[int, ...] = static()  # in how many of the texts each token is
    texts: int = static()  # how many there were
    ends: bool = static()  # whether every text has a mark at its start and at its end


class Vectoriser(Counted):
    """Texts as numbers: tokens are numbered by how often they occur in the training texts.

    Number 0 is padding, which only fills sequences up, and 1 stands for every token that the
    vocabulary lacks. With `ends` 2 and 3 mark start and end of each text. The most frequent token
    comes next; of equals the one seen first. Which of equals are kept does not go by the order of
    the texts. A class of its own says what `tokens` are, and what stands `between` them in a text.
    """

    padding: ClassVar[int] = 0
    unknown: ClassVar[int] = 1
    between: ClassVar[str] = " "

    @abstractmethod
    def tokens(self, text: str) -> list[str]:
        """The tokens of a text, in their order."""

    @property
    def size(self) -> int:
        """How many numbers there are, the fixed ones included."""
        return len(self.vocabulary)

    @property
    def first(self) -> int:
        """The number of the first token that comes from texts."""
        return len(fixed(self.ends))

    @property
    def start(self) -> int:
        """The number that stands before every text; raises InputError without `ends`."""
        return self._end("start", 2)

    @property
    def end(self) -> int:
        """The number that stands after every text; raises InputError without `ends`."""
        return self._end("end", 3)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {token: n for n, token in enumerate(self.vocabulary[self.first :], self.first)}

    def number(self, token: str) -> int:
        """The number of a token; `unknown` for one that the vocabulary lacks."""
        return self._numbers.get(token, self.unknown)

    def numbers(self, text: str) -> np.ndarray:
        """The numbers of the tokens of a text, int32, with start and end where there are `ends`."""
        known, unknown = self._numbers, self.unknown  # a method of a record costs more than a look
        found = [known.get(token, unknown) for token in self.tokens(check_text(text))]
        whole = [self.start, *found, self.end] if self.ends else found
        return np.array(whole, np.int32)

    def encode(
        self,
        texts: Iterable[str],
        length: int | None = None,
        pad: str = "after",
        truncate: str = "after",
    ) -> np.ndarray:
        """Texts as sequences of numbers, shape (n, length), int32, filled up with 0.

        `nn.Embedding(…, padding=0)` makes the mask of them. A text without tokens is a row of
        padding alone. A text that is cut on the side of its mark loses it.

        Arguments:
            texts: a list of texts.
            length: tokens of every row; None: those of the longest text.
            pad: the side on which short texts are filled up, "before" or "after".
            truncate: the side on which long texts are cut.

        Raises InputError for anything but a list of texts, naming the row.
        """
        rows = [self.numbers(text) for text in check_texts(texts)]
        return padded(rows, length, pad=pad, truncate=truncate, value=self.padding)

    def decode(self, numbers: Any) -> str | list[str]:
        """The text of a sequence of numbers, or the texts of several.

        Padding, start and end are left out. Raises InputError for numbers of no token.

        Arguments:
            numbers: whole numbers, shape (T,) or (n, T), or a list of sequences.
        """
        rows = list(numbers)
        if rows and np.ndim(rows[0]) == 1:
            return [self._text(row) for row in rows]
        return self._text(rows)

    def matrix(self, texts: Iterable[str], kind: str = "multi-hot") -> np.ndarray:
        """Texts as bags of tokens, shape (n, size), float32; the order of tokens is lost.

        Arguments:
            texts: a list of texts.
            kind: "multi-hot": 1 for every token that is there; "count": how often it is;
                "frequency": its share of the tokens; "tf-idf": count · (ln((1 + N) / (1 + d)) + 1)
                for a token in d of the N training texts, and then every row to length 1.

        Start and end are not counted. Tokens that the vocabulary lacks are counted in the column
        `unknown`, except in "tf-idf", as nothing is known about how rare they are.

        Raises InputError for another kind, and as `encode`.

        Manning, Raghavan and Schütze (2008), sections 6.2–6.4; the formula is that of
        scikit-learn's `TfidfVectorizer`.
        """
        return matrix_of(self, texts, kind).toarray()

    def one_hot(self, texts: Iterable[str], length: int | None = None, **sides: str) -> np.ndarray:
        """Texts as sequences of vectors with a single 1, shape (n, length, size), float32.

        Padding is a vector of zeros. Arguments are those of `encode`.
        """
        rows = np.eye(self.size, dtype=np.float32)
        rows[self.padding] = 0
        return rows[self.encode(texts, length, **sides)]

    def _end(self, name: str, number: int) -> int:
        if not self.ends:
            raise InputError(
                f"{type(self).__name__}: {name}",
                expected="a vocabulary with marks for start and end",
                got="one without",
                fix=f"{type(self).__name__}.fit(texts, ends=True)",
            )
        return number

    def _text(self, numbers: Sequence[int]) -> str:
        found = np.asarray(numbers)
        wrong = (found < 0) | (found >= self.size) | (found != np.floor(found))
        if wrong.any():
            raise InputError(
                f"{type(self).__name__}: a number of no token",
                expected=f"whole numbers from 0 to {self.size - 1}",
                got=found[wrong][0],
                fix="decode numbers of this vocabulary",
            )
        silent = {self.padding, *((2, 3) if self.ends else ())}
        return self.joined([self.vocabulary[n] for n in map(int, found) if n not in silent])

    def joined(self, tokens: list[str]) -> str:
        """Tokens as one text."""
        return self.between.join(tokens)


def counted(
    tokenised: Iterable[list[str]], most: int | None, least: int, ends: bool
) -> dict[str, Any]:
    """The fields of `Counted`, of the tokens of each text.

    Arguments:
        tokenised: the tokens of each text.
        most: how many tokens are kept, the fixed ones not counted; None: all.
        least: how often a kept token occurs at least.
        ends: whether start and end are marked.

    Raises InputError for bounds below 1, and where no token is left.
    """
    check_whole("least", least, fix="least=1")
    if most is not None:
        check_whole("most", most)
    bags = [Counter(tokens) for tokens in tokenised]
    occurrences = sum_of(bags)
    chosen = the_most(occurrences, most)
    kept = [t for t, count in occurrences.most_common() if count >= least and t in chosen]
    if not kept:
        raise InputError(
            "vocabulary",
            expected=f"texts with a token that occurs {least} times or more",
            got=f"{len(bags)} texts with {len(occurrences)} different tokens",
            fix="lower `least`" if occurrences else "give texts that are not empty",
        )
    vocabulary = (*fixed(ends), *kept)
    return {
        "vocabulary": vocabulary,
        "documents": documents_of(vocabulary, bags),
        "texts": len(bags),
        "ends": ends,
    }


def the_most(occurrences: Counter, most: int | None) -> set[str]:
    """The most frequent tokens; of equals the first in the alphabet.

    It must not be the first ones seen: where texts of one class stand before those of the other,
    only rare words of the other would be unknown, and to be unknown would give the class away.
    """
    return set(sorted(occurrences, key=lambda token: (-occurrences[token], token))[:most])


def sum_of(bags: Iterable[Counter]) -> Counter:
    """How often each token occurs in all bags, in the order in which they are first seen."""
    occurrences: Counter[str] = Counter()
    for bag in bags:
        occurrences.update(bag)
    return occurrences


def documents_of(vocabulary: Iterable[str], bags: Iterable[Iterable[str]]) -> tuple[int, ...]:
    """In how many bags each token is."""
    documents = Counter(token for bag in bags for token in set(bag))
    return tuple(documents[token] for token in vocabulary)


def fixed(ends: bool) -> tuple[str, ...]:
    """The tokens that are no part of any text."""
    return FIXED if ends else FIXED[:2]
