"""`gradus predict RUN DATA`: predictions in the user's labels and units."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.files import write_atomically
from gradus.cli.folder import load_run
from gradus.cli.settings import counted
from gradus.cli.source import read
from gradus.data import ClassTarget
from gradus.training import Run

FEW = 10  # rows that a person at a terminal is shown


def predict(folder: Path, data: str, output: Path | None) -> None:
    """Write one row of predictions for every row of the data, or print them."""
    if output is not None:
        check_suffix(output)
    table = predictions(load_run(folder), read(data, part="test").examples)
    if output is not None:
        write_atomically(output, as_bytes(table, output.suffix))
        print(f"{counted(table.height, 'prediction')}  {output}")
    elif sys.stdout.isatty() and table.height > FEW:
        print(table.head(FEW).write_csv(), end="")
        print(f"… {table.height - FEW:,} more rows; -o FILE writes them all", file=sys.stderr)
    else:
        print(table.write_csv(), end="")


def predictions(run: Run, examples: Any):
    """A Polars data frame: the prediction and, for classes, the probability of each."""
    import polars as pl

    x, target = run.preprocessor.inputs(examples), run.preprocessor.target
    columns = {"prediction": target.decode(run.predict(x))}
    if isinstance(target, ClassTarget):
        p = run.probabilities(x)
        columns |= {f"p({label})": p[:, k] for k, label in enumerate(target.labels)}
    return pl.DataFrame(columns)


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
