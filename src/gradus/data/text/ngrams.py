"""N-grams: words together with the words beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradus.base.checks import check_name, check_whole
from gradus.base.record import static
from gradus.data.text.checks import check_text, check_texts
from gradus.data.text.vocabulary import Vectoriser, counted
from gradus.data.text.words import PUNCTUATION, split_words


class NGrams(Vectoriser):
    """Groups of up to n words that stand beside each other, as tokens.

    A bag of n-grams knows a little of the order of words. Groups overlap, so `decode` gives a
    list for people to read, and no text.

    >>> grams = NGrams.fit(["The cat sat on the mat."], n=2)
    >>> grams.tokens("The cat sat on the mat.")
    ['The', 'The cat', 'cat', 'cat sat', 'sat', 'sat on', 'on', 'on the', 'the', 'the mat', 'mat']
    >>> grams.matrix(["The cat"]).sum()
    np.float32(3.0)

    Chollet (2021), section 11.3: case is kept and punctuation dropped, unless chosen otherwise.
    """

    between = " | "
    n: int = static()
    lower: bool = static()
    punctuation: str = static()

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        n: int = 2,
        *,
        most: int | None = None,
        least: int = 1,
        lower: bool = False,
        punctuation: str = "drop",
    ) -> NGrams:
        """Number the n-grams of training texts, the most frequent one first.

        Arguments:
            texts: a list of texts.
            n: the most words of a group; smaller groups are tokens, too.
            most, least, lower, punctuation: as in `Words.fit`.

        Raises InputError as `Words.fit`, and for n below 1.
        """
        check_whole("n", n, fix="n=2")
        check_name("punctuation", punctuation, PUNCTUATION)
        tokenised = (ngrams(split_words(t, lower, punctuation), n) for t in check_texts(texts))
        found = counted(tokenised, most, least, ends=False)
        return cls(**found, n=n, lower=lower, punctuation=punctuation)

    def tokens(self, text):
        return ngrams(split_words(check_text(text), self.lower, self.punctuation), self.n)


def ngrams(words: Sequence[str], n: int) -> list[str]:
    """All groups of 1 to n words that stand beside each other, by the place of the first word.

    >>> ngrams(["on", "the", "mat"], 3)
    ['on', 'on the', 'on the mat', 'the', 'the mat', 'mat']
    """
    places = range(len(words))
    return [
        " ".join(words[i : i + k]) for i in places for k in range(1, n + 1) if i + k <= len(words)
    ]
