"""`gradus generate RUN --count 100`: new examples, in the user's columns and units."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.files import write_atomically
from gradus.base.words import counted
from gradus.cli.folder import load_run
from gradus.cli.generative import samples
from gradus.cli.predict import as_bytes
from gradus.cli.tasks import TASKS, task_of
from gradus.report.pictures import png
from gradus.training import Run

SHEET = 100  # pictures on a sheet, at most
COUNT = 100  # unless chosen
BETWEEN = "\n\n---\n\n"  # texts of several lines


def generate(
    folder: Path, count: int | None, output: Path | None, seed: int, written: dict[str, Any]
) -> None:
    """Write new examples to a file, or print texts and the rows of a table.

    Arguments:
        written: what was chosen about texts: prompt, length, temperature.
    """
    run = load_run(folder)
    task = task_of(run)
    if task.texts:
        write_texts(run, task.texts, count, output, seed, written)
        return
    refuse_writing(run, written)
    if not task.draws:
        *able, last = (name for name, task in TASKS.items() if task.draws)
        raise InputError(
            f"generate with {folder}",
            expected=f"a run of --task {', '.join(able)} or {last}",
            got=f"one of --task {run.settings.get('task', 'predict')}",
            fix="gradus fit DATA --task generate",
        )
    suffix = None if output is None else output.suffix
    check_form(suffix, of_images=not run.preprocessor.features)
    made = samples(run, count or COUNT, seed)
    if output is None:
        print(made.write_csv(), end="")
        return
    write_atomically(output, file_of(made, output.suffix))
    print(f"{counted(len(made), 'example')}  {output}")


def write_texts(
    run: Run,
    texts: Callable[..., list[str]],
    count: int | None,
    output: Path | None,
    seed: int,
    written: dict[str, Any],
) -> None:
    """Write texts to a file, or print them: one in every line, or with a line between them."""
    if output is not None and output.suffix != ".txt":
        raise InputError(
            f"-o {output}",
            expected="a file name that ends in .txt",
            got=output.suffix or "no ending",
            fix="-o texts.txt",
        )
    made = texts(run, count, **written, seed=seed)
    between = "\n" if run.preprocessor.lines else BETWEEN
    whole = between.join(made) + "\n"
    if output is None:
        print(whole, end="")
        return
    write_atomically(output, whole.encode())
    print(f"{counted(len(made), 'text')}  {output}")


def refuse_writing(run: Run, written: dict[str, Any]) -> None:
    """Refuse what is chosen about texts where there are none."""
    for name, value in written.items():
        raise InputError(
            f"--{name} {value}",
            expected="a run of --language-model",
            got=f"one of --task {run.settings.get('task', 'predict')}",
            fix="leave it out, or gradus fit book.txt --language-model",
        )


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
