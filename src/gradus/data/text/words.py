"""Words: what stands between blanks, and punctuation apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from gradus.base.checks import check_name
from gradus.base.record import static
from gradus.data.text.checks import check_text, check_texts
from gradus.data.text.vocabulary import Vectoriser, counted

PUNCTUATION = ("token", "drop", "keep")


class Words(Vectoriser):
    """Words as tokens.

    A word is a run of letters, digits and underscores, with apostrophes inside ("don't"). Texts
    are brought to Unicode's form NFC first, in which an accented letter is one character. In
    languages that put no blanks between words a sentence would be one: take `Characters` there,
    or `Subwords`.

    >>> texts = ["The cat sat on the mat.", "The dog ate the cat!"]
    >>> words = Words.fit(texts, least=2)
    >>> words.vocabulary
    ('<padding>', '<unknown>', 'the', 'cat')
    >>> words.tokens("Don't sit on it, cat.")
    ["don't", 'sit', 'on', 'it', ',', 'cat', '.']
    >>> words.encode(["the cat", "A cat sat."])
    array([[2, 3, 0, 0],
           [1, 3, 1, 1]], dtype=int32)
    >>> words.decode([2, 3, 0, 0])
    'the cat'
    >>> words.matrix(["the cat and the dog"], "count")
    array([[0., 2., 2., 1.]], dtype=float32)
    """

    lower: bool = static()
    punctuation: str = static()

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        *,
        most: int | None = None,
        least: int = 1,
        lower: bool = True,
        punctuation: str = "token",
        ends: bool = False,
    ) -> Words:
        """Number the words of training texts, the most frequent one first.

        Arguments:
            texts: a list of texts.
            most: how many words are kept, the fixed ones not counted; None: all.
            least: how often a kept word occurs at least.
            lower: whether capital letters become small ones.
            punctuation: "token": each such character is a token of its own; "drop": it is left
                out; "keep": words are whatever stands between blanks.
            ends: whether 2 and 3 mark the start and the end of every text.

        Raises InputError for anything but a list of texts, for texts without words, and for
        another way to treat punctuation.

        Keras' `TextVectorization` drops punctuation, also within words.
        """
        check_name("punctuation", punctuation, PUNCTUATION)
        tokenised = (split_words(text, lower, punctuation) for text in check_texts(texts))
        return cls(**counted(tokenised, most, least, ends), lower=lower, punctuation=punctuation)

    def tokens(self, text):
        return split_words(check_text(text), self.lower, self.punctuation)


def split_words(text: str, lower: bool, punctuation: str) -> list[str]:
    """The words of a text, as `Words` takes them.

    >>> split_words("Well, it's O'Hara's.", lower=False, punctuation="drop")
    ['Well', "it's", "O'Hara's"]
    """
    text = unicodedata.normalize("NFC", text)
    text = text.lower() if lower else text
    if punctuation == "keep":
        return text.split()
    words, others = patterns()
    return re.findall(words if punctuation == "drop" else f"{words}|{others}", text)


@cache
def patterns() -> tuple[str, str]:
    """Patterns of words, and of single characters that are in none, blanks left out.

    Marks that join letters, such as the vowel signs of Hindi, belong to their word; `\\w` of
    Python leaves them out.
    """
    marks = [c for c in map(chr, range(0x300, 0x20000)) if unicodedata.category(c)[0] == "M"]
    letters = rf"\w\u200c\u200d{''.join(marks)}"
    return rf"[{letters}]+(?:['’][{letters}]+)*", rf"[^\s{letters}]"
