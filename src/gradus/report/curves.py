"""What the charts of a classification are drawn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradus.metrics import auc_score, roc_curve

BINS = 10


class Reliability(NamedTuple):
    """How often predictions of a given confidence were right, in bins of confidence.

    Arguments:
        confidence: mean predicted probability of every bin that is not empty.
        frequency: how often the predicted thing was the case there.
        counts: how many predictions lie there.
    """

    confidence: np.ndarray
    frequency: np.ndarray
    counts: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error: the mean distance of confidence from frequency."""
        return float(np.average(abs(self.confidence - self.frequency), weights=self.counts))


class Curve(NamedTuple):
    """The ROC of one class against the others."""

    name: str
    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    area: float


def roc_curves(y: np.ndarray, probabilities: np.ndarray, labels: tuple[str, ...]) -> list[Curve]:
    """The ROC of each class; of two only that of the second, as they say the same.

    Classes that never or always occur have none.
    """
    curves = []
    for k in [1] if len(labels) == 2 else range(len(labels)):
        if 0 < np.sum(y == k) < len(y):
            roc = roc_curve(y == k, probabilities[:, k])
            area = auc_score(y == k, probabilities[:, k])
            curves.append(Curve(labels[k], roc.false_positive_rate, roc.true_positive_rate, area))
    return curves


def reliability(y: np.ndarray, probabilities: np.ndarray) -> Reliability:
    """The calibration of p(1) for two classes, and of the most probable class for more.

    Guo and others, "On calibration of modern neural networks" (2017), section 2.
    """
    if probabilities.shape[1] == 2:
        p, happened = probabilities[:, 1], y == 1
    else:
        p, happened = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    full = counts > 0
    confidence, frequency = (np.bincount(bins, v, BINS)[full] / counts[full] for v in (p, happened))
    return Reliability(confidence, frequency, counts[full])
