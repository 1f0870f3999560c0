"""`gradus predict RUN DATA`: predictions in the user's labels and units."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.files import write_atomically
from gradus.base.words import counted
from gradus.cli.folder import load_result, load_run
from gradus.cli.source import form_seen, read, read_files
from gradus.data import ClassTarget
from gradus.training import Run

FEW = 10  # rows that a person at a terminal is shown
MOST_CLASSES = 3  # of an image


def predict(folder: Path, data: Sequence[str], output: Path | None) -> None:
    """Write one row of predictions for every row of the data, or print them."""
    if output is not None:
        check_suffix(output)
    from gradus.cli.tasks import task_of  # which names a function of this file

    run = load_run(folder)
    answer = partial(as_table, task_of(run).predictions, run, load_result(folder))
    pictures = read_files(data, form_seen(run.preprocessor))
    if pictures is None:
        table = answer(read(one_of(data), part="test").examples)
    else:
        files, examples = pictures
        table = answer(examples, file=[str(path) for path in files])
    if output is not None:
        write_atomically(output, as_bytes(table, output.suffix))
        print(f"{counted(table.height, 'prediction')}  {output}")
    elif pictures is not None and isinstance(run.preprocessor.target, ClassTarget):
        print(*likeliest(table), sep="\n")
    elif sys.stdout.isatty() and table.height > FEW:
        print(table.head(FEW).write_csv(), end="")
        print(f"… {table.height - FEW:,} more rows; -o FILE writes them all", file=sys.stderr)
    else:
        print(table.write_csv(), end="")


def as_table(answer: Callable[..., dict], run: Run, worth: Any, examples: Any, **columns: Any):
    """What a run says of examples as a Polars data frame, after other columns."""
    import polars as pl

    return pl.DataFrame(columns | answer(run, examples, worth))


def predicted(run: Run, examples: Any, worth: Any = None) -> dict[str, np.ndarray]:
    """The prediction and, for classes, the probability of each."""
    x, target = run.preprocessor.inputs(examples), run.preprocessor.target
    columns = {"prediction": target.decode(run.predict(x))}
    if isinstance(target, ClassTarget):
        p = run.probabilities(x)
        columns |= {f"p({label})": p[:, k] for k, label in enumerate(target.labels)}
    return columns


def likeliest(table: Any) -> list[str]:
    """A line for every image: the classes that it shows most probably.

    >>> import polars as pl
    >>> row = {"file": "a.png", "prediction": "cat", "p(ant)": 0.02, "p(cat)": 0.95, "p(dog)": 0.03}
    >>> likeliest(pl.DataFrame([row]))
    ['a.png  cat 95.0 %, dog 3.0 %, ant 2.0 %']
    """
    labels = [name[2:-1] for name in table.columns[2:]]
    lines = []
    for file, _, *p in table.iter_rows():
        best = sorted(zip(p, labels, strict=True), key=lambda pair: -pair[0])[:MOST_CLASSES]
        lines.append(f"{file}  " + ", ".join(f"{label} {share:.1%}" for share, label in best))
    return [line.replace("%", " %") for line in lines]


def one_of(data: Sequence[str]) -> str:
    """The one table that was named; several can only be images."""
    if len(data) > 1:
        raise InputError(
            "several DATA",
            expected="one table, or several images",
            got=", ".join(data),
            fix="join the tables, or predict them one by one",
        )
    return data[0]


def as_bytes(table: Any, suffix: str) -> bytes:
    """The table in the form that the ending of a file name says."""
    file = io.BytesIO()
    if suffix == ".npz":
        arrays: dict[str, Any] = {name: np.array(table[name].to_list()) for name in table.columns}
        np.savez(file, **arrays)
    else:
        {".csv": table.write_csv, ".parquet": table.write_parquet}[suffix](file)
    return file.getvalue()


def check_suffix(path: Path) -> None:
    """Refuse a file name whose ending says nothing, before anything is computed."""
    forms = (".csv", ".parquet", ".npz")
    if path.suffix not in forms:
        raise InputError(
            f"-o {path}",
            expected=f"a file name that ends in {', '.join(forms)}",
            got=path.suffix or "no ending",
            fix=nearest(path.suffix, forms),
        )
