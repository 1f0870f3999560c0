"""Estimators on disk: a run's folder with `estimator.safetensors` beside its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.base.files import DamagedFile, read_arrays, write_arrays
from gradus.base.record import decode, encode
from gradus.training import saving

FILE, FORMAT = "estimator.safetensors", 1
OF_THE_RUN = ("run_", "history_")  # in files of their own


def save(estimator: Any, folder: str | Path) -> Path:
    """Write a fitted estimator; raises InputError before anything is written."""
    if not isinstance(estimator.optimizer, str):
        raise InputError(
            "the optimiser cannot be saved",
            expected="an optimiser given by name",
            got=repr(estimator.optimizer),
            fix='optimizer="adam", learning_rate=0.001',
        )
    learned = {n: v for n, v in vars(estimator).items() if n.endswith("_") and n not in OF_THE_RUN}
    kept = {"parameters": estimator.get_params(deep=False), "learned": learned}
    arrays: dict[str, np.ndarray] = {}
    words = {
        "format": FORMAT,
        "estimator": type(estimator).__name__,
        "kept": encode(plain(kept), arrays),
    }
    folder = saving.save(estimator.run_, folder)
    write_arrays(folder / FILE, arrays, words)
    return folder


def load(cls: type, folder: str | Path) -> Any:
    """Read an estimator of a class."""
    run = saving.load(folder)
    path = Path(folder) / FILE
    try:
        arrays, words = read_arrays(path)
        name, version = words["estimator"], words["format"]
    except (DamagedFile, KeyError, TypeError) as error:
        raise foreign(path, cls, f"none, or a damaged one ({error})") from error
    if name != cls.__name__ or version > FORMAT:
        raise foreign(path, cls, f"{name}, format {version}")
    kept = unpacked(decode(words["kept"], arrays))
    estimator = cls(**kept["parameters"])
    vars(estimator).update(kept["learned"], run_=run, history_=run.history)
    return estimator


def foreign(path: Path, cls: type, got: str) -> InputError:
    """The refusal of a folder that holds no such estimator."""
    return InputError(
        f"estimator {path}",
        expected=f"a {cls.__name__} of format {FORMAT} or older",
        got=got,
        fix="load it with the class that wrote it, such as Classifier.load(folder)",
    )


def plain(value: Any) -> Any:
    """The value with labels of any type, and dicts with keys of any type, as lists."""
    if isinstance(value, dict):
        return {"items": [[plain(k), plain(v)] for k, v in value.items()]}
    if isinstance(value, np.ndarray) and value.dtype.kind not in "biuf":
        return {"labels": value.tolist(), "type": value.dtype.str}
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value))
    return value.item() if isinstance(value, np.generic) else value


def unpacked(value: Any) -> Any:
    """The value that `plain` was given."""
    if isinstance(value, dict) and "items" in value:
        return {unpacked(k): unpacked(v) for k, v in value["items"]}
    if isinstance(value, dict):
        return np.array(value["labels"], dtype=value["type"])
    if isinstance(value, list | tuple):
        return type(value)(map(unpacked, value))
    return value
