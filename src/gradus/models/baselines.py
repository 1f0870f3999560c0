"""Baselines: what a model must beat before anyone should believe that it has learned something."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.checks import check_arrays

MOST_ROWS = 20_000  # more training rows hardly change a baseline, and cost minutes
MOST_NUMBERS = 3_000_000  # the same bound for wide inputs, in rows × features
NEIGHBOURS = 5
LINEAR_STEPS = 25  # enough on standardised columns; on images more cost much and gain little


class Prediction(NamedTuple):
    """What a baseline says about every test row.

    Arguments:
        predicted: its single guesses, of the shape of the targets.
        probabilities: p(class) for every class, shape (B, k); None unless it classifies.
    """

    predicted: np.ndarray
    probabilities: np.ndarray | None = None


def baselines(
    kind: str, x_train: Any, y_train: Any, x_test: Any, *, classes: int | None = None
) -> dict[str, Prediction]:
    """Fit the customary baselines to the training part and let them predict the test part.

    Classification: the majority class, the 5 nearest neighbours, logistic regression.
    Regression: the mean, the 5 nearest neighbours, ridge regression.
    Counts: the mean, the 5 nearest neighbours, Poisson regression.
    Training targets that are all alike leave only the first of them.

    Arguments:
        kind: "classification", "regression" or "counts".
        x_train, x_test: inputs with the batch axis first; further axes are flattened, and the
            arrays of a tuple or dict put side by side.
        y_train: targets, shape (B,), for regression also (B, …): numbers, or classes 0 … k−1.
        classes: k, where the training part may lack the last ones.

    Gives a dict from the baseline's name to its `Prediction`. Above 20 000 rows (fewer for very
    wide inputs) a baseline learns from a random sample, and its name says so.

    Raises InputError for another kind, and for arrays that nothing can be learned from.

    >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> guesses = baselines("regression", x, np.array([0.0, 2.0, 4.0, 6.0]), np.array([[5.0]]))
    >>> {name: guess.predicted.round(1).tolist() for name, guess in guesses.items()}
    {'mean': [3.0], '4 nearest neighbours': [3.0], 'ridge regression': [8.6]}

    Goodfellow, Bengio and Courville (2016), section 11.2.
    """
    x_train, y_train, _ = check_arrays(x_train, y_train)
    new = features(check_arrays(x_test)[0])
    rows = sample(len(y_train), new.shape[1])
    x, y = features(jax.tree.map(lambda a: a[rows], x_train)), y_train[rows]
    chosen = estimators(kind, len(rows), images=getattr(x_train, "ndim", 2) > 2)
    if np.all(y == y[:1]):
        chosen = dict(list(chosen.items())[:1])
    source = f", from {len(y):,} of {len(y_train):,} rows" if len(y) < len(y_train) else ""
    return {
        name + source: _predict(estimator, kind, x, y, new, classes)
        for name, estimator in chosen.items()
    }


def features(x: Any) -> np.ndarray:
    """Inputs as one table of numbers, shape (B, features)."""
    tables = [np.asarray(a, dtype=np.float64).reshape(len(a), -1) for a in jax.tree.leaves(x)]
    return np.concatenate(tables, axis=1)


def sample(rows: int, columns: int) -> np.ndarray:
    """Which rows to learn from: all, or 20 000 drawn without replacement, always the same ones."""
    most = min(MOST_ROWS, max(1, MOST_NUMBERS // columns))
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False))


def estimators(kind: str, rows: int, *, images: bool = False) -> dict[str, Any]:
    """The baselines of a kind, by name, the simplest first.

    Neighbours compare standardised columns, but pixels of images as they are: a pixel that
    hardly varies says little, and standardising would shout it.
    """
    from sklearn import dummy, linear_model, neighbors

    k = min(NEIGHBOURS, rows)
    near = as_is if images else standardised
    name = f"{k} nearest neighbours"
    if kind == "classification":
        return {
            "majority class": dummy.DummyClassifier(strategy="prior"),
            name: near(neighbors.KNeighborsClassifier(k)),
            "logistic regression": standardised(
                linear_model.LogisticRegression(max_iter=LINEAR_STEPS)
            ),
        }
    neighbours = {"mean": dummy.DummyRegressor(), name: near(neighbors.KNeighborsRegressor(k))}
    if kind == "regression":
        return {**neighbours, "ridge regression": standardised(linear_model.Ridge())}
    if kind == "counts":
        poisson = linear_model.PoissonRegressor(alpha=1e-4, max_iter=300)
        return {**neighbours, "Poisson regression": standardised(poisson)}
    kinds = "classification, regression or counts"
    raise InputError("baselines", expected=kinds, got=kind, fix=f"choose one of {kinds}")


def as_is(estimator: Any) -> Any:
    """The estimator on the inputs as they are."""
    return estimator


def standardised(estimator: Any) -> Any:
    """The estimator on inputs with mean 0 and standard deviation 1 in every column."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), estimator)


def _predict(estimator, kind, x, y, new, classes) -> Prediction:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A baseline that is almost converged is as good a yardstick, and nobody can act on it.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(x, y.reshape(len(y), -1) if y.ndim > 1 else y)
    if kind != "classification":
        return Prediction(estimator.predict(new).reshape(-1, *y.shape[1:]))
    found = estimator.classes_
    probabilities = np.zeros((len(new), max(classes or 0, int(found.max()) + 1)))
    probabilities[:, found.astype(int)] = p = estimator.predict_proba(new)
    return Prediction(found[p.argmax(axis=1)], probabilities)
