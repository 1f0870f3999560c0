"""Which way of learning is better, and whether the difference can be told from chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from gradus.base.errors import InputError, located
from gradus.evaluation.assessment import shown
from gradus.evaluation.corrected import holm, interval, t_test
from gradus.evaluation.cross_validation import (
    CrossValidation,
    aligned,
    classes_in,
    validated,
)
from gradus.evaluation.examples import examples_of
from gradus.evaluation.folds import Folds, divide
from gradus.evaluation.learners import check_training, kind_of
from gradus.evaluation.measures import higher_is_better
from gradus.evaluation.tasks import How
from gradus.learn.algorithm import Algorithm

SIGNIFICANT = 0.05
HEADER = ("difference", "mean", "from", "to", "t", "p", "p (Holm)")


class Pair(NamedTuple):
    """Two learners on the same folds.

    Arguments:
        first, second: their names.
        difference: mean of first minus second.
        low, high: the 95 % interval of the difference.
        t, p: of the corrected resampled t-test.
        adjusted: p after Holm's correction for the number of pairs.
    """

    first: str
    second: str
    difference: float
    low: float
    high: float
    t: float
    p: float
    adjusted: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Learners that were measured on the same folds.

    Arguments:
        results: name -> its cross-validation, in the order in which they were given.
        measure: what they are compared by.
        pairs: every two of them, with their test.
    """

    results: dict[str, CrossValidation]
    measure: str
    pairs: tuple[Pair, ...]

    @property
    def best(self) -> str:
        """The name of the learner with the best mean."""
        mean = {name: float(result[self.measure].mean()) for name, result in self.results.items()}
        return (max if higher_is_better(self.measure) else min)(mean, key=lambda name: mean[name])

    @property
    def verdict(self) -> str:
        """What can be said after all tests, as a sentence."""
        others = [p for p in self.pairs if self.best in (p.first, p.second)]
        beaten, equal = [], []
        for pair in others:
            name = pair.second if pair.first == self.best else pair.first
            (beaten if pair.adjusted < SIGNIFICANT else equal).append(name)
        if not beaten:
            return f"{self.best} has the best mean, but no difference to the others can be shown."
        words = f"{self.best} is better than {' and '.join(beaten)}"
        if equal:
            return f"{words}; no difference to {' and '.join(equal)} can be shown."
        return f"{words}."

    def table(self) -> list[tuple[str, ...]]:
        """A header, and a row for each learner: mean of the measure and its 95 % interval."""
        rows: list[tuple[str, ...]] = [(self.measure, "mean", "from", "to")]
        for name, result in self.results.items():
            rows.append((name, *map(shown, result.interval(self.measure))))
        return rows

    def tests(self) -> list[tuple[str, ...]]:
        """A header, and a row for each pair: difference, interval, t, p, and p after Holm."""
        rows: list[tuple[str, ...]] = [HEADER]
        for first, second, *numbers in self.pairs:
            rows.append((f"{first} − {second}", *map(shown, numbers)))
        return rows

    def sentences(self) -> list[str]:
        """The verdict, how it was found, and what went wrong in single folds."""
        count = len(next(iter(self.results.values())).folds)
        how = (
            f"{count} folds, the same for all; corrected resampled t-test (Nadeau and Bengio, "
            f"2003), from … to: 95 % interval"
        )
        notes = [f"{name}, {note}" for name, r in self.results.items() for note in r.notes[:1]]
        return [self.verdict, how, *notes]

    def __str__(self) -> str:
        parts = [aligned(self.table()), aligned(self.tests()), "\n".join(self.sentences())]
        return "\n\n".join(parts)

    def picture(self) -> str:
        """The folds of every learner as dots, their means and intervals, as SVG for a page."""
        from gradus.evaluation.pictures import strip

        values = {name: result[self.measure] for name, result in self.results.items()}
        ends = {name: result.interval(self.measure) for name, result in self.results.items()}
        return strip(self.measure, values, ends)

    def _repr_html_(self) -> str:
        from gradus.evaluation.pictures import as_html

        return as_html(self.table(), self.sentences(), self.picture(), self.tests())


