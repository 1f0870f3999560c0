"""Texts as bags of tokens: one row for each text, one column for each token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from gradus.base.checks import check_name
from gradus.data.text.checks import check_texts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from gradus.data.text.vocabulary import Vectoriser


def matrix_of(vectoriser: Vectoriser, texts: Iterable[str], kind: str) -> csr_array:
    """Bags of tokens as `Vectoriser.matrix` describes them, without the zeros."""
    check_name("kind of matrix", kind, KINDS)
    return KINDS[kind](counts(vectoriser, texts), vectoriser)


def counts(vectoriser: Vectoriser, texts: Iterable[str]) -> csr_array:
    """How often each token is in each text."""
    tokens = map(vectoriser.tokens, check_texts(texts))
    return stacked([Counter(map(vectoriser.number, found)) for found in tokens], vectoriser)


def bags_of(vectoriser: Vectoriser, numbers: np.ndarray) -> csr_array:
    """How often each token is in texts that are numbers already, shape (n, T); padding, start and
    end are no tokens.
    """
    silent = {0, *range(2, vectoriser.first)}
    rows = np.asarray(numbers).tolist()
    return stacked([Counter(n for n in row if n not in silent) for row in rows], vectoriser)


def stacked(bags: list[Counter], vectoriser: Vectoriser) -> csr_array:
    """Bags as the rows of a matrix, without its zeros."""
    from scipy.sparse import csr_array

    values = np.array([count for bag in bags for count in bag.values()], np.float32)
    columns = np.array([number for bag in bags for number in bag], np.int64)
    ends = np.cumsum([0, *map(len, bags)])
    return csr_array((values, columns, ends), shape=(len(bags), vectoriser.size))


def multi_hot(bags: Any, vectoriser: Vectoriser) -> csr_array:
    """1 for every token that is there."""
    return bags.sign()


def count(bags: csr_array, vectoriser: Vectoriser) -> csr_array:
    """How often each token is there."""
    return bags


def frequency(bags: csr_array, vectoriser: Vectoriser) -> csr_array:
    """The share of each token; zeros for a text without tokens."""
    return scaled(bags, bags.sum(axis=1))


def tf_idf(bags: csr_array, vectoriser: Vectoriser) -> csr_array:
    """Counts weighted by how rare the token is, to length 1."""
    documents = np.array(vectoriser.documents)
    rarity = np.log((1 + vectoriser.texts) / (1 + documents)) + 1
    rarity[vectoriser.unknown] = 0
    weighed = bags.multiply(rarity.astype(np.float32)[None, :]).tocsr()
    return scaled(weighed, np.sqrt(weighed.multiply(weighed).sum(axis=1)))


def scaled(bags: csr_array, sizes: Any) -> csr_array:
    """Every row divided by its size; those of size 0 as they are."""
    by = np.where(sizes > 0, sizes, 1).astype(np.float32)
    return bags.multiply(1 / by[:, None]).tocsr()


KINDS: dict[str, Callable[..., Any]] = {
    "multi-hot": multi_hot,
    "count": count,
    "frequency": frequency,
    "tf-idf": tf_idf,
}
