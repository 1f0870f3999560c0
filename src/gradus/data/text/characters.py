"""Characters: the smallest tokens, and the smallest vocabulary."""

from __future__ import annotations

from collections.abc import Iterable

from gradus.base.record import static
from gradus.data.text.checks import check_text, check_texts
from gradus.data.text.vocabulary import Vectoriser, counted


class Characters(Vectoriser):
    """Characters as tokens, blanks and punctuation among them: the code points of Unicode.

    Nothing is lost: `decode(numbers(text)) == text` for texts of known characters.

    >>> characters = Characters.fit(["hello"], ends=True)
    >>> characters.vocabulary
    ('<padding>', '<unknown>', '<start>', '<end>', 'l', 'h', 'e', 'o')
    >>> characters.numbers("hole")
    array([2, 5, 7, 4, 6, 3], dtype=int32)
    >>> characters.decode([2, 5, 7, 4, 6, 3])
    'hole'
    """

    between = ""
    lower: bool = static()

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        *,
        most: int | None = None,
        least: int = 1,
        lower: bool = False,
        ends: bool = False,
    ) -> Characters:
        """Number the characters of training texts, the most frequent one first.

        Arguments:
            texts: a list of texts.
            most: how many characters are kept, the fixed tokens not counted; None: all.
            least: how often a kept character occurs at least.
            lower: whether capital letters become small ones.
            ends: whether 2 and 3 mark the start and the end of every text.

        Raises InputError for anything but a list of texts, and for empty texts alone.
        """
        tokenised = (list(text.lower() if lower else text) for text in check_texts(texts))
        return cls(**counted(tokenised, most, least, ends), lower=lower)

    def tokens(self, text):
        check_text(text)
        return list(text.lower() if self.lower else text)
