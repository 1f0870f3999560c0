"""Nets: all tasks of equal shape are trained in one compiled program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.data.dataset import Dataset
from gradus.data.splits import split
from gradus.evaluation.assessment import guesses, kind_of
from gradus.evaluation.tasks import Answer, How, Task
from gradus.learn.algorithm import Algorithm
from gradus.likelihoods import Likelihood
from gradus.models.baselines import Prediction
from gradus.nn.layer import INFERENCE
from gradus.training.door import classes_of
from gradus.training.fit import fit_many
from gradus.training.many import divided, side_by_side
from gradus.training.part import EVALUATION_BATCH
from gradus.training.run import Run


def train_together(algorithm: Algorithm, tasks: Sequence[Task], how: How) -> list[Answer]:
    """Train one net for each task. The test rows of a task choose nothing: neither epoch nor stop.

    Tasks whose preprocessing gives other numbers of columns need a program of their own.
    """
    found: dict[int, Answer] = {}
    for numbers in of_equal_shape(tasks):
        group = [tasks[i] for i in numbers]
        found |= dict(zip(numbers, train_group(algorithm, group, how), strict=True))
    return [found[i] for i in range(len(tasks))]


def train_group(algorithm: Algorithm, tasks: Sequence[Task], how: How) -> list[Answer]:
    """One program for tasks of equal shape; each member has rows of its own in shared arrays."""
    training = dict(how.training)
    fraction = training.pop("validation", None)
    data, offsets = joined([task.data for task in tasks if isinstance(task.data, Dataset)])
    parts = [chosen(algorithm, task, fraction, how) for task in tasks]
    if how.equal_steps:
        longest = max(len(rows) for rows, _ in parts)
        parts = [(np.resize(rows, longest), held_out) for rows, held_out in parts]
    shifted = [
        (rows + offset, None if held_out is None else held_out + offset)
        for (rows, held_out), offset in zip(parts, offsets, strict=True)
    ]
    plan = divided(shifted, [task.name for task in tasks], [task.seed for task in tasks])
    runs = fit_many(algorithm, data, plan, seed=how.seed, progress=how.progress, **training)
    asked = [task.test for task in tasks]
    test = predictions(list(runs), data.x, asked, offsets, tasks)
    train: list[Any] = [None] * len(tasks)
    if how.learned_rows:
        train = predictions(list(runs), data.x, [t.train for t in tasks], offsets, tasks)
    notes = [note_of(run) for run in runs]
    return [Answer(*answer) for answer in zip(test, train, notes, strict=True)]


def of_equal_shape(tasks: Sequence[Task]) -> list[list[int]]:
    """The numbers of the tasks whose inputs have the same shapes."""
    groups: dict[Any, list[int]] = {}
    for i, task in enumerate(tasks):
        leaves, structure = jax.tree.flatten(task.data.x)
        groups.setdefault((structure, *(a.shape[1:] for a in leaves)), []).append(i)
    return list(groups.values())


def joined(datasets: Sequence[Dataset]) -> tuple[Dataset, list[int]]:
    """Different datasets below one another, and the first row of each; one that all share as it is.

    So every member finds its own preprocessing in arrays that all members share.
    """
    unique = {id(data): data for data in datasets}
    places = {name: place * len(datasets[0]) for place, name in enumerate(unique)}
    offsets = [places[id(data)] for data in datasets]
    if len(unique) == 1:
        return datasets[0], offsets
    columns = [(data.x, data.y, data.weight) for data in unique.values()]
    x, y, weight = jax.tree.map(lambda *arrays: np.concatenate(arrays), *columns)
    return replace(datasets[0], x=x, y=y, weight=weight), offsets


def chosen(
    algorithm: Algorithm, task: Task, fraction: float | None, how: How
) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows that a task learns from, and those held out of them to choose the epoch."""
    if fraction is None:
        return task.train, None
    if not isinstance(fraction, int | float):
        raise InputError(
            "validation",
            expected="a fraction of every training part",
            got=type(fraction).__name__,
            fix="validation=0.1: test rows are for measuring only",
        )
    classes = classes_of(algorithm, Batch(None, task.data.y[task.train]))
    rows = split(len(task.train), fraction, test=0, stratify=classes, seed=how.seed + task.seed)
    return task.train[rows.train], task.train[rows.validation]


def predictions(
    runs: list[Run], x: Any, rows: Sequence[np.ndarray], offsets: list[int], tasks: Sequence[Task]
) -> list[Prediction]:
    """What each run's model says about its own rows, in the user's units."""
    likelihood: Any = runs[0].likelihood
    table = side_by_side([r + offset for r, offset in zip(rows, offsets, strict=True)])
    raw = outputs([run.model for run in runs], x, table)
    return [
        prediction(likelihood, out[: len(own)], task, own)
        for out, own, task in zip(raw, rows, tasks, strict=True)
    ]


def prediction(likelihood: Likelihood, raw: np.ndarray, task: Task, rows: np.ndarray) -> Prediction:
    """What raw outputs say about some rows."""
    y, outputs = task.data.y[rows], jnp.asarray(raw)
    probabilities = None
    if kind_of(likelihood, task.data.y) == "classification":
        probabilities = np.asarray(likelihood.probabilities(outputs)).reshape(*y.shape, -1)
    return Prediction(task.decoded(guesses(likelihood, outputs, y)), probabilities)


def outputs(models: list[Any], x: Any, rows: np.ndarray) -> np.ndarray:
    """Model k on the inputs `rows[k]`, all models at once, in blocks of one size.

    Arguments:
        rows: shape (K, m); −1 is no row.

    Gives raw outputs of shape (K, m, …).
    """
    stacked = jax.tree.map(lambda *arrays: jnp.stack(arrays), *models)
    block = max(1, min(EVALUATION_BATCH // len(models), rows.shape[1]))
    filled = np.pad(rows, ((0, 0), (0, -rows.shape[1] % block)), constant_values=-1).clip(0)
    pieces = []
    for start in range(0, filled.shape[1], block):
        own = filled[:, start : start + block]
        pieces.append(np.asarray(_each(stacked, jax.tree.map(lambda a, r=own: a[r], x))))
    return np.concatenate(pieces, axis=1)


@eqx.filter_jit
@eqx.filter_vmap
def _each(model, x):
    return model(x, INFERENCE)


def note_of(run: Run) -> str:
    """What went wrong in a run; nothing where it ended as planned."""
    wrong = run.status.startswith("interrupted") or "not finite" in run.status
    return run.status if wrong else ""
