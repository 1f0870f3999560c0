"""What DATA on the command line names: a file, or a known dataset."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data import Dataset, as_table, load, read_arrays, read_table
from gradus.data.catalog import CATALOG
from gradus.data.tables import check_file, read_npz


class Source(NamedTuple):
    """Examples, and what is known about them.

    Arguments:
        name: for titles and folders.
        examples: a Polars data frame, or a `Dataset` whose inputs have more than one axis.
        test: the test part that the publisher made, where there is one.
        target: the column to predict, where the source itself says it.
        notes: what people should know about how it was read.
    """

    name: str
    examples: Any
    test: Any = None
    target: str = ""
    notes: tuple[str, ...] = ()


def read(data: str, part: str = "train") -> Source:
    """The examples that `data` names.

    Arguments:
        data: a file (`.csv`, `.parquet`, `.npz` …), or the name of a known dataset.
        part: of a known dataset that its publisher divided; "train" brings both parts along.

    Raises InputError for what is neither, with the nearest name.
    """
    if not data:
        raise InputError(
            "no data",
            expected="a file with a table, or the name of a known dataset",
            got="neither",
            fix="gradus fit sales.csv --target price, or gradus fit digits",
        )
    path = Path(data)
    if data in CATALOG and not path.exists():
        return _known_dataset(data, part)
    if not path.exists() and not path.suffix:
        raise InputError(
            f"there is no file and no dataset called {data!r}",
            expected="a file with a table, or the name of a known dataset",
            got=data,
            fix=f"{nearest(data, CATALOG)} `gradus datasets` lists them",
        )
    return _file(path)


def has_test_part(data: str) -> bool:
    """Whether `data` names a dataset with a test part that its publisher made."""
    return data in CATALOG and "test" in CATALOG[data].read


def _known_dataset(name: str, part: str) -> Source:
    divided = has_test_part(name)
    examples = load(name, part if divided else "train")
    if examples.x.ndim > 2:
        return Source(name, examples, load(name, "test") if divided and part == "train" else None)
    target = "class" if examples.labels else "target"
    return Source(name, _as_table(examples, target), target=target)


def _as_table(examples: Dataset, target: str):
    """Examples with named columns as the table that they came from."""
    columns = dict(zip(examples.features or (), examples.x.T, strict=True))
    y = np.array(examples.labels)[examples.y] if examples.labels else examples.y
    return as_table({**columns, target: y})


def _file(path: Path) -> Source:
    check_file(path)
    if path.suffix == ".npz" and getattr(read_npz(path).get("x"), "ndim", 0) > 2:
        return Source(path.stem, _with_labels(read_arrays(path)))
    table = read_table(path)
    named = table.columns[0] != "column_1"
    note = f"{path.name} has no line of names: its columns are column_1 … column_{table.width}"
    return Source(path.stem, table, notes=() if named else (note,))


def _with_labels(examples: Dataset) -> Dataset:
    """Examples whose whole-number targets are classes of these numbers."""
    if examples.y is None or examples.y.dtype.kind not in "iu":
        return examples
    return dataclasses.replace(examples, labels=(*range(int(examples.y.max()) + 1),))
