"""Whether samples and examples can be told apart: tests with p-values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.evaluation.samples.rows import check_pair, some
from gradus.evaluation.samples.statistics import by_classifier, by_kernel, by_moments

LEVEL = 0.05  # below it people speak of a difference


@dataclass(frozen=True)
class TwoSample:
    """What a two-sample test found.

    Arguments:
        test: "moments", "mmd" or "classifier".
        statistic: what was measured: the larger, the more the two differ.
        p: how often examples alone would give as much, were samples no different.
        words: what was measured, for people to read.
        sizes: how many examples and samples were compared.

    >>> print(TwoSample("mmd", 0.0123, 0.001, "MMD², kernel of width 1.2", (500, 500)))
    MMD², kernel of width 1.2: 0.0123, p = 0.001 (500 examples, 500 samples): they differ
    """

    test: str
    statistic: float
    p: float
    words: str
    sizes: tuple[int, int]

    @property
    def verdict(self) -> str:
        """Whether a difference is shown; one that is not may be there all the same."""
        return "they differ" if self.p < LEVEL else "no difference can be shown"

    def __str__(self) -> str:
        x, samples = self.sizes
        return (
            f"{self.words}: {self.statistic:.4g}, p = {self.p:.2g} "
            f"({x:,} examples, {samples:,} samples): {self.verdict}"
        )


TESTS: dict[str, Callable] = {
    "moments": by_moments,
    "mmd": by_kernel,
    "classifier": by_classifier,
}


def two_sample(
    x: Any,
    samples: Any,
    test: str = "mmd",
    *,
    classifier: Any = None,
    permutations: int = 999,
    most: int = 1000,
    seed: int = 0,
) -> TwoSample:
    """Test whether samples and examples come from one distribution.

        "moments"     means (Welch) and spreads (Brown and Forsythe) of every column; the smallest
                      of the m p-values counts, as 1 − (1 − p)ᵐ
        "mmd"         MMD² = E k(x, x′) + E k(y, y′) − 2 E k(x, y), unbiased, k a Gaussian kernel of
                      the median distance; p by permutations
        "classifier"  accuracy of a classifier on the half it has not learned from; binomial p

    Arguments:
        x: examples that the model has not learned from: it may know the others by heart.
        samples: what the model draws, of the same shape but for their number.
        test: one of the above.
        classifier: an estimator with `fit` and `predict`; None: nearest neighbours, as many as
            the root of the examples.
        permutations: how often examples and samples are exchanged for "mmd".
        most: how many of each are compared; drawn at random where there are more.
        seed: of whatever is drawn.

    Raises InputError for another test, for fewer than two of each (four for the classifier), for
    numbers that are not finite, and for samples of another shape than examples.

    >>> rng = np.random.default_rng(0)
    >>> x, same, other = rng.normal(size=(3, 200, 2)) * np.array([1, 1, 1.5])[:, None, None]
    >>> for samples in (same, other):
    ...     print(two_sample(x, samples).verdict, "|", two_sample(x, samples, "moments").verdict)
    no difference can be shown | no difference can be shown
    they differ | they differ

    Gretton, Borgwardt, Rasch, Schölkopf and Smola (2012); Lopez-Paz and Oquab (2017).
    """
    if test not in TESTS:
        raise InputError(
            "two_sample: test", expected=" | ".join(TESTS), got=test, fix=nearest(str(test), TESTS)
        )
    random = np.random.default_rng(seed)
    x, samples = (some(rows, most, random) for rows in check_pair(x, samples))
    settings = {"classifier": classifier, "permutations": permutations}
    statistic, p, words = TESTS[test](x, samples, random, **settings)
    return TwoSample(test, float(statistic), float(p), words, (len(x), len(samples)))
