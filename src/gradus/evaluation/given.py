"""Arrays for estimators, as the user gave them: each estimator judges its own."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.dataset import Dataset
from gradus.models.baselines import features


@dataclass(frozen=True, eq=False)
class Given:
    """Inputs, which may be tables, text or incomplete, and targets in 64 bits.

    Arguments:
        x: inputs, examples first.
        y: targets; classes that are no whole numbers from 0 on are numbered.
        weight: how much each example counts; None: all alike.
        names: the classes in the order of their numbers; None where `y` is as it was given.
    """

    x: Any
    y: np.ndarray
    weight: Any = None
    names: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.y)

    def inputs(self, rows: np.ndarray) -> Any:
        """Inputs as an estimator takes them: one table, of 64-bit numbers where it has numbers."""
        x = self.take(rows).x
        return features(x) if all(numeric(a) for a in jax.tree.leaves(x)) else x

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """Targets as they were given."""
        return self.y[rows] if self.names is None else self.names[self.y[rows]]

    def take(self, rows: np.ndarray) -> Given:
        """The examples with these row numbers, in this order."""
        x = jax.tree.map(lambda a: taken(a, rows), self.x)
        return replace(self, x=x, y=self.y[rows])

    def map(self, function: Callable[[Any], Any]) -> Given:
        """The same examples with `function` applied to the inputs."""
        return replace(self, x=function(self.x))


def given(x: Any, y: Any, weight: Any = None, *, classes: bool = False) -> Given:
    """Examples for an estimator; raises InputError for what no estimator could be measured on.

    Arguments:
        classes: whether the targets are classes; else text alone is.
    """
    x = jax.tree.map(array_of, x, is_leaf=lambda part: isinstance(part, list))
    y, names = numbered(np.asarray(array_of(y)), classes)
    for part in jax.tree.leaves(x):
        refuse_length(part, len(y))
    refuse_targets(y)
    return Given(x, y.astype(np.float64) if y.dtype.kind == "f" else y, weight, names)


def as_given(data: Dataset | Given) -> Given:
    """Checked examples in the same form."""
    return data if isinstance(data, Given) else given(data.x, data.y, data.weight)


def taken(x: Any, rows: np.ndarray) -> Any:
    """Some rows of an array or table."""
    return x.iloc[rows] if hasattr(x, "iloc") else x[rows]


def numeric(x: Any) -> bool:
    """Whether this is an array of numbers, no table and no text."""
    return isinstance(x, np.ndarray) and x.dtype.kind in "biuf"


def array_of(values: Any) -> Any:
    """Lists and other arrays as NumPy arrays; tables and sparse matrices as they are."""
    if hasattr(values, "columns") or hasattr(values, "tocsr"):
        return values
    try:
        return np.asarray(values)
    except ValueError as error:
        raise InputError(
            "data", expected="rows of equal lengths", got=error, fix="make all rows equally long"
        ) from None


def numbered(y: np.ndarray, classes: bool) -> tuple[np.ndarray, np.ndarray | None]:
    """Targets as numbers, and the names of classes that were no whole numbers from 0 on."""
    if y.dtype.kind in "uf" or (y.dtype.kind == "i" and not (classes and y.min(initial=0) < 0)):
        return y, None
    try:
        names, numbers = np.unique(y, return_inverse=True)
    except TypeError:
        raise InputError(
            "y",
            expected="numbers, or a name for every class",
            got="values of several types, or missing ones",
            fix="fill or drop these rows",
        ) from None
    return numbers.reshape(y.shape), names


def refuse_length(part: Sized, n: int) -> None:
    """Refuse inputs that are not as many as the targets."""
    rows = getattr(part, "shape", (0,))[:1]
    if rows != (n,) or n == 0:
        raise InputError(
            "x and y do not fit",
            expected="one target for every example",
            got=f"inputs of shape {getattr(part, 'shape', None)}, {n} targets",
            fix="give every array one row per example",
        )


def refuse_targets(y: np.ndarray) -> None:
    """Refuse targets that nothing can be measured by."""
    if y.ndim == 2 and y.shape[1] == 1 and y.dtype.kind != "f":
        raise InputError(
            "y has a second axis of length 1",
            expected=f"one target per example, shape ({len(y)},)",
            got=y.shape,
            fix="give `y.ravel()`, or `y.to_numpy().ravel()` of a data frame",
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = int(np.argwhere(~np.isfinite(y))[0][0])
        raise InputError(
            f"y, row {row}",
            expected="a finite number",
            got=y[row],
            fix="drop the rows whose target is not known",
        )
