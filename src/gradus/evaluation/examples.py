"""What is learned from and measured on: examples whose preprocessing sees training rows only."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.data.dataset import Dataset
from gradus.data.frames import as_table
from gradus.data.inference import infer_target_kind
from gradus.data.preprocess import Preprocessor, check_column
from gradus.data.targets import ClassTarget, NumberTarget, Target
from gradus.data.text.preprocess import TextPreprocessor
from gradus.evaluation.given import Given, given
from gradus.learn.algorithm import Algorithm


class Prepared(NamedTuple):
    """Every example in numbers, by what some training rows show, and the way back.

    Arguments:
        data: all examples, not the training rows alone.
        decode: from standardised targets to the user's units; None where they are in them.
    """

    data: Dataset | Given
    decode: Callable[[np.ndarray], np.ndarray] | None = None


class Examples(ABC):
    """Examples that can be prepared anew for every training part."""

    @abstractmethod
    def __len__(self) -> int:
        """How many examples there are."""

    @property
    @abstractmethod
    def y(self) -> np.ndarray:
        """Targets in the user's units; classes as numbers 0 … k−1."""

    @abstractmethod
    def prepared(self, rows: np.ndarray) -> Prepared:
        """All examples, prepared by what `rows` show."""

    def column(self, values: Any, rule: str) -> Any:
        """What divides the examples: values as they are; raises InputError for a name."""
        if isinstance(values, str):
            raise InputError(
                f"{rule}={values!r}",
                expected="one value per example",
                got="the name of a column, and arrays, which have none",
                fix=f"give the values, or a table with its target, and {rule}={values!r}",
            )
        return values


@dataclass(frozen=True)
class Arrays(Examples):
    """Arrays, as they are, or with inputs changed by what is fitted to the training rows."""

    data: Dataset | Given
    prepare: Callable[[Any], Callable[[Any], Any]] | None = None

    def __len__(self):
        return len(self.data)

    @property
    def y(self):
        return self.data.y

    def prepared(self, rows):
        if self.prepare is None:
            return Prepared(self.data)
        fitted = self.prepare(self.data.take(rows).x)
        if not callable(fitted):
            raise InputError(
                "prepare",
                expected="a function of training inputs that gives a function of inputs",
                got=f"a function that gives {type(fitted).__name__}",
                fix="prepare=Standardize.fit",
            )
        with located("what `prepare` made"):
            return Prepared(self.data.map(fitted))


@dataclass(frozen=True)
class Table(Examples):
    """A table, whose columns are judged, filled and standardised by the training rows.

    Arguments:
        frame: all rows whose target is known.
        fit: the training rows -> a fitted `Preprocessor`.
        target: what all rows show of the target: no class is new to a test part.
    """

    frame: Any
    fit: Callable[[Any], Preprocessor]
    target: Target

    def __len__(self):
        return self.frame.height

    @property
    def y(self):
        values = self.frame[self.target.name]
        return self.target.encode(values) if self._classes else values.to_numpy()

    def column(self, values, rule):
        if not isinstance(values, str):
            return values
        check_column(values, self.frame.columns)
        if missing := self.frame[values].null_count():
            raise InputError(
                f"column {values!r} divides the rows",
                expected="a value in every row",
                got=f"{missing} missing",
                fix="fill these rows or take them out",
            )
        return self.frame[values].to_numpy()

    @property
    def _classes(self) -> bool:
        return isinstance(self.target, ClassTarget)

    def prepared(self, rows):
        made = self.fit(self.frame[rows])
        if self._classes:
            made = made.replace(target=self.target)
        decode = made.target.decode if isinstance(made.target, NumberTarget) else None
        return Prepared(made.dataset(self.frame), decode)


def examples_of(
    learner: Any,
    data: Any,
    target: str | None = None,
    prepare: Callable | None = None,
    groups: Any = None,
) -> Examples:
    """The user's data; raises InputError for what cannot be learned from.

    Arguments:
        learner: whose examples they are: estimators judge arrays themselves, in 64 bits.
        data: (x, y), (x, y, weight), a `Dataset`, or a table.
        target: the column of a table to predict.
        prepare: fits the preprocessing to a training part: for arrays a function of its inputs
            that gives a function of inputs; for tables one that gives a `Preprocessor`.
        groups: the column of a table that divides it, which is no input then; other groups
            change nothing here.
    """
    if isinstance(data, Batch | Dataset):
        data = (data.x, data.y, data.weight)
    if isinstance(data, tuple) and 2 <= len(data) <= 3:
        return arrays(learner, data, target, prepare)
    if isinstance(data, dict) or hasattr(data, "columns"):
        return table(data, target, prepare, groups if isinstance(groups, str) else None)
    raise InputError(
        "data",
        expected="(x, y), (x, y, weight), a Dataset, or a table",
        got=f"a tuple of {len(data)}" if isinstance(data, tuple) else type(data).__name__,
        fix="give inputs and targets: (x, y)",
    )


def arrays(learner: Any, data: tuple, target: str | None, prepare: Callable | None) -> Arrays:
    """Arrays with targets."""
    if data[1] is None or target is not None:
        raise InputError(
            "the data has no targets" if data[1] is None else f"target={target!r}",
            expected="inputs and targets",
            got="x alone" if data[1] is None else "arrays, which have no columns",
            fix="give (x, y)" if data[1] is None else "leave `target` out, or give a table",
        )
    if isinstance(learner, Algorithm):
        return Arrays(Dataset(*data), prepare)
    from sklearn.base import is_classifier

    return Arrays(given(*data, classes=is_classifier(learner)), prepare)


def table(data: Any, target: str | None, prepare: Callable | None, groups: str | None) -> Table:
    """A table with a target; rows that lack it are left out, and so is the column of groups."""
    frame = as_table(data)
    if target is None:
        raise InputError(
            "the target is not named",
            expected="the column to predict",
            got="a table and no `target`",
            fix=f"target={frame.columns[-1]!r}",
        )
    for name in filter(None, [target, groups]):
        check_column(name, frame.columns)
    frame = frame.filter(frame[target].is_not_null())
    kind = infer_target_kind(frame[target])

    kinds = {} if groups is None else {groups: "drop"}

    def fit(part: Any) -> Preprocessor:
        return Preprocessor.fit(part, target, kinds=kinds, target_kind=kind)

    whole = (prepare or fit)(frame)
    if not isinstance(whole, Preprocessor | TextPreprocessor) or whole.target is None:
        raise InputError(
            "prepare",
            expected="a function of a table that gives a Preprocessor with a target",
            got=f"one that gives {type(whole).__name__}",
            fix=f"prepare=lambda table: Preprocessor.fit(table, {target!r})",
        )
    return Table(frame, prepare or fit, whole.target)
