"""What nets for text must beat: bags of tokens and a linear model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gradus.cli.prepare import Part
from gradus.data.text.matrix import bags_of, tf_idf
from gradus.data.text.vocabulary import Vectoriser
from gradus.evaluation.assessment import measure
from gradus.models.baselines import Prediction


def baselines(
    kind: str,
    vectoriser: Vectoriser,
    train: Part,
    part: Part,
    decode: Callable[[np.ndarray], np.ndarray] | None,
) -> dict[str, dict[str, float]]:
    """The measures of what says the same of every text, and of a linear model on tf-idf.

    Arguments:
        kind: "classification", "regression" or "counts".
        vectoriser: whose numbers the texts are.
        train, part: texts as numbers and targets, to learn from and to measure on.
        decode: from standardised numbers to the user's units.
    """
    x, new = (tf_idf(bags_of(vectoriser, p[0]), vectoriser) for p in (train, part))
    y, true = np.asarray(train[1]), np.asarray(part[1])
    found = {}
    for name, estimator in estimators(kind).items():
        guess = said(estimator.fit(x, y), new, kind, int(y.max()) + 1)
        if decode is not None:
            guess = guess._replace(predicted=decode(guess.predicted))
        found[name] = measure(true if decode is None else decode(true), guess)
    return found


def estimators(kind: str) -> dict[str, Any]:
    """The baselines of a kind, by name, the simplest first."""
    from sklearn import dummy, linear_model

    if kind == "classification":
        return {
            "majority class": dummy.DummyClassifier(strategy="prior"),
            "tf-idf, logistic regression": linear_model.LogisticRegression(max_iter=200),
        }
    linear = {
        "regression": ("tf-idf, ridge regression", linear_model.Ridge()),
        "counts": ("tf-idf, Poisson regression", linear_model.PoissonRegressor(max_iter=300)),
    }
    return {"mean": dummy.DummyRegressor(), **dict([linear[kind]])}


def said(estimator: Any, x: Any, kind: str, classes: int) -> Prediction:
    """The predictions of a fitted estimator."""
    if kind != "classification":
        return Prediction(estimator.predict(x))
    p = np.zeros((x.shape[0], classes))
    p[:, estimator.classes_] = estimator.predict_proba(x)
    return Prediction(p.argmax(axis=1), p)
