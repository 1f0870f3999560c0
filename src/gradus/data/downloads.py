"""Files of known datasets: found on this machine, or downloaded, verified and kept."""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from gradus.base.errors import InputError
from gradus.base.platform import cache_folder

BLOCK = 1 << 18


class File(NamedTuple):
    """One file of a dataset.

    Arguments:
        name: its name.
        url: the address it is published at.
        size: bytes, about.
        checksum: "sha256:…" or "md5:…".
        unpacked: whether the checksum is of the bytes after gunzip; gzip can wrap the same bytes
            in different ways.
    """

    name: str
    url: str
    size: int
    checksum: str
    unpacked: bool


def find(dataset: str, file: File) -> Path | None:
    """The file on this machine: in the folder that GRADUS_DATA names, or among the downloads."""
    return next((path for path in _places(dataset, file) if path.is_file()), None)


def obtain(dataset: str, file: File) -> Path:
    """The file on this machine, downloaded if it is not there.

    A download is verified before it is put in its place, and files that are there already are
    never overwritten. Raises InputError without a connection, saying where to put the file by hand.
    """
    found = find(dataset, file)
    if found is not None:
        return found
    path = download_folder() / dataset / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _download(file, part, dataset, path)
        _verify(file, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def download_folder() -> Path:
    """Where downloads are kept."""
    return cache_folder() / "data"


def _places(dataset: str, file: File) -> Iterator[Path]:
    own = os.environ.get("GRADUS_DATA")
    roots = [Path(own).expanduser()] if own else []
    for root in (*roots, download_folder()):
        for folder in (dataset, dataset.replace("-", "_"), "."):
            yield root / folder / file.name


def _download(file: File, part: Path, dataset: str, path: Path) -> None:
    try:
        with urlopen(file.url, timeout=30) as answer, open(part, "wb") as target:
            done = 0
            while block := answer.read(BLOCK):
                target.write(block)
                done += len(block)
                _show_progress(file, done)
    except OSError as error:  # no network, no such host, refused, timed out
        raise InputError(
            f"{file.name} of {dataset} is not on this machine and could not be downloaded",
            expected=f"a connection to {file.url}",
            got=error,
            fix=f"put the file at {path}, or let GRADUS_DATA name a folder with "
            f"{dataset}/{file.name}",
        ) from None


def _show_progress(file: File, done: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= file.size else ""
        share = min(done / file.size, 1)
        print(f"\rDownloading {file.name}: {share:4.0%}", end=end, file=sys.stderr, flush=True)


def _verify(file: File, part: Path) -> None:
    kind, expected = file.checksum.split(":")
    try:
        got = _digest(part, kind, file.unpacked)
    except (OSError, EOFError, zlib.error) as error:
        got = f"a file that cannot be unpacked ({error})"
    if got != expected:
        raise InputError(
            f"{file.name}, downloaded from {file.url}, is damaged or another file",
            expected=f"{kind} {expected}" + (" after unpacking" if file.unpacked else ""),
            got=got,
            fix="nothing was kept; try again later, or put a sound copy in place by hand",
        )


def _digest(path: Path, kind: str, unpacked: bool) -> str:
    digest = hashlib.new(kind, usedforsecurity=False)
    with gzip.open(path) if unpacked else open(path, "rb") as content:
        while block := content.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
