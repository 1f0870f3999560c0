"""From a text, or many short ones, to what a language model learns from; and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.data.text.characters import Characters
from gradus.data.text.checks import check_text
from gradus.data.text.next_tokens import NextTokens, next_tokens, passages
from gradus.data.text.vocabulary import Vectoriser

LONGEST_ROW = 1024
FEWEST_ROWS = 32  # that a short text is cut into
FEW_WORDS, SHORT, MOST_LINES_SHORT = 3, 40, 0.98  # what lists have in every line


class LanguagePreprocessor(Record):
    """Turns a text into rows of tokens, and tokens into text; fitted once, saved with the model.

    A text is cut into rows that overlap by one token, see `passages`. In a list every line is a
    text of its own, with marks for its start and its end.

    >>> prep = LanguagePreprocessor.fit("anna\\nnan\\n", lines=True)
    >>> print(*prep.sentences)
    a text in every line: 2 characters (a n), rows of 5 tokens
    >>> x, y, weight = prep.examples("nana\\n")
    >>> x.tolist(), y.tolist()  # 2 is the start, 3 the end
    ([[2, 4, 5, 4, 5]], [[4, 5, 4, 5, 3]])
    """

    vectoriser: Vectoriser
    lines: bool = static()
    length: int = static()  # tokens of a row that are to be predicted, at least

    @classmethod
    def fit(
        cls,
        text: str,
        *,
        lines: bool = False,
        length: int | None = None,
        vectoriser: Callable[..., Vectoriser] = Characters.fit,
    ) -> LanguagePreprocessor:
        """Number the tokens of the training part of a text.

        Arguments:
            text: the training part.
            lines: whether every line is a text of its own.
            length: tokens of a row, for lines at least those of the longest and its end; None: as
                many, and of a text 1 024, or less where that makes less than 32 rows.
            vectoriser: makes a vocabulary of a list of texts, with `ends`.

        Raises InputError for what is no text, or too short: less than 2 tokens, or no line.
        """
        texts = texts_of(check_text(text), lines)
        made = vectoriser(texts, ends=lines)
        counts = [len(made.numbers(t)) - 1 for t in texts]
        if lines:
            return cls(made, lines, max(*counts, length or 1))
        usual = max(min(LONGEST_ROW, -(-sum(counts) // FEWEST_ROWS)), 1)
        return cls(made, lines, length or usual)

    target = None
    features = ()

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return (self.length,)

    @property
    def dtype(self) -> Any:
        """The type of the inputs: whole numbers."""
        return np.int32

    @property
    def sentences(self) -> list[str]:
        """What was decided, for people to read."""
        made = self.vectoriser
        kind, known = type(made).__name__.lower(), made.vocabulary[self.first :]
        shown = f" ({' '.join(map(escaped, sorted(known)))})" if len(known) <= 100 else ""
        what = "a text in every line" if self.lines else "one text"
        return [f"{what}: {len(known):,} {kind}{shown}, rows of {self.length:,} tokens"]

    @property
    def first(self) -> int:
        """The number of the first token that is part of a text."""
        return 4 if self.lines else 2

    @property
    def unwritten(self) -> tuple[int, ...]:
        """The tokens that no text is made of: padding, unknown, start."""
        return (0, 1, 2) if self.lines else (0, 1)

    @property
    def impossible(self) -> tuple[int, ...]:
        """The tokens that come after no other: padding, start."""
        return (0, 2) if self.lines else (0,)

    @property
    def end(self) -> int | None:
        """The token that ends a line; None in one long text."""
        return self.vectoriser.end if self.lines else None

    def rows(self, text: str) -> np.ndarray:
        """Rows of tokens, shape (n, length + 1), the first of each given; of a list all rows are
        longer where a line is.
        """
        texts = texts_of(check_text(text), self.lines)
        if self.lines:
            rows = self.vectoriser.encode(texts)
            return np.pad(rows, [(0, 0), (0, max(self.length + 1 - rows.shape[1], 0))])
        numbers = self.vectoriser.numbers(texts[0])
        if len(numbers) < 2:
            raise InputError(
                "a text that is too short",
                expected=f"2 {type(self.vectoriser).__name__.lower()} or more",
                got=len(numbers),
                fix="give more text",
            )
        return passages(numbers, self.length)

    def examples(self, text: str) -> NextTokens:
        """Every token of a text and the one after it."""
        return next_tokens(self.rows(text))

    def prompt(self, text: str = "") -> np.ndarray:
        """The tokens to go on from, shape (1, P): after the start of a line; and where a long text
        has no beginning, from the end of a line or a sentence, or else the likeliest token.

        Raises InputError for tokens that the model has never seen, naming them.
        """
        self.refuse_unseen(check_text(text, "prompt"))
        if self.lines:
            return self.vectoriser.numbers(text)[None, :-1]
        if text and len(found := self.vectoriser.numbers(text)):
            return found[None]
        ends = (self.vectoriser.number(token) for token in ("\n", "."))
        return np.array([[next((n for n in ends if n > 1), self.first)]], np.int32)

    def unseen(self, *texts: str) -> list[str]:
        """The tokens of texts that the vocabulary lacks, each once, in their order.

        >>> LanguagePreprocessor.fit("anna and nan").unseen("a nun and a nut")
        ['u', 't']
        """
        made = self.vectoriser
        found = dict.fromkeys(token for text in texts for token in made.tokens(text))
        return [token for token in found if made.number(token) == made.unknown]

    def refuse_unseen(self, text: str) -> None:
        """Refuse a prompt with tokens that are not in the vocabulary."""
        unseen = self.unseen(text)
        if unseen:
            raise InputError(
                f"prompt {text!r}",
                expected=f"{type(self.vectoriser).__name__.lower()} that were in the training text",
                got=f"{' '.join(map(escaped, unseen))}, never seen",
                fix="leave them out",
            )

    def decode(self, rows: Any) -> list[str]:
        """The texts of rows of tokens, shape (n, T)."""
        return list(self.vectoriser.decode(np.asarray(rows)))


def is_list(text: str) -> bool:
    """Whether a text looks like a list, one short item in every line: 10 lines or more, none of
    them blank, and of at most 3 words and 40 characters but for one in fifty.

    >>> is_list("ann\\nbob\\n" * 10), is_list("It was a dark and stormy night;\\n" * 20)
    (True, False)
    """
    lines = text.strip("\n").split("\n")
    short = sum(len(line) <= SHORT and len(line.split()) <= FEW_WORDS for line in lines)
    return (
        len(lines) >= 10 and all(map(str.strip, lines)) and short >= MOST_LINES_SHORT * len(lines)
    )


def texts_of(text: str, lines: bool) -> list[str]:
    """A text as it is, or its lines without blank ones."""
    return [line.strip() for line in text.splitlines() if line.strip()] if lines else [text]


def escaped(token: str) -> str:
    """A token that can be seen: blanks and line ends in quotes.

    >>> print(escaped("a"), escaped("\\n"))
    a '\\n'
    """
    return token if token.strip() and token.isprintable() else repr(token)
