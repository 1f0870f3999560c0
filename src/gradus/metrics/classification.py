"""How often predicted classes are the true ones, and which mistakes are made.

Classes may be numbers or text. Measures of one class against the rest name it as `positive`;
they are NaN where nothing is there to be counted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.metrics.check import is_text, matching
from gradus.metrics.probability import auc_score, log_loss


class Counts(NamedTuple):
    """One class against the rest: true and false positives, false and true negatives."""

    tp: int
    fp: int
    fn: int
    tn: int


def counts(y: Any, predicted: Any, positive: Any = 1) -> Counts:
    """How often each of the four things happened.

    >>> counts([1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
    Counts(tp=2, fp=1, fn=1, tn=1)
    """
    y, predicted = matching(y, predicted)
    if is_text(y) and not isinstance(positive, str):
        raise InputError(
            "the positive class",
            expected="a class name, as the classes are text",
            got=repr(positive),
            fix=f"say which one: positive={str(y.flat[0])!r}, for example",
        )
    is_so, said_so = y == positive, predicted == positive
    kinds = (is_so & said_so, ~is_so & said_so, is_so & ~said_so, ~is_so & ~said_so)
    return Counts(*(int(np.sum(kind)) for kind in kinds))


def accuracy_score(y: Any, predicted: Any) -> float:
    """Part of the predictions that are right.

    >>> accuracy_score(["cat", "dog", "dog", "cat"], ["cat", "dog", "cat", "cat"])
    0.75
    """
    y, predicted = matching(y, predicted)
    return float(np.mean(y == predicted))


def error_rate(y: Any, predicted: Any) -> float:
    """Part of the predictions that are wrong: the mean zero–one loss 1[ŷ ≠ y].

    >>> error_rate([1, 1, 0, 0], [1, 1, 0, 1])
    0.25
    """
    y, predicted = matching(y, predicted)
    return float(np.mean(y != predicted))


def confusion_matrix(y: Any, predicted: Any, labels: Any = None) -> np.ndarray:
    """How often class i (row) was called class j (column).

    Arguments:
        labels: the classes in the order of rows and columns; by default all that occur, sorted.

    Raises InputError for a class that is not among the labels.

    >>> confusion_matrix([1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
    array([[1, 1],
           [1, 2]])
    """
    from sklearn import metrics

    y, predicted = matching(y, predicted)
    order = classes(y, predicted, labels)
    return metrics.confusion_matrix(y.ravel(), predicted.ravel(), labels=order)


def recall_score(y: Any, predicted: Any, positive: Any = 1) -> float:
    """Recall, sensitivity, true positive rate: TP / (TP + FN), the part of positives found.

    >>> recall_score([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.75
    """
    tp, _, fn, _ = counts(y, predicted, positive)
    return ratio(tp, tp + fn)


def specificity_score(y: Any, predicted: Any, positive: Any = 1) -> float:
    """Specificity, true negative rate: TN / (TN + FP), the part of negatives left alone.

    >>> specificity_score([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.5
    """
    _, fp, _, tn = counts(y, predicted, positive)
    return ratio(tn, tn + fp)


def precision_score(y: Any, predicted: Any, positive: Any = 1) -> float:
    """Precision: TP / (TP + FP), the part of alarms that are true.

    >>> precision_score([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.75
    """
    tp, fp, _, _ = counts(y, predicted, positive)
    return ratio(tp, tp + fp)


def false_positive_rate(y: Any, predicted: Any, positive: Any = 1) -> float:
    """FP / (FP + TN) = 1 − specificity.

    >>> false_positive_rate([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.5
    """
    _, fp, _, tn = counts(y, predicted, positive)
    return ratio(fp, fp + tn)


def false_negative_rate(y: Any, predicted: Any, positive: Any = 1) -> float:
    """FN / (FN + TP) = 1 − recall.

    >>> false_negative_rate([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.25
    """
    tp, _, fn, _ = counts(y, predicted, positive)
    return ratio(fn, fn + tp)


def f1_score(y: Any, predicted: Any, positive: Any = 1) -> float:
    """F = 2PR / (P + R) of precision P and recall R; the same as 2TP / (2TP + FP + FN).

    >>> f1_score([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    0.75
    """
    tp, fp, fn, _ = counts(y, predicted, positive)
    return ratio(2 * tp, 2 * tp + fp + fn)


def classification(
    y: Any, predicted: Any, probabilities: Any = None, labels: Any = None
) -> dict[str, float]:
    """The measures that an evaluation prints.

    Of two classes the second is the positive one; of more, precision, recall and F are means
    over the classes ("macro").

    Arguments:
        probabilities: p(class) in the order of `labels`, shape (n, k); or p(positive), (n,).
            Targets of shape (n, …) have theirs on a last axis more.
        labels: all classes in order; by default those that occur, sorted.

    >>> classification([1, 1, 0, 0], [1, 1, 1, 0], [0.9, 0.8, 0.6, 0.3])["auc"]
    1.0
    """
    y, predicted = matching(y, predicted)
    labels = classes(y, predicted, labels)
    measures = {"accuracy": accuracy_score(y, predicted), "error_rate": error_rate(y, predicted)}
    if len(labels) == 2:
        measures |= _of_two_classes(y, predicted, labels[1])
    else:
        measures |= _of_many_classes(y, predicted, labels)
    if probabilities is not None:
        measures |= _of_probabilities(y, np.asarray(probabilities), labels)
    return measures


def classes(y: np.ndarray, predicted: np.ndarray, labels: Any = None) -> np.ndarray:
    """The classes in order; raises InputError for one that occurs but is not among `labels`."""
    occurring = np.union1d(y, predicted)
    if labels is None:
        return occurring
    unknown = np.setdiff1d(occurring, labels)
    if len(unknown):
        raise InputError(
            "a class is not among the labels",
            expected=f"classes {list(labels)}",
            got=unknown[0],
            fix="add it to the labels",
        )
    return np.asarray(labels)


def ratio(part: int, whole: int) -> float:
    """part / whole; NaN where there is nothing to take part of."""
    return part / whole if whole else math.nan


BY_CLASS: dict[str, Callable[..., float]] = {
    "precision": precision_score,
    "recall": recall_score,
    "f1": f1_score,
}


def _of_two_classes(y, predicted, positive) -> dict[str, float]:
    measures = {name: measure(y, predicted, positive) for name, measure in BY_CLASS.items()}
    return measures | {"specificity": specificity_score(y, predicted, positive)}


def _of_many_classes(y, predicted, labels) -> dict[str, float]:
    """Means over the classes for which a measure exists; 0 for the precision of a class that
    occurs and is never predicted, so that ignoring a class cannot pay."""
    occurs, means = np.isin(labels, y), {}
    for name, measure in BY_CLASS.items():
        values = np.array([measure(y, predicted, label) for label in labels])
        means[name] = float(np.nanmean(np.where(occurs & np.isnan(values), 0, values)))
    return means


def _of_probabilities(y, probabilities, labels) -> dict[str, float]:
    position = np.argsort(labels)[np.searchsorted(np.sort(labels), y)]
    measures = {"log_loss": log_loss(position, probabilities)}
    if len(labels) == 2 and len(np.unique(position)) == 2:
        positive = probabilities if probabilities.shape == y.shape else probabilities[..., 1]
        measures["auc"] = auc_score(position, positive)
    return measures
