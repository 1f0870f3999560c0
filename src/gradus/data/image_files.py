"""One image file as an array of bytes, read with Pillow.

What a file can hold beyond plain pixels is decided here: an image is turned upright as its EXIF
tag says, the first frame of an animation counts, 16 bits become 8, what is transparent is laid on
white, and images larger than `MOST_PIXELS` are refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError

ENDINGS = frozenset(
    (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
)
GREY = frozenset(("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N"))  # Pillow's modes
ORIENTATION, SIDEWAYS = 0x0112, 5  # the EXIF tag, and its first value that swaps height and width
MOST_PIXELS = 100_000_000  # a small file can claim to be an image that fills the memory
MOST_NAMED = 5


class Header(NamedTuple):
    """What a file says about itself before it is decoded."""

    height: int
    width: int
    grey: bool
    animated: bool
    deep: bool  # more than 8 bits
    transparent: bool


class Damage(NamedTuple):
    """Why a file cannot be read."""

    path: Path
    reason: str


def header(path: Path) -> Header:
    """Size and kind of an image, without decoding it."""
    with opened(path) as image:
        width, height = image.size
        # of a PNG the tag may stand at the end, and asking for it would decode everything
        turn = 1 if image.format == "PNG" else image.getexif().get(ORIENTATION, 1)
        return Header(
            *((width, height) if turn >= SIDEWAYS else (height, width)),
            grey=image.mode in GREY,
            animated=getattr(image, "is_animated", False),
            deep=image.mode.startswith("I"),
            transparent=is_transparent(image),
        )


def decode(path: Path, size: tuple[int, int], grey: bool) -> np.ndarray:
    """The image as bytes (height, width, channels): scaled to cover `size`, its middle cut out."""
    from PIL import Image, ImageOps

    with opened(path) as file:
        file.draft("L" if grey else "RGB", (2 * max(size),) * 2)  # JPEG decodes small versions fast
        image = plain(ImageOps.exif_transpose(file), "L" if grey else "RGB")
        image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.BICUBIC)
        return np.asarray(image).reshape(*size, 1 if grey else 3)


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file as a Pillow image that is not decoded yet."""
    from PIL import Image

    if not path.is_file():
        raise ValueError("no such file")
    if path.stat().st_size == 0:
        raise ValueError("a file of no bytes")
    try:
        image = Image.open(path)
    except Image.UnidentifiedImageError:
        raise ValueError("not an image, or one of an unknown form") from None
    with image:
        if image.width * image.height > MOST_PIXELS:
            raise ValueError(f"{image.width} × {image.height} pixels, more than {MOST_PIXELS:,}")
        yield image


def plain(image: Any, mode: str) -> Any:
    """A decoded image in the mode "L" or "RGB"."""
    from PIL import Image

    if image.mode.startswith("I"):
        image = eight_bits(image)
    if image.mode == "F":
        raise ValueError("pixels of no known range (floats)")
    if is_transparent(image):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert(mode)


def eight_bits(image: Any) -> Any:
    """A grey image of 16 bits with its range 0 … 65535 brought to 0 … 255."""
    from PIL import Image

    pixels = np.asarray(image)
    if pixels.min() < 0 or pixels.max() > 65535:
        raise ValueError("pixels beyond 16 bits")
    return Image.fromarray(np.round(pixels / 257).astype(np.uint8))


def is_transparent(image: Any) -> bool:
    """Whether some pixels may let the background through."""
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def each(function: Callable[[Path], Any], paths: Iterable[Path]) -> list[Any]:
    """`function` of every file, side by side; a `Damage` in the place of what cannot be read."""
    image = pillow()

    def attempt(path: Path) -> Any:
        try:
            return function(path)
        except Exception as error:  # a damaged file can fail anywhere in its decoder
            return Damage(path, str(error) or type(error).__name__)

    with warnings.catch_warnings(), ThreadPoolExecutor() as pool:
        warnings.filterwarnings("ignore", module="PIL")  # oddities of files that can be read
        warnings.simplefilter("ignore", image.DecompressionBombWarning)  # refused by `opened`
        return list(pool.map(attempt, paths))


def refuse_damaged(found: Iterable[Any], total: int) -> None:
    """Raise InputError that names the files among `found` that cannot be read."""
    damaged = list(dict.fromkeys(item for item in found if isinstance(item, Damage)))
    if not damaged:
        return
    named = [f"{item.path}: {item.reason}" for item in damaged[:MOST_NAMED]]
    more = len(damaged) - len(named)
    raise InputError(
        f"{len(damaged)} of {total} images cannot be read",
        expected=f"images ({', '.join(sorted(ENDINGS))})",
        got="; ".join(named) + (f"; and {more} more" if more else ""),
        fix="replace these files, or take them out",
    )


def pillow() -> Any:
    """Pillow's images; raises InputError where it is not installed."""
    try:
        from PIL import Image
    except ImportError:
        raise InputError(
            "image files",
            expected="Pillow, which reads them",
            got="no Pillow installed",
            fix='pip install "gradus[images]"',
        ) from None
    return Image
