"""Errors over the number of examples, and over the size of the model, with a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError, located
from gradus.evaluation.assessment import shown
from gradus.evaluation.cross_validation import (
    CrossValidation,
    aligned,
    classes_in,
    summed_up,
    validated,
)
from gradus.evaluation.examples import Examples, examples_of
from gradus.evaluation.folds import Fold, Folds, divide
from gradus.evaluation.learners import answers, kind_of
from gradus.evaluation.measures import higher_is_better
from gradus.evaluation.tasks import How, tasks_of
from gradus.evaluation.verdicts import of_capacity, of_sizes

SIZES = (0.1, 0.18, 0.32, 0.56, 1.0)  # of a training part, in equal ratios


@dataclass(frozen=True, eq=False)
class Curve:
    """A measure on training and test rows, over sizes or capacities.

    Arguments:
        title: what the curve is called.
        over: what varies.
        measure: the measure that stands for all.
        places: the values of what varies, in order.
        results: the cross-validation at each of them, training rows measured, too.
        verdict: what it says, as a sentence.
    """

    title: str
    over: str
    measure: str
    places: tuple[Any, ...]
    results: tuple[CrossValidation, ...]
    verdict: str

    @property
    def learned(self) -> np.ndarray:
        """The measure on training rows, shape (places, folds)."""
        return np.array([result.learned[self.measure] for result in self.results])

    @property
    def tested(self) -> np.ndarray:
        """The measure on test rows, shape (places, folds)."""
        return np.array([result[self.measure] for result in self.results])

    @property
    def best(self) -> Any:
        """The place with the best mean on test rows."""
        means = self.tested.mean(1)
        return self.places[
            int(means.argmax() if higher_is_better(self.measure) else means.argmin())
        ]

    def table(self) -> list[tuple[str, ...]]:
        """A header, and a row for each place: training and test measure, and its 95 % interval."""
        rows: list[tuple[str, ...]] = [(self.over, "training", "test", "from", "to")]
        for place, learned, result in zip(self.places, self.learned, self.results, strict=True):
            ends = map(shown, result.interval(self.measure))
            rows.append((str(place), shown(float(learned.mean())), *ends))
        return rows

    def __str__(self) -> str:
        head = f"{self.measure}, {len(self.results[0].folds)} folds"
        return "\n".join([head, aligned(self.table()), self.verdict])

    def picture(self) -> str:
        """Both lines, with bands of one standard deviation over the folds, as SVG for a page."""
        from gradus.evaluation.pictures import two_curves

        return two_curves(
            self.title, self.over, self.measure, self.places, self.learned, self.tested
        )

    def _repr_html_(self) -> str:
        from gradus.evaluation.pictures import as_html

        return as_html(self.table(), [self.verdict], self.picture())


def learning_curve(
    learner: Any,
    data: Any,
    sizes: Sequence[float] = SIZES,
    folds: Folds = 5,
    *,
    target: str | None = None,
    prepare: Callable[[Any], Any] | None = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
    n_jobs: int | None = None,
    progress: Any = None,
    **training: Any,
) -> Curve:
    """Training and test measure when learning from more and more examples.

    Of an `Algorithm`, all sizes and folds are trained in one program. Each net takes as many steps
    as that with all examples does: fewer examples are seen more often, so that the curve shows
    what examples are worth, and not what steps are.

    Arguments:
        sizes: fractions of a training part, or numbers of examples.

    The other arguments, and what is refused, as for `evaluate`.

    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> x = np.linspace(0, 1, 60)[:, None]
    >>> y = x[:, 0] + np.random.default_rng(0).normal(size=60)
    >>> curve = learning_curve(LinearRegression(), (x, y), [4, 8, 16, 32])
    >>> [str(size) for size in curve.places], curve.tested.shape
    (['4', '8', '16', '32'], (4, 5))

    Goodfellow, Bengio and Courville (2016), section 5.4.4.
    """
    examples, parts = prepared(learner, data, target, prepare, folds, groups, time, seed)
    counts = numbers_of(sizes, min(len(fold.train) for fold in parts))
    how = How(training, seed, n_jobs, progress, learned_rows=True, equal_steps=True)
    smaller = [[shortened(fold, count, seed) for fold in parts] for count in counts]
    tasks = tasks_of(examples, [fold for row in smaller for fold in row])
    said = answers(learner, tasks, how)
    k = len(parts)
    results = tuple(
        summed_up(learner, examples.y, tasks[i * k : i * k + k], row, said[i * k : i * k + k])
        for i, row in enumerate(smaller)
    )
    main = results[0].main
    verdict = of_sizes(counts, results, main)
    return Curve("Learning curve", "training examples", main, tuple(counts), results, verdict)


def capacity_curve(
    make: Callable[[Any], Any],
    values: Sequence[Any],
    data: Any,
    folds: Folds = 5,
    *,
    over: str = "capacity",
    target: str | None = None,
    prepare: Callable[[Any], Any] | None = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
    n_jobs: int | None = None,
    progress: Any = None,
    **training: Any,
) -> Curve:
    """Training and test measure of smaller and larger models: the U-shaped curve.

    Arguments:
        make: a value -> an `Algorithm` or estimator of that capacity.
        values: from the smallest to the largest, such as numbers of hidden units.
        over: what the values are called.

    The other arguments, and what is refused, as for `evaluate`.

    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> x = np.linspace(0, 6, 200)[:, None]
    >>> y = np.sin(x[:, 0]) + np.random.default_rng(0).normal(size=200) / 2
    >>> def make(depth):
    ...     return DecisionTreeRegressor(max_depth=depth, random_state=0)
    >>> curve = capacity_curve(make, [1, 2, 3, 6, 12], (x, y), over="depth")
    >>> print(curve.verdict)
    best at depth 3; it over-fits from 6 on: training errors fall further, test errors rise.

    Goodfellow, Bengio and Courville (2016), section 5.2, figure 5.3.
    """
    values = list(values)
    if len(values) < 2:
        raise InputError("values", expected="two or more", got=values, fix="[4, 16, 64, 256]")
    learners = [made(make, value) for value in values]
    examples, parts = prepared(learners[0], data, target, prepare, folds, groups, time, seed)
    how = How(training, seed, n_jobs, progress, learned_rows=True)
    results = []
    for value, learner in zip(values, learners, strict=True):
        with located(f"{over} {value}"):
            results.append(validated(learner, examples, parts, how))
    main = results[0].main
    verdict = of_capacity(over, values, results, main)
    return Curve("Capacity curve", over, main, tuple(values), tuple(results), verdict)


def prepared(
    learner: Any,
    data: Any,
    target: str | None,
    prepare: Any,
    folds: Folds,
    groups: Any,
    time: Any,
    seed: int,
) -> tuple[Examples, list[Fold]]:
    """The examples, and how they are divided."""
    kind, examples = kind_of(learner), examples_of(learner, data, target, prepare, groups)
    classes = classes_in(kind, examples)
    by = {"groups": examples.column(groups, "groups"), "time": examples.column(time, "time")}
    return examples, divide(len(examples), folds, classes=classes, **by, seed=seed)


def numbers_of(sizes: Sequence[float], most: int) -> list[int]:
    """Sizes as numbers of examples, ascending.

    >>> numbers_of([1.0, 0.25, 10], most=40)
    [10, 40]
    """
    counts = {round(s * most) if isinstance(s, float) and s <= 1 else int(s) for s in sizes}
    if len(counts) < 2 or min(counts) < 2 or max(counts) > most:
        raise InputError(
            "sizes",
            expected=f"two or more: fractions, or numbers of examples from 2 to {most}",
            got=list(sizes),
            fix="sizes=(0.1, 0.3, 1.0)",
        )
    return sorted(counts)


def shortened(fold: Fold, count: int, seed: int) -> Fold:
    """A fold that learns from fewer rows; smaller sets are parts of larger ones."""
    rows = np.random.default_rng(seed).permutation(fold.train)[:count]
    return Fold(f"{fold.name} of {count} examples", rows, fold.test, fold.repeat)


def made(make: Callable[[Any], Any], value: Any) -> Any:
    """What `make` makes of a value; raises InputError for what cannot learn."""
    with located(f"make({value!r})"):
        learner = make(value)
        kind_of(learner)
    return learner
