"""Decoded images kept on the disk: the second run on a folder begins at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from gradus.base.files import DamagedFile, read_arrays, write_arrays
from gradus.base.platform import cache_folder

MOST_KEPT = 8  # sets of images; the one that was not used for longest goes first


def kept(
    question: tuple, paths: Sequence[Path], read: Callable[[], tuple[np.ndarray, str]]
) -> tuple[np.ndarray, str]:
    """What `read` gives, from the disk where the same was asked of the same files before.

    Files are the same where their paths, lengths and times of change are. `GRADUS_CACHE=off`
    switches the cache off; one that cannot be written to is not used.
    """
    if os.environ.get("GRADUS_CACHE", "").lower() == "off":
        return read()
    place = cache_folder() / "images" / f"{fingerprint(question, paths)}.safetensors"
    try:
        arrays, words = read_arrays(place)
        os.utime(place)
        return arrays["pixels"], words
    except (DamagedFile, OSError, KeyError):
        pixels, words = read()
    with contextlib.suppress(OSError):
        write_arrays(place, {"pixels": pixels}, words)
        make_room(place.parent)
    return pixels, words


def fingerprint(question: tuple, paths: Sequence[Path]) -> str:
    """A name that is another one for another question, or once a file has changed."""
    stats = [
        (str(path.resolve()), s.st_size, s.st_mtime_ns) for path in paths if (s := path.stat())
    ]
    return hashlib.sha256(repr((question, stats)).encode()).hexdigest()[:32]


def make_room(folder: Path) -> None:
    """Delete all but the sets that were used last."""
    by_use = sorted(folder.glob("*.safetensors"), key=lambda path: path.stat().st_mtime)
    for path in by_use[:-MOST_KEPT]:
        path.unlink(missing_ok=True)
