"""The measures of every fold, and which of them stands for all."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gradus.metrics import classification, regression
from gradus.models.baselines import Prediction

MAIN = {  # the measure that stands for all, and whether more of it is better
    "classification": ("accuracy", True),
    "regression": ("mse", False),
    "counts": ("mse", False),
}
ERROR = {"classification": "error_rate", "regression": "mse", "counts": "mse"}
MEANS = ("accuracy", "error_rate", "log_loss", "mse", "mae")  # over examples: right for one alone
HIGHER = ("accuracy", "precision", "recall", "f1", "specificity", "auc", "r2")  # at most 1


def measure(kind: str, y: np.ndarray, guess: Prediction, classes: int) -> dict[str, float]:
    """All measures of a prediction of some examples.

    Arguments:
        kind: "classification", "regression" or "counts".
        y: targets in the user's units.
        classes: how many there are, where targets are classes.
    """
    if kind != "classification":
        found = regression(y, guess.predicted)
    else:
        p = guess.probabilities
        p = None if p is None else p.reshape(y.size, -1)
        labels = np.arange(classes if p is None else p.shape[1])
        found = classification(y.reshape(-1), guess.predicted.reshape(-1), p, labels)
    return found if len(y) > 1 else {name: found[name] for name in MEANS if name in found}


def side_by_side(each: Sequence[dict[str, float]]) -> dict[str, np.ndarray]:
    """One array for each measure that every fold has, one number for each fold."""
    names = [n for n in each[0] if all(n in m and np.isfinite(m[n]) for m in each)]
    return {name: np.array([m[name] for m in each]) for name in names}


def higher_is_better(name: str) -> bool:
    """Whether more of a measure is better."""
    return name in HIGHER


def possible(name: str) -> tuple[float, float]:
    """The least and the greatest value that a measure can have.

    >>> possible("accuracy"), possible("r2"), possible("mse")
    ((0, 1), (-inf, 1), (0, inf))
    """
    return (-math.inf if name == "r2" else 0, 1 if name in (*HIGHER, "error_rate") else math.inf)
