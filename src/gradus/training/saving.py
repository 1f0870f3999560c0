"""A run on disk: `model.safetensors`, `history.csv` and `run.json` in one folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gradus.base.errors import InputError
from gradus.base.files import DamagedFile, read_arrays, write_arrays, write_atomically
from gradus.base.record import decode, encode
from gradus.training.history import History
from gradus.training.run import Run

FORMAT = 1
MODEL, HISTORY, ABOUT = "model.safetensors", "history.csv", "run.json"
KEPT = ("model", "likelihood", "preprocessor", "input_shape")  # with the weights, in one file


def save(run: Run, folder: str | Path) -> Path:
    """Write a run: weights and structure, history, and what people want to read.

    Arguments:
        run: what `fit` gave back.
        folder: where to; made if missing. Each file is written whole or not at all.

    Raises InputError where the model holds something that cannot be written, such as a function
    without a name; nothing is written then.

    >>> import tempfile, gradus, numpy as np
    >>> from gradus.optim import sgd
    >>> x = np.ones((4, 1), "float32")
    >>> likelihood = gradus.likelihoods.Gaussian()
    >>> run = gradus.fit(gradus.supervised(gradus.nn.Dense(1), likelihood, sgd(0.1)), (x, x[:, 0]))
    >>> folder = gradus.save(run, tempfile.mkdtemp())
    >>> bool((gradus.load(folder).predict(x) == run.predict(x)).all())
    True
    """
    is_path = isinstance(folder, str | Path)
    if not isinstance(run, Run) or not is_path or Path(folder).is_file():
        raise InputError(
            "save",
            expected="a run, and a folder",
            got=f"{type(run).__name__}, {folder if is_path else type(folder).__name__}",
            fix='gradus.save(run, "my-run")',
        )
    folder, arrays = Path(folder), {}
    kept = {name: getattr(run, name) for name in KEPT}
    structure = {"format": FORMAT, "kept": encode(kept, arrays)}
    about = {
        "status": run.status,
        "best_epoch": run.best_epoch,
        "seconds": run.seconds,
        "settings": {name: str(value) for name, value in run.settings.items()},
        "versions": run.versions,
    }
    write_arrays(folder / MODEL, arrays, structure)
    run.history.to_csv(folder / HISTORY)
    write_atomically(folder / ABOUT, json.dumps(about, indent=2).encode())
    return folder


def load(folder: str | Path) -> Run:
    """Read a run that `save` wrote; it predicts the same numbers.

    No code from the file is run: classes and functions of your own must be imported before.
    Raises InputError for a missing, damaged, foreign or newer folder.
    """
    folder = Path(folder)
    kept = read_model(folder / MODEL)
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return Run(
            history=History.from_csv(folder / HISTORY),
            status=about["status"],
            settings=about["settings"],
            best_epoch=about["best_epoch"],
            seconds=about["seconds"],
            versions=about["versions"],
            **kept,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise unreadable(folder, error) from error


def read_model(path: Path) -> dict[str, Any]:
    """The model, the likelihood and the preprocessor in one file."""
    try:
        arrays, structure = read_arrays(path)
        if structure["format"] <= FORMAT:
            return decode(structure["kept"], arrays)
    except (DamagedFile, KeyError, TypeError) as error:
        raise unreadable(path.parent, error) from error
    raise InputError(
        f"run {path.parent}",
        expected=f"format {FORMAT} or older",
        got=f"format {structure['format']}, written by a newer gradus",
        fix="pip install --upgrade gradus",
    )


def unreadable(folder: Path, error: Exception) -> InputError:
    """The refusal of a folder that is not a run."""
    missing = [name for name in (MODEL, HISTORY, ABOUT) if not (folder / name).exists()]
    got = f"a damaged file ({error})"
    if missing:
        got = f"no {', no '.join(missing)} there" if folder.exists() else "no such folder"
    return InputError(
        f"run {folder}",
        expected=f"a folder with {MODEL}, {HISTORY} and {ABOUT}",
        got=got,
        fix="give the folder of a run, as `gradus fit` names it at its end",
    )