def compare(
    learners: Mapping[str, Any],
    data: Any,
    folds: Folds = 10,
    *,
    measure: str | None = None,
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
) -> Comparison:
    """Measure several learners on the same folds, and test their differences pair by pair.

        t = d̄ / √((1/J + n_test/n_train) s²),   J − 1 degrees of freedom, over J folds

    Arguments:
        learners: at least two, by name: algorithms and estimators of one kind.
        data: as for `evaluate`.
        measure: what to compare by; by default accuracy or mean squared error.
        training: as for `evaluate`; for the algorithms among the learners.

    The other arguments, and what is refused, as for `evaluate`.

    >>> import numpy as np
    >>> from sklearn.dummy import DummyRegressor
    >>> from sklearn.linear_model import LinearRegression
    >>> x = np.linspace(0, 1, 40)[:, None]
    >>> noisy = 3 * x[:, 0] + np.random.default_rng(0).normal(size=40) / 4
    >>> print(compare({"line": LinearRegression(), "mean": DummyRegressor()}, (x, noisy)).verdict)
    line is better than mean.

    Nadeau and Bengio, "Inference for the generalization error" (2003); Holm (1979) for several
    pairs. A plain paired t-test over folds finds differences that are not there.
    """
    kind = same_kind(learners)
    check_settings(learners, training)
    example = {isinstance(learner, Algorithm): learner for learner in learners.values()}
    forms = {net: examples_of(one, data, target, prepare, groups) for net, one in example.items()}
    examples = next(iter(forms.values()))
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
    results = {}
    for name, learner in learners.items():
        net = isinstance(learner, Algorithm)
        how = How(training if net else {}, seed, n_jobs, progress)
        with located(name):
            results[name] = validated(learner, forms[net], parts, how)
    chosen = measure or next(iter(results.values())).main
    return Comparison(results, chosen, tested(results, chosen))


def tested(results: Mapping[str, CrossValidation], measure: str) -> tuple[Pair, ...]:
    """The test of every two learners, corrected for their number."""
    found = []
    for first, second in combinations(results, 2):
        with located(f"{first} and {second}"):
            differences = results[first][measure] - results[second][measure]
        ratio = results[first].ratio
        mean, low, high = interval(differences, ratio)
        t, p = t_test(differences, ratio)
        found.append(Pair(first, second, mean, low, high, t, p, adjusted=math.nan))
    raised = holm([pair.p for pair in found])
    return tuple(pair._replace(adjusted=p) for pair, p in zip(found, raised, strict=True))


def check_settings(learners: Mapping[str, Any], training: Mapping[str, Any]) -> None:
    """Refuse settings of the training that mean nothing to any of the learners."""
    nets = [name for name, learner in learners.items() if isinstance(learner, Algorithm)]
    name = next(iter(nets or learners))
    with located(name):
        check_training(learners[name], training)


def same_kind(learners: Any) -> str:
    """What the learners predict; refuses fewer than two, and different kinds."""
    if not isinstance(learners, Mapping) or len(learners) < 2:
        raise InputError(
            "learners",
            expected="two or more, in a dict by name",
            got=f"{len(learners)} in a dict"
            if isinstance(learners, Mapping)
            else f"a {type(learners).__name__}",
            fix='compare({"net": algorithm, "forest": RandomForestClassifier()}, data)',
        )
    kinds = {}
    for name, learner in learners.items():
        with located(name):
            kinds[name] = kind_of(learner)
    if len({kind == "classification" for kind in kinds.values()}) > 1:
        raise InputError(
            "learners of different kinds",
            expected="all for classes, or all for numbers",
            got=", ".join(f"{name}: {kind}" for name, kind in kinds.items()),
            fix="compare what predicts the same thing",
        )
    return next(iter(kinds.values()))
