"""Examples as small pictures inside the page."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import Any

import numpy as np

from gradus.report.html import Markup, element

FLAT_PICTURES = {64: (8, 8), 784: (28, 28)}  # rows of pixels that everybody knows as pictures
LARGEST = 256  # pixels along a side; larger pictures would make the page heavy


def as_pictures(x: Any) -> np.ndarray | None:
    """Inputs as pictures of shape (B, H, W, 1 or 3); None where they are something else.

    >>> as_pictures(np.zeros((5, 28, 28))).shape
    (5, 28, 28, 1)
    >>> as_pictures(np.zeros((5, 13))) is None
    True
    """
    shape = getattr(x, "shape", ())
    if len(shape) == 2 and shape[1] in FLAT_PICTURES:
        return np.asarray(x).reshape(-1, *FLAT_PICTURES[shape[1]], 1)
    if len(shape) == 3 and min(shape[1:]) >= 4 and shape[1] == shape[2] <= LARGEST:
        return np.asarray(x)[..., None]
    if len(shape) == 4 and shape[3] in (1, 3) and max(shape[1:3]) <= LARGEST:
        return np.asarray(x)
    return None


def gallery(pictures: np.ndarray, captions: list[str], alt: str) -> Markup:
    """Pictures side by side, each with a caption; all share one scale of brightness."""
    finite = pictures[np.isfinite(pictures)]
    low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 1.0)
    scaled = (np.nan_to_num(pictures.astype(float), nan=low) - low) / ((high - low) or 1)
    pixels = np.clip(255 * scaled, 0, 255).round().astype(np.uint8)
    items = []
    for i, (picture, caption) in enumerate(zip(pixels, captions, strict=True), start=1):
        source = "data:image/png;base64," + b64encode(png(picture)).decode()
        image = element("img", src=source, alt=f"{alt} {i}: {caption}")
        items.append(element("li", image, element("span", caption)))
    return element("ul", *items, class_="gallery")


def png(pixels: np.ndarray) -> bytes:
    """A PNG file of bytes of shape (H, W, C): grey, colour (C = 3), or colour with opacity (4)."""
    height, width, channels = pixels.shape
    colour = {1: 0, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
