"""How far predicted numbers are from the true ones.

Several targets, shape (n, K), are averaged over.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradus.metrics.check import matching_numbers


def mean_squared_error(y: Any, predicted: Any) -> float:
    """MSE = mean (ŷ − y)², in squared units of the target.

    >>> mean_squared_error([1, 2, 3], [1, 2, 6])
    3.0
    """
    from sklearn import metrics

    return float(metrics.mean_squared_error(*matching_numbers(y, predicted)))


def root_mean_squared_error(y: Any, predicted: Any) -> float:
    """RMSE = √MSE, in units of the target; for several targets, the mean of their RMSEs.

    >>> root_mean_squared_error([1, 2, 3, 4], [1, 2, 3, 8])
    2.0
    """
    from sklearn import metrics

    return float(metrics.root_mean_squared_error(*matching_numbers(y, predicted)))


def mean_absolute_error(y: Any, predicted: Any) -> float:
    """MAE = mean |ŷ − y|, in units of the target.

    >>> mean_absolute_error([1, 2, 3], [1, 2, 6])
    1.0
    """
    from sklearn import metrics

    return float(metrics.mean_absolute_error(*matching_numbers(y, predicted)))


def median_absolute_error(y: Any, predicted: Any) -> float:
    """Median |ŷ − y|, in units of the target: what a few outliers cannot change.

    >>> median_absolute_error([1, 2, 3], [1, 2.5, 60])
    0.5
    """
    from sklearn import metrics

    return float(metrics.median_absolute_error(*matching_numbers(y, predicted)))


def r2_score(y: Any, predicted: Any) -> float:
    """R² = 1 − Σ(ŷ − y)² / Σ(y − ȳ)²: 1 is perfect, 0 is no better than the mean of `y`.

    It may be negative. NaN for fewer than two targets or targets that are all equal, where no
    variance is there to be explained.

    >>> r2_score([1, 2, 3], [1, 2, 3])
    1.0
    >>> r2_score([1, 2, 3], [2, 2, 2])
    0.0
    """
    from sklearn import metrics

    y, predicted = matching_numbers(y, predicted)
    if np.any(np.ptp(y, axis=0) == 0):
        return math.nan
    return float(metrics.r2_score(y, predicted))


def psnr_score(y: Any, predicted: Any, value_range: float = 1.0) -> float:
    """Peak signal-to-noise ratio of images, 10 log₁₀(range² / MSE), in decibels.

    Infinite for equal images.

    Arguments:
        value_range: distance from black to white: 1, or 255 for bytes.

    >>> psnr_score([0.0, 1.0], [0.1, 0.9])
    20.0
    """
    y, predicted = matching_numbers(y, predicted)
    error = np.mean(np.square(y.astype(float) - predicted.astype(float)))
    return float(10 * np.log10(value_range**2 / error)) if error > 0 else math.inf


def regression(y: Any, predicted: Any) -> dict[str, float]:
    """The measures that an evaluation prints.

    >>> regression([1, 2, 3], [1, 2, 6])
    {'mse': 3.0, 'rmse': 1.7320508075688772, 'mae': 1.0, 'median_error': 0.0, 'r2': -3.5}
    """
    return {
        "mse": mean_squared_error(y, predicted),
        "rmse": root_mean_squared_error(y, predicted),
        "mae": mean_absolute_error(y, predicted),
        "median_error": median_absolute_error(y, predicted),
        "r2": r2_score(y, predicted),
    }
