"""How good predicted probabilities and scores are, before any threshold turns them into classes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.metrics.check import known, matching_numbers


class Roc(NamedTuple):
    """A receiver operating characteristic: both rates at every threshold, from high to low."""

    false_positive_rate: np.ndarray
    true_positive_rate: np.ndarray
    thresholds: np.ndarray


class Calibration(NamedTuple):
    """Mean predicted probability and observed frequency of each occupied bin."""

    predicted: np.ndarray
    observed: np.ndarray


def roc_curve(y: Any, score: Any) -> Roc:
    """True against false positive rate when all with score ≥ threshold are called positive.

    Arguments:
        y: 0 or 1, shape (n,), both present.
        score: the higher, the more positive; probabilities or any other numbers, shape (n,).

    Raises InputError where only one class is present: one of the rates does not exist.

    >>> roc_curve([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8]).thresholds
    array([inf, 0.8, 0.6, 0.4, 0.1])
    """
    from sklearn import metrics

    return Roc(*metrics.roc_curve(*_both_classes(y, score), drop_intermediate=False))


def auc_score(y: Any, score: Any) -> float:
    """Area under the ROC curve: how often a positive scores above a negative (ties count half).

    1 is perfect, ½ is guessing, 0 is perfectly wrong. Arguments as of `roc_curve`.

    >>> auc_score([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.8])
    0.75
    """
    from sklearn import metrics

    return float(metrics.roc_auc_score(*_both_classes(y, score)))


def log_loss(y: Any, probabilities: Any) -> float:
    """Mean of −log p(true class), in nats; infinite where a true class was held impossible.

    Arguments:
        y: class numbers 0 … k−1, shape (n,) or any other.
        probabilities: p(class), shape (n, k); or p(1), shape (n,).

    Raises InputError for shapes that do not fit and numbers that are no probabilities.

    >>> log_loss([1, 0], [0.5, 0.5])
    0.6931471805599453

    Differs from scikit-learn, which raises a probability of 0 to the smallest float.
    """
    y, p = known(y, "targets"), known(probabilities, "probabilities").astype(float)
    p = np.stack([1 - p, p], axis=-1) if p.shape == y.shape else p
    _refuse_improbable(y, p)
    _refuse_other_classes(y, range(p.shape[-1]))
    chosen = np.take_along_axis(p, y[..., None].astype(int), axis=-1)
    with np.errstate(divide="ignore"):
        return float(-np.mean(np.log(chosen)))


def calibration_curve(y: Any, probabilities: Any, bins: int = 10) -> Calibration:
    """How often what was said to be p probable came true: a diagonal when well calibrated.

    Arguments:
        y: 0 or 1, shape (n,).
        probabilities: p(1), shape (n,).
        bins: number of equal parts of [0, 1]; empty ones are left out.

    >>> calibration_curve([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75], bins=2)
    Calibration(predicted=array([0.25, 0.75]), observed=array([0.5, 1. ]))
    """
    from sklearn.calibration import calibration_curve

    y, p = matching_numbers(y, probabilities)
    _refuse_improbable(y, np.stack([1 - p, p], axis=-1))
    _refuse_other_classes(y, (0, 1))
    observed, predicted = calibration_curve(y.ravel(), p.ravel(), n_bins=bins)
    return Calibration(predicted, observed)


def perplexity(log_probabilities: Any) -> float:
    """exp(−mean log p) of the tokens that came: among how many equally likely ones it had to
    choose.

    Arguments:
        log_probabilities: natural logarithm of each token's probability, any shape.

    >>> perplexity(np.log([0.25, 0.25, 0.25]))
    4.0
    """
    return float(np.exp(-np.mean(known(log_probabilities, "log probabilities"))))


def _both_classes(y: Any, score: Any) -> tuple[np.ndarray, np.ndarray]:
    y, score = matching_numbers(y, score)
    _refuse_other_classes(y, (0, 1))
    if len(np.unique(y)) < 2:
        raise InputError(
            "ROC curve: targets",
            expected="zeros and ones, both present",
            got=f"only {y.flat[0]}",
            fix="give examples of both classes",
        )
    return y.ravel(), score.ravel()


def _refuse_other_classes(y: np.ndarray, allowed: Any) -> None:
    strange = y[~np.isin(y, allowed)]
    if len(strange):
        raise InputError(
            "targets",
            expected=f"class numbers from 0 to {max(allowed)}",
            got=strange[0],
            fix="number the classes; of several classes, measure one against the rest",
        )


def _refuse_improbable(y: np.ndarray, p: np.ndarray) -> None:
    """Raise InputError unless `p` has a row of probabilities for every target."""
    sums_to_one = np.allclose(p.sum(axis=-1), 1, atol=1e-4)
    if p.shape[:-1] != y.shape or np.any(p < 0) or not sums_to_one:
        raise InputError(
            "probabilities",
            expected=f"shape {y.shape} or {(*y.shape, 'k')}, from 0 to 1, adding up to 1",
            got=f"shape {p.shape}, from {p.min():g} to {p.max():g}",
            fix="give likelihood.probabilities(outputs), not the outputs themselves",
        )
