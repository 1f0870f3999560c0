"""The folder of a run: what `gradus fit` leaves behind, and how the other commands read it.

model.safetensors       weights, likelihood and preprocessing
history.csv             every epoch
run.json                how it ended, and with which versions
settings.toml           repeats the run: gradus fit --config settings.toml
decisions.txt           what was decided about the data
fed.safetensors         some images and altered copies of them, as bytes
assessment.safetensors  the test part: truth, predictions, measures, baselines
scores.safetensors      the same of a run without targets
texts.safetensors       what a language model wrote after every epoch
forecasts.safetensors   the same of a run on a series
robustness.safetensors  accuracy under attack: gradus evaluate RUN DATA --robust
checkpoint.safetensors  where to go on: gradus fit --resume FOLDER
report.html             all of it, to look at
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.files import DamagedFile, read_arrays, write_arrays, write_atomically
from gradus.cli.config import to_toml
from gradus.cli.settings import Settings
from gradus.evaluation import Assessment, Forecasts, Scores
from gradus.training import History, Run, load

SETTINGS, DECISIONS, ASSESSMENT = "settings.toml", "decisions.txt", "assessment.safetensors"
SCORES, FORECASTS = "scores.safetensors", "forecasts.safetensors"
FED, TEXTS, REPORT = "fed.safetensors", "texts.safetensors", "report.html"
ROWS = ("worst", "worst_inputs", "sample", "sample_inputs")
ARRAYS = ("y", "predicted", "probabilities", "loss_per_row", *ROWS)
WORDS = ("kind", "measures", "baselines", "labels", "columns")
FORECAST_WORDS = ("targets", "rows", "measures", "baselines")


def new_folder(out: Path | None, name: str) -> Path:
    """A folder for a new run: the one asked for, or the first free `runs/NAME-1`, `-2` …

    Raises InputError where a run is already.
    """
    if out is None:
        return next(f for n in count(1) if not (f := Path("runs") / f"{name}-{n}").exists())
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(
            f"--out {out}",
            expected="a new or empty folder",
            got="a file" if out.is_file() else "a folder with files in it",
            fix="choose another folder, or go on with the run there by --resume",
        )
    return out


def save_texts(folder: Path, run: Run) -> None:
    """Write what a language model wrote while it learned."""
    texts = {name: a for name, a in run.history.shown.items() if a.dtype.kind in "iu"}
    if texts:
        write_arrays(folder / TEXTS, texts, {})


def with_texts(run: Run, folder: Path) -> Run:
    """The run with what it wrote while it learned."""
    path = folder / TEXTS
    if not path.exists():
        return run
    try:
        texts, _ = read_arrays(path)
    except DamagedFile as error:
        raise damaged(path, error) from None
    return replace(run, history=History(dict(run.history), texts))


def begin(folder: Path, settings: Settings, sentences: list[str]) -> None:
    """Write what is known before the first step."""
    write_atomically(folder / SETTINGS, to_toml(settings).encode())
    write_atomically(folder / DECISIONS, "".join(f"{s}\n" for s in sentences).encode())


def decisions(folder: Path) -> list[str]:
    """What was decided about the data."""
    path = folder / DECISIONS
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def load_run(folder: Path) -> Run:
    """The run in a folder; raises InputError for one that does not know how to read data."""
    run = load(folder)
    if run.preprocessor is None:
        raise InputError(
            f"run {folder}",
            expected="a run that `gradus fit` wrote",
            got="one without a preprocessor, which knows nothing of columns and labels",
            fix="use it from Python: gradus.load(folder).predict(x)",
        )
    return run


def save_result(folder: Path, found: Assessment | Scores | Forecasts) -> None:
    """Write what was measured on the test part."""
    if isinstance(found, Assessment):
        save_assessment(folder, found)
    elif isinstance(found, Forecasts):
        save_forecasts(folder, found)
    else:
        words = {name: value for name, value in vars(found).items() if name != "each"}
        write_arrays(folder / SCORES, {"each": np.ascontiguousarray(found.each)}, words)


def load_result(folder: Path) -> Assessment | Scores | Forecasts | None:
    """What was measured on the test part, with targets or without."""
    return load_assessment(folder) or load_scores(folder) or load_forecasts(folder)


def save_forecasts(folder: Path, found: Forecasts) -> None:
    """Write what forecasts were worth on the test part."""
    values = dict(vars(found))
    words = {name: values.pop(name) for name in FORECAST_WORDS}
    arrays = {name: np.ascontiguousarray(array) for name, array in values.items()}
    write_arrays(folder / FORECASTS, arrays, words)


def load_forecasts(folder: Path) -> Forecasts | None:
    """What forecasts are worth; None where nothing was measured."""
    path = folder / FORECASTS
    if not path.exists():
        return None
    try:
        arrays, words = read_arrays(path)
        values: dict[str, Any] = {**words, **arrays, "targets": tuple(words["targets"])}
        return Forecasts(**values)
    except (DamagedFile, KeyError, TypeError) as error:
        raise damaged(path, error) from None


def load_scores(folder: Path) -> Scores | None:
    """What a run without targets is worth; None where nothing was measured."""
    path = folder / SCORES
    if not path.exists():
        return None
    try:
        arrays, words = read_arrays(path)
        return Scores(**words, each=arrays["each"])
    except (DamagedFile, KeyError, TypeError) as error:
        raise damaged(path, error) from None


def save_assessment(folder: Path, assessment: Assessment) -> None:
    """Write what was measured on the test part of a run with targets."""
    arrays = {name: getattr(assessment, name) for name in ARRAYS}
    arrays = {k: np.ascontiguousarray(v) for k, v in arrays.items() if v is not None}
    words = {name: getattr(assessment, name) for name in WORDS}
    write_arrays(folder / ASSESSMENT, arrays, words)


def load_assessment(folder: Path) -> Assessment | None:
    """What was measured on the test part; None where there was none.

    Raises InputError for a damaged file.
    """
    path = folder / ASSESSMENT
    if not path.exists():
        return None
    try:
        arrays, words = read_arrays(path)
        labels, columns = tuple(words.pop("labels")), tuple(words.pop("columns"))
        missing = dict.fromkeys(ARRAYS) | arrays
        return Assessment(**missing, **words, labels=labels, columns=columns)
    except (DamagedFile, KeyError, TypeError) as error:
        raise damaged(path, error) from None


def damaged(path: Path, error: Exception) -> InputError:
    """The refusal of measures that cannot be read."""
    return InputError(
        f"{path} is damaged",
        expected="an assessment that `gradus fit` wrote",
        got=error,
        fix=f"delete it; `gradus fit --resume {path.parent}` measures again",
    )


def save_fed(folder: Path, pictures: np.ndarray | None) -> None:
    """Write some images and altered copies of each, shape (B, 1 + copies, H, W, C)."""
    if pictures is not None:
        write_arrays(folder / FED, {"pictures": pictures}, None)


def load_fed(folder: Path) -> np.ndarray | None:
    """The images that `save_fed` wrote; None where there are none, or the file is damaged."""
    try:
        return read_arrays(folder / FED)[0].get("pictures")
    except DamagedFile:
        return None  # the page is complete without them
