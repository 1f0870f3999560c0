"""Sheets of small pictures: rows of tiles with captions, as SVG."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gradus.report.html import Markup, element
from gradus.report.pictures import png
from gradus.report.style import FONT, MUTED, WIDTH

POSITIVE, NEGATIVE = (59, 130, 214), (217, 119, 31)  # seen on light and on dark paper
GAP, LINE = 6, 12  # between tiles, and of one line of text, in pixels
LARGEST = 64  # pixels along a side of a tile; larger ones would make the page heavy


class Row(NamedTuple):
    """Tiles side by side.

    Arguments:
        tiles: bytes of shape (H, W, 1, 3 or 4), all of one height and width.
        captions: below each tile; empty for none.
        caption: below all of them.
    """

    tiles: Sequence[np.ndarray]
    captions: Sequence[str] = ()
    caption: str = ""


def sheet(rows: Sequence[Row], title: str, description: str, heads: Sequence[str] = ()) -> Markup:
    """Rows of tiles below each other, as wide as a chart.

    Arguments:
        rows: the longest says how wide a tile is.
        title: what screen readers say first.
        description: what they say then.
        heads: above the columns; "\\n" begins a second line.
    """
    columns = max(len(row.tiles) for row in rows)
    width = (WIDTH - GAP * (columns - 1)) / columns
    drawn, y = [], 0.0
    for j, head in enumerate(heads):
        drawn += [_words(line, _center(j, width), LINE * i + 9) for i, line in _lines(head)]
    y += LINE * max((1 + head.count("\n") for head in heads), default=0)
    for row in rows:
        tall, wide = row.tiles[0].shape[:2]
        height = width * tall / wide
        for j, tile in enumerate(row.tiles):
            drawn.append(image(tile, j * (width + GAP), y, width, height))
        y += height
        for j, caption in enumerate(row.captions):
            drawn.append(_words(caption, _center(j, width), y + LINE - 1))
        y += LINE * bool(row.captions)
        if row.caption:
            drawn.append(_words(row.caption, 0, y + LINE - 1, "start"))
            y += LINE
        y += GAP
    return picture(drawn, y, title, description)


def picture(drawn: Sequence[Markup], height: float, title: str, description: str) -> Markup:
    """An SVG as wide as a chart; screen readers hear the title and the description."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *drawn,
        role="img",
        viewBox=f"0 0 {WIDTH} {height:.0f}",
        style="image-rendering:pixelated",
    )


def image(tile: np.ndarray, x: float, y: float, width: float, height: float) -> Markup:
    """A tile at its place."""
    source = "data:image/png;base64," + b64encode(png(tile)).decode()
    place = {"x": x, "y": y, "width": width, "height": height}
    return element("image", href=source, **{k: f"{v:.2f}" for k, v in place.items()})


def plain(pictures: np.ndarray) -> np.ndarray:
    """Pictures, shape (B, H, W, 1 or 3), as tiles that share one scale of brightness."""
    small = shrunk(pictures)
    low, high = float(small.min()), float(small.max())
    return np.round(255 * (small - low) / ((high - low) or 1)).astype(np.uint8)


def signed(values: np.ndarray) -> np.ndarray:
    """Maps, shape (B, H, W), as tiles: blue above 0, orange below, clear where they are 0.

    Every map has a scale of its own, which ends at the hundredth part of largest sizes.

    >>> signed(np.array([[[1.0, 0.0], [0.0, -1.0]]]))[0, ..., 3].tolist()
    [[255, 0], [0, 255]]
    """
    small = shrunk(values)
    sizes = np.abs(small)
    top = np.quantile(sizes, 0.99, axis=(1, 2), keepdims=True)
    top = np.where(top > 0, top, sizes.max(axis=(1, 2), keepdims=True))
    share = np.minimum(sizes / np.where(top > 0, top, 1), 1)
    colors = np.where(small[..., None] >= 0, np.array(POSITIVE), np.array(NEGATIVE))
    return np.concatenate([colors, np.round(255 * share)[..., None]], axis=-1).astype(np.uint8)


def shrunk(pictures: np.ndarray) -> np.ndarray:
    """Every second, third … pixel of pictures, (B, H, W, …), that are too large for a tile."""
    stride = -(-max(pictures.shape[1:3]) // LARGEST)
    return np.nan_to_num(pictures[:, ::stride, ::stride].astype(float))


def _words(text: str, x: float, y: float, anchor: str = "middle") -> Markup:
    """A line of text."""
    look = {"font-family": FONT, "font-size": 10, "fill": MUTED, "text-anchor": anchor}
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", **look)


def _center(column: int, width: float) -> float:
    return column * (width + GAP) + width / 2


def _lines(text: str) -> enumerate[str]:
    return enumerate(text.split("\n"))
