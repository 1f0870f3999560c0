"""Which runs are trained together, and what they give back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.data.splits import bootstrap, k_folds
from gradus.data.splits import leave_one_out as loo
from gradus.training.door import Admitted
from gradus.training.member import Examples, Member
from gradus.training.run import Run


class Plan(NamedTuple):
    """Members to be trained together.

    Arguments:
        names: what tells each member from the others, for people to read.
        seeds: of each member.
        parts: the training and validation rows of each; None: all take the run's own.
        settings: hyperparameters that vary, by name, one value for each member.
    """

    names: list[str]
    seeds: list[int]
    parts: Callable[[Admitted, int], Sequence[tuple]] | None = None
    settings: dict[str, Sequence[float]] = {}  # noqa: RUF012 - never changed

    def each(self) -> list[dict[str, float]]:
        """The settings of each member."""
        return [
            {name: values[member] for name, values in self.settings.items()}
            for member in range(len(self.names))
        ]

    def members(self, admitted: Admitted, seed: int) -> Member:
        """The members side by side; rows are filled up with −1 to equal lengths."""
        own = [(admitted.rows, admitted.validation)] * len(self.names)
        if self.parts is not None:
            own = self.parts(admitted, seed)
        rows, validation = zip(*own, strict=True)
        return Member(
            seed=np.asarray(self.seeds, np.uint32) + np.uint32(seed),
            rows=side_by_side(rows),
            validation=None if validation[0] is None else side_by_side(validation),
            settings={name: jnp.asarray(values) for name, values in self.settings.items()},
        )

    def examples(self, admitted: Admitted) -> Examples:
        """What the members learn from and validate on."""
        if self.parts is None:
            return admitted.examples
        if admitted.validation is not None:
            raise InputError(
                "validation",
                expected="nothing: each fold or resample validates on the examples it leaves out",
                got="a validation part as well",
                fix="leave `validation` out, or train `seeds(n)`",
            )
        return Examples(admitted.examples.train, admitted.examples.train)


def seeds(count: int) -> Plan:
    """The same run with different weights at the start and different orders of the examples."""
    check_count("seeds", count, 1)
    return Plan([f"seed {i}" for i in range(count)], list(range(count)))


def folds(count: int, *, repeats: int = 1, groups: Any = None, time: Any = None) -> Plan:
    """k-fold cross-validation: each member validates on its own k-th of the examples.

    Classes are spread over the folds alike where targets are classes.

    Arguments:
        count: k.
        repeats: how often the examples are divided anew; each time other weights begin.
        groups, time: one value per example; see `gradus.data.k_folds`.
    """
    check_count("folds", count, 2)
    check_count("repeats", repeats, 1)

    def parts(admitted: Admitted, seed: int) -> Sequence[tuple]:
        by: dict[str, Any] = {"groups": groups, "time": time}
        if groups is None and time is None:
            by["stratify"] = admitted.classes
        n = len(admitted.rows)
        return [f for r in range(repeats) for f in k_folds(n, count, **by, seed=seed + r)]

    places = [(r, i) for r in range(repeats) for i in range(count)]
    names = [f"repeat {r + 1}, fold {i + 1}" for r, i in places]
    names = names if repeats > 1 else [f"fold {i + 1}" for i in range(count)]
    return Plan(names, [r for r, _ in places], parts)


def leave_one_out(count: int) -> Plan:
    """Each member validates on one example and learns from the others.

    Arguments:
        count: how many examples there are.
    """
    return divided(loo(count), [f"without row {row}" for row in range(count)])


def divided(
    parts: Sequence[tuple[np.ndarray, np.ndarray | None]],
    names: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
) -> Plan:
    """Members with rows of your own choice.

    Arguments:
        parts: for each member the rows to learn from, and those to validate on; None for none.
        names: what to call the members.
        seeds: of each member; 0 for all by default, so that all begin with the same weights.
    """
    if not len(parts) or len({validation is None for _, validation in parts}) > 1:
        raise InputError(
            "divided",
            expected="(training rows, validation rows) for each member, or None for all",
            got=f"{len(parts)} members" if not len(parts) else "None for some of them",
            fix="give every member the same kinds of rows",
        )
    called = [f"part {i + 1}" for i in range(len(parts))] if names is None else list(names)
    rows = [tuple(parts[i]) for i in range(len(parts))]
    return Plan(called, list(seeds or [0] * len(rows)), lambda admitted, seed: rows)


def resamples(count: int) -> Plan:
    """Bootstrap samples: n examples drawn with replacement; those never drawn validate."""

    check_count("resamples", count, 1)

    def parts(admitted: Admitted, seed: int) -> Sequence[tuple]:
        return bootstrap(len(admitted.rows), count, seed=seed)

    return Plan([f"sample {i + 1}" for i in range(count)], list(range(count)), parts)


def vary(**settings: Sequence[float]) -> Plan:
    """Different hyperparameters: `vary(rate=[1e-3, 1e-2])`, all of the same length."""
    lengths = {name: len(values) for name, values in settings.items()}
    if len(set(lengths.values())) != 1:
        raise InputError(
            "vary", expected="lists of one length", got=lengths, fix="give each member every value"
        )
    names = [
        ", ".join(f"{k}={v:g}" for k, v in zip(settings, values, strict=True))
        for values in zip(*settings.values(), strict=True)
    ]
    return Plan(names, [0] * len(names), None, settings)


def check_count(plan: str, count: Any, least: int) -> None:
    """Refuse a plan for no runs."""
    if not isinstance(count, int) or count < least:
        raise InputError(
            plan, expected=f"a whole number from {least} on", got=repr(count), fix=f"{plan}(5)"
        )


def side_by_side(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Row numbers of several parts as one array, short ones filled up with −1.

    >>> side_by_side([np.array([3, 4]), np.array([5])])
    array([[ 3,  4],
           [ 5, -1]], dtype=int32)
    """
    table = np.full((len(parts), max(map(len, parts))), -1, np.int32)
    for line, rows in zip(table, parts, strict=True):
        line[: len(rows)] = rows
    return table


class Runs(Sequence):
    """The runs of the members, in order; together they predict as one ensemble."""

    def __init__(self, names: list[str], runs: list[Run]):
        self.names, self.runs = names, runs

    def __getitem__(self, index):
        return self.runs[index]

    def __len__(self) -> int:
        return len(self.runs)

    def measure(self, column: str) -> np.ndarray:
        """A column of each run's history at its best epoch, one number for each member."""
        return np.array([run.history[column][run.best_epoch - 1] for run in self.runs])

    def predict(self, x: Any) -> np.ndarray:
        """The ensemble's guess: the most probable class on average, or the mean prediction."""
        likelihood = self.runs[0].likelihood
        if likelihood is not None and likelihood.kind == "classification":
            return self.probabilities(x).argmax(-1)
        return np.mean([run.predict(x) for run in self.runs], axis=0)

    def probabilities(self, x: Any) -> np.ndarray:
        """Class probabilities, averaged over the members."""
        return np.mean([run.probabilities(x) for run in self.runs], axis=0)

    def __repr__(self) -> str:
        lines = [f"{n}: {r.status}" for n, r in zip(self.names, self.runs, strict=True)]
        return "\n".join(lines)
