"""Read the idx format of MNIST: a magic number, the lengths of the axes, then the values."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from gradus.base.errors import InputError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | Path) -> np.ndarray:
    """The array in an idx file, plain or gzipped.

    Bytes 0 and 1 are zero, byte 2 is the type, byte 3 the number of axes; one big-endian 32-bit
    length per axis follows, then the values. Raises InputError for anything else.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "labels"
    >>> _ = file.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3]) + bytes([7, 2, 1]))
    >>> read_idx(file)
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(path)
    data = _content(path)
    axes = data[3] if len(data) >= 4 else 0
    start = 4 + 4 * axes
    if data[:2] != b"\0\0" or axes == 0 or data[2] not in TYPES or len(data) < start:
        raise _damaged(path, "an idx file: two zero bytes, type, number of axes", data[:4].hex(" "))
    shape = tuple(np.frombuffer(data, ">i4", axes, offset=4).tolist())
    kind = np.dtype(TYPES[data[2]])
    expected = start + int(np.prod(shape)) * kind.itemsize
    if len(data) != expected:
        raise _damaged(path, f"{expected} bytes for an array of shape {shape}", len(data))
    array = np.frombuffer(data, kind, offset=start).reshape(shape)
    return array.astype(kind.newbyteorder("="))


def _content(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, "a file that can be read and unpacked", error) from None


def _damaged(path: Path, expected: str, got: object) -> InputError:
    return InputError(
        f"{path} is damaged",
        expected=expected,
        got=got,
        fix="delete the file, and it is downloaded again; or put a sound copy in its place",
    )
