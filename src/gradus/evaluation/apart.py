"""Estimators with `fit` and `predict`: each task is a job, in as many processes as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.base.errors import InputError, located
from gradus.evaluation.given import Given, as_given
from gradus.evaluation.progress import Ticker
from gradus.evaluation.tasks import Answer, How, Task
from gradus.models.baselines import Prediction


def train_apart(estimator: Any, tasks: Sequence[Task], how: How) -> list[Answer]:
    """Train a copy of the estimator for each task.

    Processes come from joblib, as everywhere in scikit-learn: `jobs`, and a backend such as Ray's
    or Dask's where the user has chosen one.
    """
    from sklearn.base import clone
    from sklearn.utils.parallel import Parallel, delayed

    refuse_weights(tasks)
    classes = int(max(task.data.y.max() for task in tasks)) + 1
    asked = [(t.train, t.test) if how.learned_rows else (t.test,) for t in tasks]
    data = [as_given(task.data) for task in tasks]
    calls = (
        delayed(fit_and_predict)(clone(estimator), task.name, *part(own, task.train, rows), classes)
        for own, task, rows in zip(data, tasks, asked, strict=True)
    )
    ticker = Ticker(how.progress, len(tasks), "fit")
    found = []
    for task, said in zip(tasks, in_turn(Parallel, how.jobs)(calls), strict=True):
        mine = [Prediction(task.decoded(p.predicted), p.probabilities) for p in said]
        found.append(Answer(mine[-1], mine[0] if how.learned_rows else None))
        ticker.tick(task.name)
    ticker.finished()
    return found


def in_turn(Parallel: Any, jobs: int | None) -> Any:
    """Parallel jobs whose results come one by one, where the backend can do that."""
    try:
        return Parallel(jobs, return_as="generator")
    except ValueError:
        return Parallel(jobs)


def part(
    data: Given, train: np.ndarray, asked: Sequence[np.ndarray]
) -> tuple[Any, np.ndarray, list[Any], np.ndarray | None]:
    """Inputs and targets to learn from, inputs to be asked about, and the names of the classes."""
    return data.inputs(train), data.targets(train), [data.inputs(r) for r in asked], data.names


def fit_and_predict(
    estimator: Any,
    name: str,
    x: Any,
    y: np.ndarray,
    asked: Sequence[Any],
    names: np.ndarray | None,
    classes: int,
) -> list[Prediction]:
    """Train an estimator, and let it predict; what it refuses is told with the task's name."""
    try:
        estimator.fit(x, y)
        return [predict(estimator, inputs, names, classes) for inputs in asked]
    except (TypeError, ValueError) as error:
        with located(name):
            raise InputError(
                type(estimator).__name__,
                expected="examples that the estimator can learn from",
                got=str(error).splitlines()[0],
                fix="see its documentation; `prepare` changes inputs before",
            ) from error


def predict(estimator: Any, x: Any, names: np.ndarray | None, classes: int) -> Prediction:
    """Single guesses, and probabilities of all classes where the estimator gives them."""
    predicted = numbers_of(estimator.predict(x), names)
    if not hasattr(estimator, "predict_proba"):
        return Prediction(predicted)
    probabilities = np.zeros((len(predicted), classes))
    probabilities[:, numbers_of(estimator.classes_, names).astype(int)] = estimator.predict_proba(x)
    return Prediction(predicted, probabilities)


def numbers_of(said: Any, names: np.ndarray | None) -> np.ndarray:
    """What an estimator says, with the number of each class in the place of its name."""
    return np.asarray(said) if names is None else np.searchsorted(names, np.asarray(said))


def refuse_weights(tasks: Sequence[Task]) -> None:
    """Refuse weights: pipelines differ in how they want to be given them."""
    if any(task.data.weight is not None for task in tasks):
        raise InputError(
            "weight",
            expected="examples that count alike",
            got="weights, and an estimator",
            fix="leave the weights out, or use an Algorithm",
        )
