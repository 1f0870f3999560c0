"""Examples with names: inputs, targets, weights and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.data.checks import arrays_of, check_arrays
from gradus.data.splits import split
from gradus.data.tables import check_file, read_npz


class Parts(NamedTuple):
    """A dataset in three parts; a part with fraction 0 is None."""

    train: Dataset
    validation: Dataset | None
    test: Dataset | None


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """Examples to learn from; checked when made (see `check_arrays`).

    Arguments:
        x: inputs, an array or a tuple / dict of arrays, examples first.
        y: targets, shape (n,) or (n, …); None where learning needs none.
        weight: how much each example counts, shape (n,); None: all alike.
        features: names of the columns of `x`.
        labels: names of the classes 0 … k−1; None for targets that are not classes.
        description: what the examples are, in a sentence.
        licence: licence and source.

    >>> data = Dataset(np.zeros((10, 2)), np.arange(10) % 2, labels=("no", "yes"))
    >>> data
    Dataset of 10 examples: x (10, 2) float32, y (10,) int32, 2 classes
    >>> [len(part) for part in data.split(validation=0.2, test=0.2)]
    [6, 2, 2]
    """

    x: Any
    y: Any = None
    weight: Any = None
    features: tuple[str, ...] | None = None
    labels: tuple[Any, ...] | None = None
    description: str = ""
    licence: str = ""

    def __post_init__(self):
        checked = check_arrays(self.x, self.y, self.weight)
        for name, value in zip(("x", "y", "weight"), checked, strict=True):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(next(iter(arrays_of(self.x).values())))

    def __repr__(self) -> str:
        arrays = arrays_of(self.x) | {"y": self.y, "weight": self.weight}
        shown = [f"{k} {v.shape} {v.dtype}" for k, v in arrays.items() if v is not None]
        classes = [] if self.labels is None else [f"{len(self.labels)} classes"]
        return f"Dataset of {len(self)} examples: {', '.join(shown + classes)}"

    def take(self, rows: Any) -> Dataset:
        """The examples with these row numbers, in this order."""

        def part(array):
            return None if array is None else array[rows]

        return replace(self, x=map_arrays(part, self.x), y=part(self.y), weight=part(self.weight))

    def map(self, function: Callable) -> Dataset:
        """The same examples with `function` applied to `x`, such as a fitted `Standardize`.

        >>> from gradus.data.scaling import Scale
        >>> Dataset(np.array([[51], [255]], np.uint8)).map(Scale(255)).x.tolist()
        [[0.20000000298023224], [1.0]]
        """
        return replace(self, x=function(self.x))

    def split(
        self,
        validation: float = 0.1,
        test: float = 0.1,
        *,
        stratify: bool | None = None,
        groups: Any = None,
        time: Any = None,
        seed: int = 0,
    ) -> Parts:
        """Divide into training, validation and test part; see `gradus.data.split`.

        Arguments:
            validation, test: fractions of the examples.
            stratify: whether every class is divided in the same fractions; None: where `labels`
                are given and no other rule is.
            groups, time: one value per example; see `gradus.data.split`.
            seed: equal seeds give equal parts.
        """
        if stratify is None:
            stratify = self.labels is not None and groups is None and time is None
        if stratify and self.y is None:
            raise InputError(
                "stratified parts", expected="labels y", got="no y", fix="leave `stratify` out"
            )
        rows = split(
            len(self),
            validation,
            test,
            stratify=self.y if stratify else None,
            groups=groups,
            time=time,
            seed=seed,
        )
        evaluation = (self.take(r) if len(r) else None for r in (rows.validation, rows.test))
        return Parts(self.take(rows.train), *evaluation)


def read_arrays(path: str | Path) -> Dataset:
    """A dataset from the arrays `x`, `y` and `weight` of an .npz file; only `x` must be there.

    Raises InputError for a file that is missing or holds Python objects.
    """
    path = Path(path).expanduser()
    check_file(path)
    arrays = read_npz(path)
    if "x" not in arrays or not set(arrays) <= {"x", "y", "weight"}:
        raise InputError(
            f"{path.name} is not a dataset",
            expected="arrays called x, y and weight",
            got=", ".join(arrays) or "no arrays",
            fix="save it with `np.savez(path, x=…, y=…)`; read named columns with `read_table`",
        )
    return Dataset(arrays["x"], arrays.get("y"), arrays.get("weight"))


def map_arrays(function: Callable[[np.ndarray], Any], x: Any) -> Any:
    """`function` of every array of an input, in the same tuple or dict."""
    if isinstance(x, dict):
        return {key: map_arrays(function, part) for key, part in x.items()}
    if isinstance(x, tuple):
        return tuple(map_arrays(function, part) for part in x)
    return function(x)
