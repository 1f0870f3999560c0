"""Pieces of words: a vocabulary of moderate size that hardly any text falls out of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from gradus.base.checks import check_whole
from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.data.text.checks import check_text, check_texts
from gradus.data.text.reading import read_text
from gradus.data.text.vocabulary import FIXED, Vectoriser, documents_of, fixed

MARKS = (*FIXED, "[UNK]", "<unk>")  # what a tokenizer says in the place of what it does not know


class Subwords(Vectoriser):
    """Pieces of words as tokens, found by Hugging Face's `tokenizers` (`gradus[text]`).

    Frequent words are one token, rare ones several. `fit` learns the pieces by byte-pair encoding:
    beginning with characters, the pair that stands together most often becomes a token, again and
    again. A piece that begins a word begins with "▁". `load` takes a tokenizer.json that others
    have learned. Its rules are part of the record, as JSON, and are saved with it.

    >>> texts = ["low low low low lower lower newest newest newest widest"]
    >>> subwords = Subwords.fit(texts, most=18)
    >>> subwords.tokens("lowest")
    ['▁low', 'est']
    >>> subwords.decode(subwords.numbers("lowest low"))
    'lowest low'

    Sennrich, Haddow and Birch (2016). Numbers are those of the tokenizer, moved up behind ours.
    """

    json: str = static()

    @classmethod
    def fit(
        cls, texts: Iterable[str], *, most: int = 8000, lower: bool = False, ends: bool = False
    ) -> Subwords:
        """Learn the pieces from training texts.

        Arguments:
            texts: a list of texts.
            most: how many tokens there are, the fixed ones not counted; characters always are.
            lower: whether capital letters become small ones.
            ends: whether 2 and 3 mark the start and the end of every text.

        Raises InputError for anything but a list of texts, for empty texts alone, and where
        `tokenizers` is not installed.
        """
        tokenizers = library()
        check_whole("most", most)
        texts = check_texts(texts)
        tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=FIXED[1]))
        forms = tokenizers.normalizers
        steps = [forms.NFC(), *([forms.Lowercase()] if lower else [])]
        tokenizer.normalizer = forms.Sequence(steps)
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
        tokenizer.decoder = tokenizers.decoders.Metaspace()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=most + 1, special_tokens=[FIXED[1]], show_progress=False
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls.of(tokenizer.to_str(), texts, ends=ends)

    @classmethod
    def load(cls, path: str | Path, texts: Iterable[str] = (), *, ends: bool = False) -> Subwords:
        """The tokenizer of a file, such as tokenizer.json of a published model.

        Arguments:
            path: a file that `tokenizers` has written.
            texts: training texts, which say how rare each token is, for "tf-idf".
            ends: whether 2 and 3 mark the start and the end of every text.

        Raises InputError for a file that is missing, or something else.
        """
        return cls.of(read_text(path), check_texts(texts), ends=ends, name=str(path))

    @classmethod
    def of(cls, json: str, texts: list[str], *, ends: bool, name: str = "tokenizer") -> Subwords:
        """The record about a tokenizer in its own JSON."""
        tokenizer = read(json, name)
        known = {n: token for token, n in tokenizer.get_vocab().items() if token not in MARKS}
        if not known:
            raise InputError(name, expected="texts with a character", got=f"{len(texts)} without",
                             fix="give texts that are not empty")  # fmt: skip
        vocabulary = (*fixed(ends), *(known[n] for n in sorted(known)))
        bags = (tokenizer.encode(text, add_special_tokens=False).tokens for text in texts)
        return cls(vocabulary, documents_of(vocabulary, bags), len(texts), ends, json)

    @cached_property
    def _tokenizer(self) -> Any:
        return read(self.json, "tokenizer")

    def tokens(self, text):
        return self._tokenizer.encode(check_text(text), add_special_tokens=False).tokens

    def joined(self, tokens):
        decoder = self._tokenizer.decoder
        return " ".join(tokens) if decoder is None else decoder.decode(tokens)


def library() -> Any:
    """The library `tokenizers`; raises InputError where it is not installed."""
    try:
        import tokenizers
    except ImportError:
        raise InputError(
            "Subwords",
            expected="the library tokenizers",
            got="it is not installed",
            fix='pip install "gradus[text]", or take Words or Characters',
        ) from None
    return tokenizers


def read(json: str, name: str) -> Any:
    """A tokenizer from its own JSON, which holds rules and no code."""
    tokenizer = library().Tokenizer
    try:
        found = tokenizer.from_str(json)
    except Exception as error:  # the library raises this class and no other
        raise InputError(
            f"{name} cannot be read",
            expected="a file that `tokenizers` has written, such as tokenizer.json",
            got=str(error),
            fix="check the file",
        ) from None
    found.no_padding()
    found.no_truncation()
    return found
