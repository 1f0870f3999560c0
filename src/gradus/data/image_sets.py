"""Folders of images as datasets and streams."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data.dataset import Dataset
from gradus.data.folders import list_images
from gradus.data.image_cache import kept
from gradus.data.image_files import Damage, Header, decode, each, header, refuse_damaged
from gradus.data.images import ImagePreprocessor
from gradus.data.stream import Stream

LARGEST_SIDE = 128  # pixels, unless a size is chosen
MODES = ("auto", "grey", "rgb")


class Form(NamedTuple):
    """What all images of a dataset are brought to."""

    height: int
    width: int
    grey: bool

    @property
    def shape(self) -> tuple[int, int, int]:
        """The shape of one image."""
        return self.height, self.width, 1 if self.grey else 3


def read_images(
    folder: str | Path,
    size: int | tuple[int, int] | None = None,
    mode: str = "auto",
    *,
    part: str = "train",
    only: Sequence[int] | np.ndarray | None = None,
    raw: bool = False,
) -> Dataset:
    """Images in class folders, as arrays (n, height, width, channels) of values 0 … 1.

    Files are decoded side by side, and the arrays kept in the cache folder for the next time.
    What was decided about them is in the `description`.

    Arguments:
        folder: has one folder for every class; or folders `train`, `val` and `test` of such.
        size: of a side, or (height, width). An image is scaled until it covers this, and its
            middle is cut out. None: the medians of the images, at most 128 along a side.
        mode: "grey", "rgb", or "auto" for grey where all files are.
        part: "train", "validation" or "test" of a divided folder; otherwise "train" is all.
        only: which of the images, by their numbers in the order of `list_images`; None: all.
        raw: leave the values as bytes, which take a quarter of the memory.

    Raises InputError for fewer than two classes, a class without images, files that cannot be
    read, all of which are counted, and more images than memory: `stream_images` reads these.

    >>> import tempfile
    >>> from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, grey in [("black", 0), ("black", 51), ("white", 255)]:
    ...     (folder / name).mkdir(exist_ok=True)
    ...     Image.new("L", (6, 4), grey).save(folder / name / f"{grey}.png")
    >>> data = read_images(folder, size=2)
    >>> data.x[:, 0, 0, 0], data.labels
    (array([0. , 0.2, 1. ], dtype=float32), ('black', 'white'))
    """
    check_mode(mode)
    listing = list_images(folder, part).taken(only)
    paths = listing.paths
    pixels, words = kept((size, mode), paths, lambda: read_bytes(paths, size, mode))
    others = f"; other files left alone: {listing.ignored}" if listing.ignored else ""
    words = f"{len(pixels)} images in {len(listing.classes)} folders, {words}{others}"
    x = pixels if raw else pixels / np.float32(255)
    y = np.asarray(listing.numbers, np.int32)
    return Dataset(x, y, labels=listing.classes, description=words)


def read_image_files(
    paths: Sequence[str | Path],
    size: int | tuple[int, int] | None = None,
    mode: str = "auto",
    *,
    raw: bool = False,
) -> Dataset:
    """Single image files, such as some to predict, without classes; see `read_images`.

    >>> import tempfile
    >>> from PIL import Image
    >>> path = Path(tempfile.mkdtemp(), "sky.png")
    >>> Image.new("RGB", (3, 2), (0, 51, 255)).save(path)
    >>> read_image_files([path]).x[0, 0, 0]
    array([0. , 0.2, 1. ], dtype=float32)
    """
    check_mode(mode)
    pixels, words = read_bytes([Path(path) for path in paths], size, mode)
    x = pixels if raw else pixels / np.float32(255)
    return Dataset(x, description=f"{len(pixels)} images, {words}")


def stream_images(
    folder: str | Path,
    size: int | tuple[int, int] | None = None,
    mode: str = "auto",
    *,
    part: str = "train",
    only: Sequence[int] | np.ndarray | None = None,
    preprocessor: ImagePreprocessor | None = None,
    rows: int = 1024,
) -> Stream:
    """A stream of the images in class folders, in another order in every epoch.

    For folders that do not fit into memory: `rows` images at a time are decoded, side by side,
    while those before are learned from.

    Arguments:
        preprocessor: scales the images; one fitted on a part of them. None: values 0 … 1.
        rows: images in memory at a time.

    All others, and what is refused, as for `read_images`; a file that turns out to be damaged is
    named when its turn comes.

    >>> import tempfile
    >>> from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("day", "night"):
    ...     (folder / name).mkdir()
    ...     Image.new("L", (4, 4)).save(folder / name / "1.png")
    >>> [chunk.x.shape for chunk in stream_images(folder, rows=1)(seed=0)]
    [(1, 4, 4, 1), (1, 4, 4, 1)]
    """
    check_mode(mode)
    listing = list_images(folder, part).taken(only)
    form, _ = form_of(sound_headers(listing.paths), size, mode)
    y = np.asarray(listing.numbers, np.int32)

    def chunks(seed: int) -> Iterator[tuple]:
        order = np.random.default_rng(seed).permutation(len(y))
        for some in np.split(order, range(rows, len(order), rows)):
            x = decoded([listing.paths[i] for i in some], form) / np.float32(255)
            yield x if preprocessor is None else preprocessor.inputs(Dataset(x)), y[some]

    return Stream(chunks, len(y))


def read_bytes(
    paths: Sequence[Path], size: int | tuple[int, int] | None, mode: str
) -> tuple[np.ndarray, str]:
    """All images as bytes, and what was decided about them."""
    headers = each(header, paths)
    sound = [h for h in headers if not isinstance(h, Damage)]
    if not sound:
        refuse_damaged(headers, len(paths))
    form, words = form_of(sound, size, mode)
    refuse_too_large(len(paths), form)
    damaged = [h for h in headers if isinstance(h, Damage)]
    return decoded(paths, form, damaged), words


def sound_headers(paths: Sequence[Path]) -> list[Header]:
    """The headers of all files, or InputError."""
    headers = each(header, paths)
    refuse_damaged(headers, len(paths))
    return headers


def decoded(paths: Sequence[Path], form: Form, damaged: Sequence[Damage] = ()) -> np.ndarray:
    """All images as bytes in one form; InputError names those that cannot be decoded."""
    known = {item.path for item in damaged}
    rest = [path for path in paths if path not in known]
    images = each(partial(decode, size=(form.height, form.width), grey=form.grey), rest)
    refuse_damaged([*damaged, *(i for i in images if isinstance(i, Damage))], len(paths))
    return np.stack(images)


def form_of(
    headers: Sequence[Header], size: int | tuple[int, int] | None, mode: str
) -> tuple[Form, str]:
    """What images are brought to, and that in words."""
    sizes = np.array([(h.height, h.width) for h in headers])
    height, width = usual_size(sizes) if size is None else checked_size(size)
    grey = mode == "grey" or (mode == "auto" and all(h.grey for h in headers))
    words = [f"as {height} × {width} {'grey' if grey else 'colour'}"]
    if (sizes != (height, width)).any():
        low, high = (" × ".join(map(str, pick(sizes, axis=0))) for pick in (np.min, np.max))
        words[0] += f" (from {low} … {high}: scaled to cover that, the middle cut out)"
    counts = {
        "of the other kind, converted": sum(h.grey != grey for h in headers),
        "animated: their first frame": sum(h.animated for h in headers),
        "of 16 bits: brought to 8": sum(h.deep for h in headers),
        "partly transparent: laid on white": sum(h.transparent for h in headers),
    }
    return Form(height, width, grey), "; ".join(
        [*words, *(f"{n} {what}" for what, n in counts.items() if n)]
    )


def usual_size(sizes: np.ndarray) -> tuple[int, int]:
    """The medians of heights and widths, scaled to at most `LARGEST_SIDE` along a side.

    >>> usual_size(np.array([[28, 28], [28, 30], [28, 28]])), usual_size(np.array([[480, 640]]))
    ((28, 28), (96, 128))
    """
    middle = np.median(sizes, axis=0)
    height, width = (max(1, round(s)) for s in middle * min(1, LARGEST_SIDE / middle.max()))
    return height, width


def checked_size(size: int | tuple[int, int]) -> tuple[int, int]:
    """Height and width; raises InputError for anything else."""
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if len(sides) != 2 or not all(isinstance(s, int) and s > 0 for s in sides):
        raise InputError(
            "size of the images",
            expected="a number of pixels, or (height, width)",
            got=repr(size),
            fix="size=64, or size=(48, 64)",
        )
    return sides


def check_mode(mode: str) -> None:
    """Refuse an unknown mode."""
    if mode not in MODES:
        raise InputError(
            "mode of the images",
            expected=", ".join(map(repr, MODES)),
            got=repr(mode),
            fix=nearest(str(mode), MODES),
        )


class TooManyImages(InputError):
    """More images than half of the memory holds: so many, of such a form."""

    def __init__(self, count: int, form: Form):
        super().__init__(
            f"{count:,} images of {form.height} × {form.width}",
            expected=f"at most half of the memory, {memory() / 2e9:.1f} GB",
            got=f"{4 * count * math.prod(form.shape) / 1e9:.1f} GB",
            fix="choose a smaller size, or read them bit by bit with `data.stream_images`",
        )
        self.count, self.form = count, form


def refuse_too_large(count: int, form: Form) -> None:
    """Refuse images that would fill more than half of the memory as 32-bit floats."""
    if count > most_in_memory(form):
        raise TooManyImages(count, form)


def most_in_memory(form: Form) -> float:
    """How many images of a form fill half of the memory as 32-bit floats."""
    return memory() / 2 / (4 * math.prod(form.shape))


def memory() -> float:
    """The bytes of memory; infinite where the system does not say."""
    if not hasattr(os, "sysconf"):
        return math.inf
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
