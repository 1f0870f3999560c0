"""How the files of known datasets are read: tables, digits, idx images, CIFAR's records."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path

import numpy as np

from gradus.base.errors import InputError
from gradus.data.dataset import Dataset
from gradus.data.downloads import File, obtain
from gradus.data.idx import read_idx
from gradus.data.tables import read_npz
from gradus.data.targets import ClassTarget

BUNDLED = Path(__file__).parent / "files"
CIFAR_RECORD = 1 + 3 * 32 * 32  # a label, then the planes of red, green and blue


def read_classes(name: str) -> Dataset:
    """A bundled table whose last column is a class."""
    names, rows = _read_bundled(name)
    labels = [row[-1] for row in rows]
    target = ClassTarget.fit(labels, names[-1])
    x = np.array([row[:-1] for row in rows], np.float32)
    return Dataset(x, target.encode(labels), features=names[:-1], labels=target.labels)


def read_regression(name: str) -> Dataset:
    """A bundled table whose last column is a number."""
    names, rows = _read_bundled(name)
    numbers = np.array(rows, np.float32)
    return Dataset(numbers[:, :-1], numbers[:, -1], features=names[:-1])


def read_digits() -> Dataset:
    """The bundled digits, values 0 … 16."""
    arrays = read_npz(BUNDLED / "digits.npz")
    return Dataset(arrays["x"][..., None], arrays["y"].astype(np.int32), labels=(*range(10),))


def read_idx_images(name: str, files: tuple[File, ...], labels: tuple) -> Dataset:
    """Images and labels from two idx files."""
    images, numbers = (read_idx(obtain(name, file)) for file in files)
    return Dataset(images[..., None], numbers.astype(np.int32), labels=labels)


def read_cifar(name: str, files: tuple[File, ...], labels: tuple, batches: list[str]) -> Dataset:
    """Images and labels from the binary version of CIFAR-10, without unpacking it to the disk."""
    path = obtain(name, files[0])
    try:
        with tarfile.open(path) as archive:
            content = b"".join(_member(archive, batch) for batch in batches)
        records = np.frombuffer(content, np.uint8).reshape(-1, CIFAR_RECORD)
    except (tarfile.TarError, OSError, EOFError, KeyError, ValueError) as error:
        raise InputError(
            f"{path} is damaged",
            expected="the binary version of CIFAR-10",
            got=error,
            fix="delete the file, and it is downloaded again",
        ) from None
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    x = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return Dataset(x, records[:, 0].astype(np.int32), labels=labels)


def _member(archive: tarfile.TarFile, batch: str) -> bytes:
    content = archive.extractfile(f"cifar-10-batches-bin/{batch}.bin")
    return b"" if content is None else content.read()


def _read_bundled(name: str) -> tuple[tuple[str, ...], list[list[str]]]:
    with open(BUNDLED / f"{name}.csv", encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    return tuple(names), rows
