"""What a run measured, epoch by epoch, as columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.files import write_atomically


class History(Mapping):
    """Columns of numbers, one row for every finished epoch.

    Column `epoch` counts from 1; `loss`, the measures and `rate` are means over the epoch's
    training examples; columns with `val_` before their name are measured on the validation part
    after the epoch; `gradient/…` is the length of an array's gradient in the epoch's last step and
    `update/…` the length of the change that this gradient makes, relative to the array; `seconds`
    is the time since the run began.

    Arguments:
        columns: name -> numbers, all of one length.
        shown: name -> arrays to look at, one for each epoch, such as samples; not written to CSV.

    >>> history = History({"epoch": [1, 2], "loss": [0.7, 0.5]})
    >>> history["loss"]
    array([0.7, 0.5])
    >>> history.last["loss"]
    0.5
    """

    def __init__(self, columns: Mapping[str, Any], shown: Mapping[str, Any] | None = None):
        self._columns = {name: np.asarray(values) for name, values in columns.items()}
        self.shown = {name: np.asarray(arrays) for name, arrays in (shown or {}).items()}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._columns:
            raise InputError(
                "history", expected="a column of the history", got=name, fix=nearest(name, self)
            )
        return self._columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def epochs(self) -> int:
        """The number of finished epochs."""
        return len(next(iter(self._columns.values()), ()))

    @property
    def last(self) -> dict[str, float]:
        """The numbers of the last epoch; empty before the first."""
        return {name: values[-1].item() for name, values in self.items() if len(values)}

    @property
    def measures(self) -> list[str]:
        """The columns worth showing in a line: loss and measures, training and validation."""
        hidden = ("epoch", "seconds", "rate")
        return [name for name in self if "/" not in name and name not in hidden]

    def followed_by(self, other: History) -> History:
        """This history with the rows of another below it."""
        if not self.epochs:
            return other
        columns, shown = (
            {name: np.concatenate([first[name], second[name]]) for name in first}
            for first, second in ((self, other), (self.shown, other.shown))
        )
        return History(columns, shown)

    def until(self, epochs: int) -> History:
        """The first epochs alone."""
        columns, shown = (
            {name: values[:epochs] for name, values in part.items()} for part in (self, self.shown)
        )
        return History(columns, shown)

    def to_pandas(self):
        """A pandas DataFrame; needs `pip install pandas`."""
        import pandas

        return pandas.DataFrame(self._columns)

    def to_csv(self, path: str | Path) -> None:
        """Write the columns as CSV, whole or not at all."""
        file = io.StringIO()
        rows = ([f"{v:.9g}" for v in row] for row in zip(*self.values(), strict=True))
        csv.writer(file, lineterminator="\n").writerows([list(self), *rows])
        write_atomically(path, file.getvalue().encode())

    @classmethod
    def from_csv(cls, path: str | Path) -> History:
        """Read what `to_csv` wrote."""
        names, *rows = csv.reader(Path(path).read_text(encoding="utf-8").splitlines())
        table = np.array([[float(v) for v in row] for row in rows])
        return cls(dict(zip(names, table.reshape(len(rows), len(names)).T, strict=True)))

    def __repr__(self) -> str:
        shown = {name: round(v, 4) for name, v in self.last.items() if name in self.measures}
        return f"History({self.epochs} epochs, last {shown})"
