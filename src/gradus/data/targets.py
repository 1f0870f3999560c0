"""What is to be predicted, in the user's terms and in the model's."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static
from gradus.data.columns import shown
from gradus.data.frames import as_table
from gradus.data.inference import infer_target_kind


class Target(Record):
    """A target and what was learned about it from the training part.

    `fit(values, name)` learns; `encode(values)` gives what the likelihood sees; `decode(y)` brings
    predictions back into the user's labels or units.
    """

    name: str = static()

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What was decided about the target, for people to read."""

    @abstractmethod
    def encode(self, values: Any) -> np.ndarray:
        """Targets for the likelihood; raises InputError naming the row that cannot be used."""

    @abstractmethod
    def decode(self, y: Any) -> np.ndarray:
        """Predictions in the user's labels or units."""


class ClassTarget(Target):
    """k classes of any labels, numbered 0 … k−1 in sorted order.

    >>> target = ClassTarget.fit(["no", "yes", "no"])
    >>> target.encode(["yes", "no"])
    array([1, 0], dtype=int32)
    >>> target.decode([1, 0]).tolist()
    ['yes', 'no']
    """

    labels: tuple[str | int | float | bool, ...] = static()

    @classmethod
    def fit(cls, values: Any, name: str = "target") -> ClassTarget:
        values = _known(values, name)
        try:
            labels = sorted(set(values))
        except TypeError:
            raise InputError(
                f"target {name!r}",
                expected="labels of one type",
                got=", ".join(sorted({type(v).__name__ for v in values})),
                fix="write all labels as text, or all as numbers",
            ) from None
        if len(labels) < 2:
            raise InputError(
                f"target {name!r}",
                expected="at least two classes",
                got=f"only {labels[0]!r}" if labels else "no examples",
                fix="add examples of another class, or choose another target",
            )
        return cls(name, tuple(labels))

    @property
    def sentence(self):
        names = ", ".join(map(repr, self.labels[:6])) + (" …" if len(self.labels) > 6 else "")
        return f"{self.name}: classification, {len(self.labels)} classes: {names}"

    def encode(self, values):
        values = _known(values, self.name)
        numbers = {label: i for i, label in enumerate(self.labels)}
        y = np.array([numbers.get(v, -1) for v in values], np.int32)
        if (y < 0).any():
            row = int(np.argmax(y < 0))
            raise InputError(
                f"target {self.name!r}, row {row} (counted from 0)",
                expected="a class that the training part shows",
                got=repr(values[row]),
                fix=nearest(str(values[row]), self.labels),
            )
        return y

    def decode(self, y):
        return np.array(self.labels)[np.asarray(y)]


class NumberTarget(Target):
    """Real numbers, standardised: z = (y − mean) / std, per column for targets of shape (n, K).

    >>> target = NumberTarget.fit([10.0, 20.0, 30.0])
    >>> target.encode([20.0]), target.decode([0.0])
    (array([0.], dtype=float32), array([20.]))
    """

    mean: float | tuple[float, ...] = static()
    std: float | tuple[float, ...] = static()

    @classmethod
    def fit(cls, values: Any, name: str = "target") -> NumberTarget:
        y = _numbers(values, name)
        std = y.std(axis=0)
        return cls(name, _plain(y.mean(axis=0)), _plain(np.where(np.ptp(y, axis=0) > 0, std, 1.0)))

    @property
    def sentence(self):
        mean, std = (", ".join(map(shown, np.atleast_1d(v))) for v in (self.mean, self.std))
        return f"{self.name}: regression, mean {mean}, standard deviation {std} → standardised"

    def encode(self, values):
        y = _numbers(values, self.name)
        return ((y - np.array(self.mean)) / np.array(self.std)).astype(np.float32)

    def decode(self, y):
        return np.asarray(y, np.float64) * np.array(self.std) + np.array(self.mean)


class CountTarget(Target):
    """How often something happened: whole numbers from 0, left as they are."""

    @classmethod
    def fit(cls, values: Any, name: str = "target") -> CountTarget:
        target = cls(name)
        target.encode(values)
        return target

    @property
    def sentence(self):
        return f"{self.name}: counts, left as they are"

    def encode(self, values):
        y = _numbers(values, self.name)
        wrong = (y < 0) | (y != np.floor(y))
        _refuse(
            self.name,
            wrong,
            y,
            "a count: a whole number from 0",
            "choose regression instead (--likelihood gaussian)",
        )
        return y.astype(np.float32)

    def decode(self, y):
        return np.asarray(y, np.float64)


TARGETS = {"classification": ClassTarget, "counts": CountTarget, "regression": NumberTarget}


def fit_target(values: Any, name: str = "target", kind: str | None = None) -> Target:
    """The target that fits the values, or the one of a chosen kind.

    Arguments:
        values: a column of a table, an array of shape (n,) or, for regression, (n, K), or a list.
        name: what the target is called in messages.
        kind: "classification", "counts" or "regression"; None: `infer_target_kind` judges.

    >>> print(fit_target([1.5, 2.5, 3.5], "price").sentence)
    price: regression, mean 2.5, standard deviation 0.8165 → standardised
    """
    if kind is None:
        matrix = np.ndim(values) == 2
        kind = "regression" if matrix else infer_target_kind(as_table({name: values})[name])
    if kind not in TARGETS:
        raise InputError(
            f"kind of target {name!r}",
            expected=", ".join(map(repr, TARGETS)),
            got=repr(kind),
            fix=nearest(kind, TARGETS),
        )
    return TARGETS[kind].fit(values, name)


def _known(values: Any, name: str) -> list:
    """Labels as a list of Python values; a matrix and missing values are refused."""
    array = values if isinstance(values, list | tuple) else np.asarray(values)
    if np.ndim(array) != 1:
        raise InputError(
            f"target {name!r}",
            expected="one label per example, shape (n,)",
            got=np.shape(array),
            fix="give `y.ravel()`, or `y.argmax(axis=1)` for one-hot labels",
        )
    listed = array.tolist() if isinstance(array, np.ndarray) else list(array)
    missing = np.array([v is None or v != v for v in listed], bool)
    _refuse(name, missing, listed, "a label", "correct these values, or take the rows out")
    return listed


def _numbers(values: Any, name: str) -> np.ndarray:
    try:
        y = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"target {name!r}",
            expected="numbers",
            got=_first_text(values),
            fix="write it as a number, or choose classification (--likelihood categorical)",
        ) from None
    _refuse(
        name, ~np.isfinite(y), y, "a finite number", "correct these values, or take the rows out"
    )
    return y


def _first_text(values: Any) -> str:
    """The first value that is no number, with its row."""
    for row, value in enumerate(values):
        try:
            float(value)
        except (TypeError, ValueError):
            return f"{value!r} in row {row} (counted from 0)"
    return "rows of different lengths"


def _refuse(name: str, wrong: np.ndarray, values: Any, expected: str, fix: str) -> None:
    if wrong.any():
        row = int(np.argwhere(wrong)[0][0])
        more = f", and {wrong.sum() - 1} more like it" if wrong.sum() > 1 else ""
        raise InputError(
            f"target {name!r}, row {row} (counted from 0)",
            expected=expected,
            got=f"{values[row]}{more}",
            fix=fix,
        )


def _plain(value: Any) -> float | tuple[float, ...]:
    """Statistics as plain numbers, which are saved to the last digit."""
    return tuple(value.tolist()) if np.ndim(value) else float(value)
