"""One training among several: what it learns from, and what it then says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import located
from gradus.data.dataset import Dataset
from gradus.evaluation.examples import Examples
from gradus.evaluation.folds import Fold
from gradus.evaluation.given import Given
from gradus.models.baselines import Prediction


class Task(NamedTuple):
    """A training to be done.

    Arguments:
        name: for people to read.
        data: all examples, prepared by what the training rows show.
        train, test: row numbers.
        decode: from the targets' numbers to the user's units, or None.
        seed: added to that of the whole.
    """

    name: str
    data: Dataset | Given
    train: np.ndarray
    test: np.ndarray
    decode: Callable[[np.ndarray], np.ndarray] | None = None
    seed: int = 0

    def truth(self, rows: np.ndarray) -> np.ndarray:
        """The targets of some rows in the user's units."""
        return self.decoded(self.data.y[rows])

    def decoded(self, y: np.ndarray) -> np.ndarray:
        """Targets or predictions in the user's units."""
        return y if self.decode is None else self.decode(y)


class Answer(NamedTuple):
    """What a trained learner says.

    Arguments:
        test: about its test rows.
        train: about the rows it has learned from; None where nobody asked.
        note: what people should know about the training; empty where all went well.
    """

    test: Prediction
    train: Prediction | None = None
    note: str = ""


class How(NamedTuple):
    """How trainings are done.

    Arguments:
        training: `epochs`, `batch`, `validation`, `stop`, as for `fit`.
        seed: equal seeds give equal results.
        jobs: how many processes train estimators.
        progress: as for `fit`.
        learned_rows: whether training rows are to be predicted, too.
        equal_steps: whether nets with fewer rows take as many steps as those with most.
    """

    training: Mapping[str, Any]
    seed: int = 0
    jobs: int | None = None
    progress: Any = None
    learned_rows: bool = False
    equal_steps: bool = False


def tasks_of(examples: Examples, folds: Iterable[Fold]) -> list[Task]:
    """A task for each fold, preprocessing fitted to its training rows."""
    tasks = []
    for fold in folds:
        with located(fold.name):
            data, decode = examples.prepared(fold.train)
        tasks.append(Task(fold.name, data, fold.train, fold.test, decode, fold.repeat))
    return tasks
