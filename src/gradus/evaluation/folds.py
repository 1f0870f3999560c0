"""Which examples are learned from, and which are measured on: schemes by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.data.splits import k_folds, leave_one_out

LEAVE_ONE_OUT = "leave one out"
Folds = int | Literal["leave one out"] | Sequence[tuple[Any, Any]] | Any


class Fold(NamedTuple):
    """Row numbers to learn from and to measure on, a name, and the repetition it belongs to."""

    name: str
    train: np.ndarray
    test: np.ndarray
    repeat: int = 0


def divide(
    count: int,
    folds: Folds = 5,
    *,
    repeats: int = 1,
    classes: np.ndarray | None = None,
    stratify: bool | None = None,
    groups: Any = None,
    time: Any = None,
    seed: int = 0,
) -> list[Fold]:
    """The folds of a scheme.

    Arguments:
        count: how many examples there are, n.
        folds: k; or "leave one out"; or a splitter of scikit-learn; or (training rows, test rows)
            of your own for each fold.
        repeats: how often the examples are divided into k folds anew.
        classes: the class of every example, shape (n,), where targets are classes.
        stratify: whether every fold gets its share of every class; None: where there are classes
            and no other rule.
        groups: group labels, shape (n,): no group is learned from and measured on.
        time: times, shape (n,): fold i learns from the first i of k + 1 blocks, and is measured
            on the next.
        seed: equal seeds give equal folds.

    Raises InputError for more folds than examples, groups or members of a class; for rules that
    do not go together; and for folds of your own that share rows or groups.

    >>> [(fold.name, fold.test.tolist()) for fold in divide(5, 2, time=range(5))]
    [('fold 1', [2, 3]), ('fold 2', [4])]
    """
    check_repeats(repeats, folds, groups, time)
    if isinstance(folds, str):
        return one_at_a_time(count, folds)
    if not isinstance(folds, int | np.integer):
        return own(count, rows_of(folds, count, classes, groups), groups)
    stratified = stratify if stratify is not None else groups is None and time is None
    labels = labels_of(classes, stratify, int(folds)) if stratified else None
    found = []
    for repeat in range(repeats):
        by = {"stratify": labels, "groups": groups, "time": time}
        prefix = f"repeat {repeat + 1}, " if repeats > 1 else ""
        for i, rows in enumerate(k_folds(count, int(folds), **by, seed=seed + repeat)):
            found.append(Fold(f"{prefix}fold {i + 1}", *rows, repeat))
    return found


def one_at_a_time(count: int, name: str) -> list[Fold]:
    """A fold for each example."""
    if name.replace("-", " ").replace("_", " ") != LEAVE_ONE_OUT:
        raise InputError(
            "folds",
            expected=f'a number of folds, "{LEAVE_ONE_OUT}", or rows for each fold',
            got=repr(name),
            fix="folds=10",
        )
    return [Fold(f"row {row}", *rows) for row, rows in enumerate(leave_one_out(count))]


def rows_of(folds: Any, count: int, classes: np.ndarray | None, groups: Any) -> list[Any]:
    """The rows of each fold, as given, or as a splitter divides the examples."""
    try:
        if hasattr(folds, "split"):
            return list(folds.split(np.zeros((count, 1)), classes, groups))
        return [tuple(pair) for pair in folds]
    except (TypeError, ValueError) as error:
        splitter = hasattr(folds, "split")
        raise InputError(
            f"folds={type(folds).__name__}(…)" if splitter else "folds",
            expected="a splitter that suits the examples"
            if splitter
            else "a whole number, a splitter, or (training rows, test rows) for each fold",
            got=str(error).splitlines()[0] if splitter else repr(folds),
            fix="choose fewer folds, or give `groups` or classes where it needs them"
            if splitter
            else "folds=5",
        ) from None


def own(count: int, folds: Any, groups: Any) -> list[Fold]:
    """The user's own folds, checked."""
    found = []
    for number, pair in enumerate(folds, start=1):
        name = f"fold {number}"
        rows = [np.asarray(part) for part in pair]
        fine = len(rows) == 2 and all(r.ndim == 1 and len(r) and r.dtype.kind in "iu" for r in rows)
        if not fine or min(r.min() for r in rows) < 0 or max(r.max() for r in rows) >= count:
            raise InputError(
                f"folds: {name}",
                expected=f"(training rows, test rows), row numbers from 0 to {count - 1}",
                got=f"arrays of shape {', '.join(str(r.shape) for r in rows)}",
                fix="give row numbers, as scikit-learn's splitters do: list(splitter.split(x, y))",
            )
        train, test = rows
        refuse_shared(name, np.intersect1d(train, test), "row")
        if groups is not None:
            labels = groups_of(groups, count)
            refuse_shared(name, np.intersect1d(labels[train], labels[test]), "group")
        found.append(Fold(name, train, test))
    if not found:
        raise InputError("folds", expected="at least one", got="none", fix="folds=5")
    return found


def groups_of(groups: Any, count: int) -> np.ndarray:
    """The group of every example; raises InputError for another number of them."""
    labels = np.asarray(groups)
    if labels.shape != (count,):
        raise InputError(
            "groups do not fit the examples",
            expected=f"one label per example, shape ({count},)",
            got=labels.shape,
            fix="give one label per example",
        )
    return labels


def refuse_shared(name: str, shared: np.ndarray, what: str) -> None:
    """Refuse a fold that is measured on what it has learned from."""
    if len(shared):
        raise InputError(
            f"folds: {name} learns from what it is measured on",
            expected=f"no {what} in both parts",
            got=f"{what} {shared[0]} in both"
            + (f", and {len(shared) - 1} more" * (len(shared) > 1)),
            fix=f"keep every {what} in one part",
        )


def labels_of(classes: np.ndarray | None, stratify: bool | None, k: int) -> np.ndarray | None:
    """The classes to spread evenly, or None; refuses where a fold would lack one of them."""
    if classes is None:
        if stratify:
            raise InputError(
                "stratify=True", expected="targets that are classes", got="numbers",
                fix="leave it out",
            )  # fmt: skip
        return None
    names, counts = np.unique(classes, return_counts=True)
    rarest = int(np.argmin(counts))
    if counts[rarest] < k:
        raise InputError(
            f"{k} folds with every class in each",
            expected=f"{k} examples of every class or more",
            got=f"{counts[rarest]} of class {names[rarest]}",
            fix=f"folds={max(int(counts[rarest]), 2)}, or stratify=False",
        )
    return classes


def check_repeats(repeats: Any, folds: Any, groups: Any, time: Any) -> None:
    """Refuse to repeat what would be the same each time."""
    if not isinstance(repeats, int) or repeats < 1:
        raise InputError(
            "repeats", expected="a whole number from 1 on", got=repr(repeats), fix="repeats=10"
        )
    drawn = isinstance(folds, int | np.integer) and groups is None and time is None
    if repeats > 1 and not drawn:
        raise InputError(
            f"repeats={repeats}",
            expected="folds that are drawn at random",
            got="a division that is the same each time",
            fix="leave it out",
        )
