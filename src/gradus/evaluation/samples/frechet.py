"""The Fréchet distance of two sets of features."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.evaluation.samples.rows import check_pair
from gradus.nn.layer import Layer
from gradus.training.run import outputs


def frechet_distance(x: Any, samples: Any, features: Layer | None = None) -> float:
    """‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2 (C₁ C₂)^½): the distance of two normal distributions.

    Its root is the 2-Wasserstein distance of normal distributions with the means and covariances
    of the two sets.

    Arguments:
        x: examples, or features of them, shape (n, …).
        samples: what a model draws, or features of it.
        features: a layer that maps examples to features, such as a trained classifier without its
            last layer; None takes the arrays as they are.

    Raises InputError for arrays of different shapes, and for fewer than two examples.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1000, 3))
    >>> round(frechet_distance(x, 2 * x + 1), 1), round(frechet_distance(x, x), 6)
    (5.8, 0.0)

    Dowson and Landau (1982); Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter (2017), whose
    features are those of Inception: distances of other features, or of fewer examples, cannot be
    compared with theirs.
    """
    if features is not None:
        x, samples = (outputs(features, part) for part in (x, samples))
    first, second = check_pair(x, samples)
    gap = first.mean(axis=0) - second.mean(axis=0)
    one, other = covariance(first), covariance(second)
    # (C₁ C₂)^½ has the trace of the singular values of C₁^½ C₂^½, which are never negative
    common = np.linalg.norm(root(one) @ root(other), "nuc")
    return max(0.0, float(gap @ gap + np.trace(one) + np.trace(other) - 2 * common))


def covariance(rows: np.ndarray) -> np.ndarray:
    """The covariance of the columns, shape (D, D)."""
    return np.atleast_2d(np.cov(rows, rowvar=False))


def root(matrix: np.ndarray) -> np.ndarray:
    """The symmetric root of a covariance; eigenvalues below 0 are rounding."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
