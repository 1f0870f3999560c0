"""Which single unit knows something that it was never told."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.insight.codes import rows_of


class SeparatingUnit(NamedTuple):
    """The unit that tells two kinds of examples apart.

    Arguments:
        unit: its number.
        auc: how often it is higher for an example of kind 1 than for one of kind 0 (ties count
            half); near 0 it is as telling as near 1, the other way round.
        threshold: where it divides the examples best.
        accuracy: the share of examples on the right side of that, the same examples.
        every: the auc of every unit, shape (units,).
    """

    unit: int
    auc: float
    threshold: float
    accuracy: float
    every: np.ndarray


def separating_unit(codes: Any, labels: Any) -> SeparatingUnit:
    """The unit whose value alone best tells examples of kind 1 from those of kind 0: the one whose
    area under the ROC curve is farthest from ½.

    Of many units one separates a few examples by chance: look at others before you believe it.

    Arguments:
        codes: what the units are for each example, shape (n, units), such as
            `language_model.embed(rows)` or `activations(model, x)["1"]`.
        labels: 0 or 1 for each example, both present.

    Raises InputError for codes and labels that do not fit.

    >>> codes = [[0.3, 5.0], [0.1, 4.0], [0.2, 1.0], [0.4, 2.0]]
    >>> separating_unit(codes, [0, 0, 1, 1])[:4]
    (1, 0.0, 3.0, 1.0)

    Radford, Jozefowicz and Sutskever (2017), who found the unit of a language model that follows
    the sentiment of reviews by the weights of a logistic regression.
    """
    codes = rows_of(codes, "codes", 2)
    labels = checked(labels, len(codes))
    every = areas(codes, labels)
    unit = int(np.argmax(abs(every - 0.5)))
    values, auc = codes[:, unit], float(every[unit])
    threshold, accuracy = best_threshold(values if auc >= 0.5 else -values, labels)
    return SeparatingUnit(unit, auc, threshold if auc >= 0.5 else -threshold, accuracy, every)


def areas(codes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The area under the ROC curve of every column, from the ranks (Mann and Whitney, 1947)."""
    from scipy.stats import rankdata

    positive = labels.sum()
    ranks = rankdata(codes, axis=0)[labels].sum(axis=0)
    return (ranks - positive * (positive + 1) / 2) / (positive * (len(labels) - positive))


def best_threshold(values: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Where most examples are right when all above are called 1, and the share of these."""
    order = np.argsort(values)
    ordered, kinds = values[order], labels[order]
    below = np.concatenate([[0], np.cumsum(~kinds)])
    above = kinds.sum() - np.concatenate([[0], np.cumsum(kinds)])
    right = below + above  # for a threshold before each value, and one after the last
    edges = np.concatenate([[-np.inf], ordered, [np.inf]])
    right = np.where(edges[1:] > edges[:-1], right, -1)  # equal values stay together
    place = int(np.argmax(right))
    low, high = np.clip(edges[place : place + 2], ordered[0] - 1, ordered[-1] + 1)
    return float((low + high) / 2), float(right[place] / len(labels))


def checked(labels: Any, count: int) -> np.ndarray:
    """Labels as truth values; raises InputError for others."""
    labels = np.asarray(labels)
    if labels.shape != (count,) or not np.isin(labels, (0, 1)).all() or len(set(labels)) < 2:
        raise InputError(
            "separating_unit: labels",
            expected=f"0 or 1 for each of {count} examples, both present",
            got=f"{labels.dtype} of shape {labels.shape}, {len(np.unique(labels))} kinds",
            fix="one class against the others: labels == 3",
        )
    return labels.astype(bool)
