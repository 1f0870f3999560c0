"""The statistics of the two-sample tests, and their p-values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradus.base.errors import InputError

Found = tuple[float, float, str]  # statistic, p, words


def by_moments(x: np.ndarray, samples: np.ndarray, random: np.random.Generator, **_: Any) -> Found:
    """The column whose mean or spread differs most."""
    from scipy.stats import levene, ttest_ind

    constant = (np.ptp(x, axis=0) == 0) & (np.ptp(samples, axis=0) == 0)
    other = constant & (x[0] != samples[0])
    if other.any():
        return math.inf, 0.0, f"column {np.argmax(other)} has one value in each, and not the same"
    columns = np.flatnonzero(~constant)
    if not len(columns):
        return 0.0, 1.0, "all columns are constant, and equal"
    x, samples = x[:, columns], samples[:, columns]
    means: Any = ttest_ind(x, samples, equal_var=False)
    spreads: list[Any] = [levene(a, b) for a, b in zip(x.T, samples.T, strict=True)]
    ps = np.array([*means.pvalue, *(found.pvalue for found in spreads)])
    best = int(np.argmin(ps))
    what, column = ("mean", "spread")[best // len(columns)], best % len(columns)
    p = -np.expm1(len(ps) * np.log1p(-ps[best]))
    words = f"the {what} of column {columns[column]} differs most, in standard deviations"
    return gap(what, x[:, column], samples[:, column]), float(p), words


def gap(what: str, first: np.ndarray, second: np.ndarray) -> float:
    """How far the means or the spreads of two columns are apart, in their mean spread."""
    spreads = first.std(), second.std()
    difference = first.mean() - second.mean() if what == "mean" else spreads[0] - spreads[1]
    return float(abs(difference) / math.hypot(*spreads) * math.sqrt(2))


def by_kernel(
    x: np.ndarray,
    samples: np.ndarray,
    random: np.random.Generator,
    permutations: int = 999,
    **_: Any,
) -> Found:
    """MMD², and how often it is as large when examples and samples are exchanged at random."""
    kernel, width = gaussian_kernel(np.concatenate([x, samples]))
    first = np.arange(len(kernel)) < len(x)
    orders = [first, *(random.permutation(first) for _ in range(permutations))]
    own, *others = mmd2(kernel, np.array(orders))
    p = (1 + np.sum(np.array(others) >= own)) / (1 + permutations)
    return own, p, f"MMD², kernel of width {width:.3g}"


def gaussian_kernel(rows: np.ndarray) -> tuple[np.ndarray, float]:
    """exp(−‖a − b‖² / 2σ²) of all pairs, σ their median distance; and σ."""
    from scipy.spatial.distance import pdist, squareform

    squares = pdist(rows, "sqeuclidean")
    width = math.sqrt(np.median(squares)) or 1.0
    return np.exp(-squareform(squares) / (2 * width**2)), width


def mmd2(kernel: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The unbiased MMD² of several divisions of the rows into two sets.

    Arguments:
        kernel: k of all pairs of rows, shape (N, N).
        first: which rows are in the first set, shape (divisions, N).
    """
    apart = kernel - np.diag(np.diag(kernel))  # no row is compared with itself
    one, other = first.astype(float), (~first).astype(float)
    seen = one @ apart
    n, m = one.sum(axis=1), other.sum(axis=1)
    within = np.sum(seen * one, axis=1)
    across = np.sum(seen * other, axis=1)
    rest = apart.sum() - within - 2 * across
    return within / (n * (n - 1)) + rest / (m * (m - 1)) - 2 * across / (n * m)


def by_classifier(
    x: np.ndarray,
    samples: np.ndarray,
    random: np.random.Generator,
    classifier: Any = None,
    **_: Any,
) -> Found:
    """How often a classifier is right about rows it has not seen, half of them examples."""
    from scipy.stats import binomtest
    from sklearn.base import clone

    n = min(len(x), len(samples))
    if n < 4:
        raise InputError("two_sample", expected="4 or more of each", got=n, fix="give more of both")
    both = np.concatenate([random.permutation(x)[:n], random.permutation(samples)[:n]])
    labels = np.repeat([0, 1], n)
    learned = np.tile(np.arange(n) < n // 2, 2)
    judge: Any = neighbours(2 * (n // 2)) if classifier is None else clone(classifier)
    guess = judge.fit(both[learned], labels[learned]).predict(both[~learned])
    right, asked = int(np.sum(guess == labels[~learned])), int(np.sum(~learned))
    p = binomtest(right, asked, 0.5, alternative="greater").pvalue
    return right / asked, float(p), f"accuracy on {asked} that were held out"


def neighbours(examples: int) -> Any:
    """The nearest √n neighbours of standardised rows."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    k = max(1, math.isqrt(examples)) | 1  # odd: no vote is a tie
    return make_pipeline(StandardScaler(), KNeighborsClassifier(min(k, examples)))
