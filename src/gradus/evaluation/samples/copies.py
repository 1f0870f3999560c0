"""Whether a model gives back its training examples instead of drawing new ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.evaluation.samples.rows import check_pair

LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class NearestTraining:
    """How near samples are to training examples, beside examples that were held out.

    Arguments:
        rows: for every sample the row of the nearest training example.
        distances: of every sample from it.
        held_out: the same distances of examples that were held out; None without such.
        p: how often as near, were samples as far away as what was held out; None without such.

    >>> print(NearestTraining(np.array([7]), np.array([0.1]), np.array([1.0]), 0.5))
    median distance to the nearest training example 0.1, of held-out examples 1: ratio 0.1, p = 0.5
    """

    rows: np.ndarray
    distances: np.ndarray
    held_out: np.ndarray | None = None
    p: float | None = None

    @property
    def ratio(self) -> float | None:
        """Median distance of the samples over that of held-out examples: well below 1, copies."""
        if self.held_out is None:
            return None
        return float(np.median(self.distances) / np.median(self.held_out))

    @property
    def copies(self) -> np.ndarray:
        """The samples nearer to a training example than any held-out example is, nearest first."""
        limit = 0.0 if self.held_out is None else float(self.held_out.min())
        order = np.argsort(self.distances, kind="stable")
        exact = self.distances[order] == 0
        return order[(self.distances[order] < limit) | exact]

    def __str__(self) -> str:
        words = f"median distance to the nearest training example {np.median(self.distances):.3g}"
        if self.held_out is None or self.p is None:
            return words
        verdict = ": it knows them by heart" if self.p < LEVEL else ""
        return (
            f"{words}, of held-out examples {np.median(self.held_out):.3g}: "
            f"ratio {self.ratio:.2g}, p = {self.p:.2g}{verdict}"
        )


def nearest_training(samples: Any, x: Any, held_out: Any = None) -> NearestTraining:
    """Distances from samples to their nearest training examples: a model that memorises has small.

    What counts is the comparison with examples that were held out: a sample may not be nearer to
    the training part than new examples of the same kind are. The p-value is that of the rank test
    of Mann and Whitney, one-sided.

    Arguments:
        samples: what a model draws.
        x: the examples it learned from.
        held_out: examples that it has not seen; without them there are distances only.

    Raises InputError for arrays of different shapes, and for fewer than two examples.

    >>> rng = np.random.default_rng(0)
    >>> x, held_out, new = rng.normal(size=(3, 100, 2))
    >>> known = nearest_training(x + 0.001, x, held_out)
    >>> round(known.ratio, 2), known.p < 0.001, len(known.copies)
    (0.01, True, 100)
    >>> nearest_training(new, x, held_out).p > 0.05
    True

    Meehan, Chaudhuri and Dasgupta (2020).
    """
    from scipy.stats import mannwhitneyu
    from sklearn.neighbors import NearestNeighbors

    training, rows = check_pair(x, samples)
    search = NearestNeighbors(n_neighbors=1).fit(training)
    distances, nearest = (found[:, 0] for found in search.kneighbors(rows))
    if held_out is None:
        return NearestTraining(nearest, distances)
    others = search.kneighbors(check_pair(x, held_out)[1])[0][:, 0]
    p = mannwhitneyu(distances, others, alternative="less").pvalue
    return NearestTraining(nearest, distances, others, float(p))
