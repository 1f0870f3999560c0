"""What a way of learning is worth: it learns from some folds and is measured on the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.evaluation.assessment import graded, shown
from gradus.evaluation.corrected import Interval, interval
from gradus.evaluation.examples import Examples, examples_of
from gradus.evaluation.folds import Fold, Folds, divide
from gradus.evaluation.learners import answers, kind_of
from gradus.evaluation.measures import ERROR, MAIN, measure, possible, side_by_side
from gradus.evaluation.tasks import Answer, How, Task, tasks_of

MOST_NOTES = 3


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The measures of every fold, and what was said about each example by a model that had not
    seen it.

    Arguments:
        kind: "classification", "regression" or "counts".
        folds: which rows each fold learned from and was measured on.
        measures: name -> one number for each fold.
        learned: the same on the rows that each fold learned from; empty where nobody asked.
        y: targets in the user's units; classes as numbers.
        predicted: a prediction for every row of `tested`, from the fold that was measured on it.
        probabilities: p(class) likewise, shape (len(tested), k); None unless all folds give them.
        tested: row numbers, ascending; with repetitions those of the first.
        notes: what people should know about single folds.
    """

    kind: str
    folds: tuple[Fold, ...]
    measures: dict[str, np.ndarray]
    learned: dict[str, np.ndarray]
    y: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    tested: np.ndarray
    notes: tuple[str, ...] = ()

    @property
    def error(self) -> float:
        """CV(K) = Σ nₖ/n · MSEₖ over the folds; of classes the error rate in the place of MSE.

        James, Witten, Hastie and Tibshirani (2021), equations 5.3 and 5.4.
        """
        weights = [len(fold.test) for fold in self.folds]
        return float(np.average(self.measures[ERROR[self.kind]], weights=weights))

    @property
    def ratio(self) -> float:
        """Test examples by training examples, the mean over the folds."""
        return float(np.mean([len(fold.test) / len(fold.train) for fold in self.folds]))

    @property
    def main(self) -> str:
        """The measure that stands for all."""
        return MAIN[self.kind][0]

    def __getitem__(self, name: str) -> np.ndarray:
        """A measure, one number for each fold; raises InputError with the nearest name."""
        if name not in self.measures:
            raise InputError(
                f"there is no measure {name!r}",
                expected=", ".join(self.measures),
                got=name,
                fix=nearest(name, self.measures),
            )
        return self.measures[name]

    def interval(self, name: str, confidence: float = 0.95) -> Interval:
        """The mean of a measure over the folds, and the interval of its expected value.

        Student's t with the variance of Nadeau and Bengio (2003), as training parts overlap; cut
        off where the measure ends, as accuracy does at 1.
        """
        mean, low, high = interval(self[name], self.ratio, confidence)
        least, most = possible(name)
        return Interval(mean, max(low, least), min(high, most))

    def table(self) -> list[tuple[str, ...]]:
        """A header, and a row for each measure: mean, 95 % interval, lowest and highest fold."""
        rows: list[tuple[str, ...]] = [("", "mean", "from", "to", "lowest", "highest")]
        for name, values in self.measures.items():
            mean, low, high = self.interval(name)
            rows.append((name, *map(shown, (mean, low, high, values.min(), values.max()))))
        return rows

    def sentences(self) -> list[str]:
        """How it was measured."""
        what = "error rate" if self.kind == "classification" else "MSE"
        symbol = "errorₖ" if self.kind == "classification" else "MSEₖ"
        told = list(self.notes[:MOST_NOTES])
        if len(self.notes) > MOST_NOTES:
            told.append(f"and {len(self.notes) - MOST_NOTES} more like this")
        return [
            f"CV = Σ nₖ/n · {symbol} = {shown(self.error)}, the {what} over all test examples",
            f"{len(self.folds)} folds; {len(self.tested):,} of {len(self.y):,} examples tested; "
            "from … to: 95 % t interval, corrected for overlapping training parts",
            *told,
        ]

    def __str__(self) -> str:
        return "\n".join([aligned(self.table()), *self.sentences()])

    def __repr__(self) -> str:
        mean, low, high = self.interval(self.main)
        return (
            f"CrossValidation({len(self.folds)} folds, "
            f"{self.main} {shown(mean)}, 95 % interval {shown(low)} … {shown(high)})"
        )

    def picture(self, measure: str | None = None) -> str:
        """The folds of a measure as dots, their mean and its interval, as SVG for a page."""
        from gradus.evaluation.pictures import strip

        name = measure or self.main
        return strip(name, {"": self[name]}, {"": self.interval(name)})

    def _repr_html_(self) -> str:
        from gradus.evaluation.pictures import as_html

        return as_html(self.table(), self.sentences(), self.picture())


