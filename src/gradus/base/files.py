"""Writing files so that a full disk or a killed process never damages what was there."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np


class DamagedFile(Exception):
    """A file that is missing, cut off, or not one of ours; the message says which."""


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place first, then moved over it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_arrays(path: str | Path, arrays: dict[str, np.ndarray], words: Any) -> None:
    """Write arrays by name, and words in JSON types beside them, as one safetensors file."""
    from safetensors.numpy import save

    write_atomically(path, save(arrays, {"gradus": json.dumps(words)}))


def read_arrays(path: str | Path) -> tuple[dict[str, np.ndarray], Any]:
    """The arrays and words that `write_arrays` wrote; raises DamagedFile for anything else."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            words = json.loads((file.metadata() or {})["gradus"])
            return {name: file.get_tensor(name) for name in file.keys()}, words  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise DamagedFile(f"{type(error).__name__}: {error}") from error
