"""Intervals and tests for measures of overlapping training parts.

The measures of folds are not independent: their training parts share most examples. Taking them
for independent makes intervals far too short. Nadeau and Bengio (2003) correct the variance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError


class Interval(NamedTuple):
    """A mean, and where the expected value lies with some confidence."""

    mean: float
    low: float
    high: float


class TTest(NamedTuple):
    """Student's t, and how often it would be as far from 0 by chance."""

    t: float
    p: float


def standard_error(values: Sequence[float] | np.ndarray, ratio: float) -> float:
    """√((1/J + ρ) s²): the standard error of the mean of J measures, s² their sample variance.

    Arguments:
        values: one measure for each fold, J of them.
        ratio: ρ, test examples by training examples: 1/9 for 10 folds.

    Nadeau and Bengio, "Inference for the generalization error" (2003), equation 9.

    >>> round(standard_error([1.0, 2.0, 3.0], 0.5), 4)  # √(1/3 + 1/2)
    0.9129
    """
    return math.sqrt((1 / len(values) + ratio) * float(np.var(values, ddof=1)))


def interval(
    values: Sequence[float] | np.ndarray, ratio: float, confidence: float = 0.95
) -> Interval:
    """mean ± t₍J−1₎ · standard error; without bounds where there is one value.

    >>> [round(end, 3) for end in interval([1.0, 2.0, 3.0], 0.5)]  # 2 ± 4.3027 · 0.9129
    [2.0, -1.928, 5.928]
    """
    check_confidence(confidence)
    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, -math.inf, math.inf)
    from scipy.stats import t

    reach = float(t.ppf((1 + confidence) / 2, len(values) - 1)) * standard_error(values, ratio)
    return Interval(mean, mean - reach, mean + reach)


def t_test(differences: Sequence[float] | np.ndarray, ratio: float) -> TTest:
    """Whether paired differences have mean 0: t = d̄ / √((1/J + ρ) s²), J − 1 degrees of freedom.

    >>> test = t_test([1.0, 2.0, 3.0], 0.5)
    >>> round(test.t, 4), round(test.p, 4)  # 2 / 0.9129
    (2.1909, 0.1598)
    """
    if len(differences) < 2:
        return TTest(math.nan, math.nan)
    from scipy.stats import t

    mean, error = float(np.mean(differences)), standard_error(differences, ratio)
    if error == 0:
        return TTest(math.copysign(math.inf, mean), 0.0) if mean else TTest(0.0, 1.0)
    return TTest(mean / error, float(2 * t.sf(abs(mean / error), len(differences) - 1)))


def holm(p: Sequence[float]) -> list[float]:
    """p-values made larger by the number of tests: the i-th smallest of m by m − i + 1, in order.

    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]

    Holm, "A simple sequentially rejective multiple test procedure" (1979).
    """
    order = np.argsort(p, kind="stable")
    raised = np.asarray(p, float)[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1)
    return adjusted.tolist()


def check_confidence(confidence: float) -> None:
    """Refuse a confidence that is none."""
    if not 0 < confidence < 1:
        raise InputError(
            "confidence", expected="a number between 0 and 1", got=confidence, fix="0.95"
        )