def evaluate(
    learner: Any,
    data: Any,
    folds: Folds = 5,
    *,
    target: str | None = None,
    prepare: Callable[[Any], Any] | None = None,
    repeats: int = 1,
    stratify: bool | None = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
    n_jobs: int | None = None,
    progress: Any = None,
    **training: Any,
) -> CrossValidation:
    """What a way of learning is worth, by cross-validation: CV(K) = Σ nₖ/n · MSEₖ.

    An `Algorithm` learns all folds side by side in one compiled program. The test part of a fold
    chooses nothing: without `validation` the last epoch's model is measured; with it, the best
    epoch on a fraction of the training part. Estimators of scikit-learn are trained in processes.

    Arguments:
        learner: an `Algorithm`, or an estimator with `fit` and `predict`, such as a pipeline.
        data: (x, y), (x, y, weight), a `Dataset`, or a table with its `target`. Estimators get
            arrays as they are, in 64 bits, missing values and names of classes included. A
            table's columns are judged, filled and standardised for each fold by its training part.
        folds: k; or "leave one out"; or a splitter of scikit-learn; or (training rows, test rows)
            of your own for each fold.
        target: the column of a table to predict.
        prepare: fits the preprocessing to each training part: for arrays a function such as
            `Standardize.fit`, for tables one that gives a `Preprocessor`.
        repeats: how often the examples are divided anew.
        stratify: whether every fold gets its share of each class; by default where there are
            classes and no other rule.
        groups: one label per example, such as the patient, or the column of a table that has
            them, which is no input then: no group is in both parts.
        time: one time per example, or a table's column: each fold is tested on what comes after
            its training part.
        seed: equal seeds give equal results.
        n_jobs: processes for estimators, as in scikit-learn; −1 for all cores.
        progress: as for `fit`.
        training: `epochs`, `batch`, `validation` (a fraction) and `stop`, as for `fit`.

    Raises InputError for data or folds that cannot be, and for what cannot learn.

    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> x = np.arange(6.0)[:, None]
    >>> result = evaluate(LinearRegression(), (x, x[:, 0] ** 2), "leave one out")
    >>> round(result.error, 2), result.predicted.round(1).tolist()
    (20.17, [-7.0, 1.9, 7.3, 12.3, 16.9, 18.0])

    James, Witten, Hastie and Tibshirani (2021), section 5.1. Differs from scikit-learn's
    `cross_validate`: examples are shuffled, and intervals know that training parts overlap.
    """
    kind, examples = kind_of(learner), examples_of(learner, data, target, prepare, groups)
    parts = divide(
        len(examples),
        folds,
        repeats=repeats,
        classes=classes_in(kind, examples),
        stratify=stratify,
        groups=examples.column(groups, "groups"),
        time=examples.column(time, "time"),
        seed=seed,
    )
    how = How(training, seed, n_jobs, progress)
    return validated(learner, examples, parts, how)


def validated(learner: Any, examples: Examples, folds: Sequence[Fold], how: How) -> CrossValidation:
    """Train and measure a learner on given folds."""
    tasks = tasks_of(examples, folds)
    return summed_up(learner, examples.y, tasks, folds, answers(learner, tasks, how))


def summed_up(
    learner: Any,
    y: np.ndarray,
    tasks: Sequence[Task],
    folds: Sequence[Fold],
    said: Sequence[Answer],
) -> CrossValidation:
    """The measures of what was said about every fold."""
    kind = measured_kind(kind_of(learner), y)
    k = int(y.max()) + 1 if kind == "classification" else 0
    pairs = list(zip(tasks, said, strict=True))
    test = [measure(kind, t.truth(t.test), a.test, k) for t, a in pairs]
    train = [measure(kind, t.truth(t.train), a.train, k) for t, a in pairs if a.train is not None]
    tested, predicted, probabilities = out_of_fold(folds, said)
    return CrossValidation(
        kind=kind,
        folds=tuple(folds),
        measures=side_by_side(test),
        learned=side_by_side(train) if train else {},
        y=y,
        predicted=predicted,
        probabilities=probabilities,
        tested=tested,
        notes=tuple(f"{task.name}: {answer.note}" for task, answer in pairs if answer.note),
    )


def out_of_fold(
    folds: Sequence[Fold], said: Sequence[Answer]
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """The rows that were tested, each once, and what was said about them."""
    first = [(f, a.test) for f, a in zip(folds, said, strict=True) if f.repeat == 0]
    rows, places = np.unique(np.concatenate([fold.test for fold, _ in first]), return_index=True)
    predicted = np.concatenate([guess.predicted for _, guess in first])[places]
    given = [guess.probabilities for _, guess in first if guess.probabilities is not None]
    probabilities = np.concatenate(given)[places] if len(given) == len(first) else None
    return rows, predicted, probabilities


def classes_in(kind: str, examples: Examples) -> np.ndarray | None:
    """The class of every example; None where targets are no classes, or several per example."""
    y = examples.y
    return y if measured_kind(kind, y) == "classification" and y.ndim == 1 else None


def measured_kind(kind: str, y: np.ndarray) -> str:
    """How predictions are measured: probabilities as targets are numbers."""
    return "regression" if kind == "classification" and graded(y) else kind


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A table as text: names to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        first.ljust(widths[0])
        + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        for first, *cells in rows
    )
