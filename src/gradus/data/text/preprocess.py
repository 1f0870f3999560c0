"""From a table with text to the numbers that a net for text sees."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.base.record import Record, static
from gradus.data.columns import text_of
from gradus.data.dataset import Dataset
from gradus.data.frames import as_table
from gradus.data.preprocess import check_column, targets_of
from gradus.data.targets import ClassTarget, Target, fit_target
from gradus.data.text.vocabulary import Vectoriser
from gradus.data.text.words import Words

if TYPE_CHECKING:
    import polars as pl

MOST_WORDS = 20_000
MOST_TOKENS = 500  # of a text, unless chosen
SHARE = 0.99  # of the training texts that are seen whole, up to that


class TextPreprocessor(Record):
    """Turns columns of text into sequences of numbers; fitted once, saved with the model.

    Several columns are read one after the other, as one text. A missing text is an empty one.

    >>> table = {"review": ["good film", "bad film", "a good one"], "label": ["+", "-", "+"]}
    >>> prep = TextPreprocessor.fit(table, "review", target="label")
    >>> for sentence in prep.sentences:
    ...     print(sentence)
    review: text → 5 words, each text up to 3 of them (all of 3 texts are no longer)
    label: classification, 2 classes: '+', '-'
    >>> prep.inputs({"review": ["one good film"]}).tolist(), prep.targets(table).tolist()
    ([[6, 2, 3]], [0, 1, 0])
    """

    columns: tuple[str, ...] = static()
    vectoriser: Vectoriser = static()
    length: int = static()  # tokens of every text, the rest is cut
    whole: int = static()  # how many training texts are no longer
    target: Target | None = static()

    @classmethod
    def fit(
        cls,
        table: Any,
        text: str | Sequence[str],
        target: str | None = None,
        *,
        vectoriser: Callable[[list[str]], Vectoriser] = partial(Words.fit, most=MOST_WORDS),
        length: int | None = None,
        target_kind: str | None = None,
    ) -> TextPreprocessor:
        """Learn vocabulary and target from the training part of a table.

        Arguments:
            table: the training part: a Polars or pandas data frame, or a dict of columns.
            text: the name of the column of text, or of several.
            target: the name of the column to predict; None: there is none.
            vectoriser: makes one of training texts, such as `Characters.fit`; by default the
                20 000 most frequent words.
            length: tokens that are kept of each text; None: so many that 99 % of the texts are
                whole, 500 at most.
            target_kind: "classification", "counts" or "regression"; None: inferred.

        Raises InputError for unknown names, and for columns of text that are numbers.
        """
        table = as_table(table)
        names = (text,) if isinstance(text, str) else tuple(text)
        for name in (*names, *([] if target is None else [target])):
            check_column(name, table.columns)
        for name in names:
            check_is_text(table[name])
        texts = texts_of(table, names)
        made = vectoriser(texts)
        lengths = np.array([len(made.numbers(t)) for t in texts])
        usual = max(1, min(int(np.quantile(lengths, SHARE, method="higher")), MOST_TOKENS))
        length = usual if length is None else length
        check_whole(
            "length", length, fix="leave it out, or give the tokens that are kept of each text"
        )
        known = None if target is None else fit_target(table[target], target, target_kind)
        return cls(names, made, int(length), int((lengths <= length).sum()), known)

    @property
    def features(self) -> tuple[str, ...]:
        """No names: what the model sees are places of a text."""
        return ()

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
        """What was decided, for people to read; the target comes last."""
        made, texts = self.vectoriser, self.vectoriser.texts
        kind = type(made).__name__.lower()
        share = "all" if self.whole == texts else f"{self.whole:,}"
        what = (
            f"{', '.join(self.columns)}: text → {made.size - made.first:,} {kind}, each text up to "
            f"{self.length:,} of them ({share} of {texts:,} texts are no longer)"
        )
        return [what, *([] if self.target is None else [self.target.sentence])]

    def inputs(self, table: Any) -> np.ndarray:
        """The texts as sequences of numbers, shape (n, length), int32, filled up with 0.

        Warns of texts without a known token. Raises InputError for a missing or renamed column.
        """
        table = as_table(table)
        for name in self.columns:
            fix = f"the run learned from {name!r}: add it, or rename the column that holds it"
            check_column(name, table.columns, fix)
        texts = list(texts_of(table, self.columns))
        x = self.vectoriser.encode(texts, self.length)
        silent = (x < self.vectoriser.first).all(axis=1)
        if silent.any():
            row = int(silent.argmax())
            warnings.warn(
                f"{', '.join(self.columns)}: {silent.sum()} of {len(x)} texts have no token that "
                f"is known, the first in row {row} of them (counted from 0), {texts[row][:40]!r}; "
                "what is said of them rests on nothing",
                stacklevel=2,
            )
        return x

    def targets(self, table: Any) -> np.ndarray:
        """The target column for the likelihood; `target.decode` brings predictions back."""
        call = "TextPreprocessor.fit(table, 'review', target='…')"
        return targets_of(table, self.target, call)

    def dataset(self, table: Any) -> Dataset:
        """Inputs and, where the target is known, targets of a table."""
        labels = self.target.labels if isinstance(self.target, ClassTarget) else None
        y = None if self.target is None else self.targets(table)
        return Dataset(self.inputs(table), y, labels=labels)


def texts_of(table: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """The texts of every row, those of several columns one after the other."""
    columns = [text_of(table[name]).fill_null("").to_list() for name in names]
    return ["\n".join(parts) for parts in zip(*columns, strict=True)]


def check_is_text(series: pl.Series) -> None:
    """Refuse a column to learn words from that holds something else."""
    import polars as pl

    if series.null_count() == len(series):
        raise InputError(
            f"column {series.name!r}",
            expected="text",
            got="no value in any row",
            fix="name another column as text",
        )
    if series.dtype != pl.String:
        raise InputError(
            f"column {series.name!r}",
            expected="text",
            got=f"values of type {series.dtype}, such as {series.drop_nulls()[0]!r}",
            fix="name a column of text; numbers, dates and yes/no are learned from without --text",
        )
