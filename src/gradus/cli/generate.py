"""`gradus generate RUN --count 100`: new examples, in the user's columns and units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.files import write_atomically
from gradus.cli.folder import load_run
from gradus.cli.generative import drawn
from gradus.cli.predict import as_bytes
from gradus.cli.settings import counted
from gradus.cli.tasks import TASKS, task_of
from gradus.report.pictures import png
from gradus.training import Run

SHEET = 100  # pictures on a sheet, at most


def generate(folder: Path, count: int, output: Path | None, seed: int) -> None:
    """Write new examples to a file, or print the rows of a table."""
    run = load_run(folder)
    if not task_of(run).draws:
        able = " or ".join(name for name, task in TASKS.items() if task.draws)
        raise InputError(
            f"generate with {folder}",
            expected=f"a run of --task {able}",
            got=f"one of --task {run.settings.get('task', 'predict')}",
            fix="gradus fit DATA --task generate",
        )
    suffix = None if output is None else output.suffix
    check_form(suffix, of_images=not run.preprocessor.features)
    made = samples(run, count, seed)
    if output is None:
        print(made.write_csv(), end="")
        return
    write_atomically(output, file_of(made, output.suffix))
    print(f"{counted(len(made), 'example')}  {output}")


def samples(run: Run, count: int, seed: int = 0) -> Any:
    """New examples as the user knows them: a data frame, or images."""
    return run.preprocessor.decode(drawn(run.model, count, seed))


def check_form(suffix: str | None, *, of_images: bool) -> None:
    """Refuse a file that cannot hold the examples, before they are made."""
    forms = (".png", ".npz") if of_images else (".csv", ".parquet", ".npz")
    if suffix in forms or (suffix is None and not of_images):
        return
    raise InputError(
        "-o" if suffix is None else f"-o …{suffix}",
        expected=f"a file name that ends in {', '.join(forms)}",
        got="none" if suffix is None else suffix or "no ending",
        fix="-o samples.png" if of_images else nearest(suffix or "", forms),
    )


def file_of(made: Any, suffix: str) -> bytes:
    """The examples in the form that the ending of a file name says."""
    if not isinstance(made, np.ndarray):
        return as_bytes(made, suffix)
    if suffix == ".png":
        return png(sheet(made[:SHEET]))
    import io

    file = io.BytesIO()
    np.savez(file, x=made)
    return file.getvalue()


def sheet(pictures: np.ndarray) -> np.ndarray:
    """Pictures, shape (B, H, W, 1 or 3), side by side as bytes, about as many rows as columns.

    >>> sheet(np.ones((5, 8, 8, 1))).shape
    (16, 24, 1)
    """
    count, height, width, channels = pictures.shape
    across = int(np.ceil(np.sqrt(count)))
    down = -(-count // across)
    whole = np.zeros((down * across, height, width, channels))
    whole[:count] = pictures
    rows = whole.reshape(down, across, height, width, channels).swapaxes(1, 2)
    pixels = rows.reshape(down * height, across * width, channels)
    return np.round(255 * pixels / max(pixels.max(), 1e-12)).astype(np.uint8)
