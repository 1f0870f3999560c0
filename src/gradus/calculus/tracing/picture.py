"""Graphs as SVG: boxes with lines of text, and arrows between them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from gradus.calculus.tracing.layout import Placed, place

LETTER, LINE, PAD, MARGIN = 7.4, 17.0, 10.0, 16.0  # pixels
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"


class Box(NamedTuple):
    """A box of a graph.

    Arguments:
        lines: what is written in it, the first in bold.
        kind: "input", "step", "folded" or "output".
    """

    lines: tuple[str, ...]
    kind: str = "step"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        return max(map(len, self.lines)) * LETTER + 2 * PAD, len(self.lines) * LINE + PAD


class Arrow(NamedTuple):
    """An arrow from one box to another, with what is written on it."""

    source: int
    target: int
    label: str = ""


class Palette(NamedTuple):
    """Colours, as SVG attributes take them."""

    ink: str = "#1d2126"
    muted: str = "#5c6670"
    card: str = "#ffffff"
    line: str = "#9aa4ad"
    accent: str = "#2563ab"


def svg(
    boxes: Sequence[Box],
    arrows: Sequence[Arrow],
    title: str,
    description: str = "",
    palette: Palette = Palette(),
) -> str:
    """Draw a graph from top to bottom.

    Arguments:
        boxes: sources before their targets.
        arrows: between them.
        title: what screen readers say first.
        description: what they say then.
        palette: the colours.

    >>> svg([Box(("x = 2",), "input")], [], "A number")[:59]
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox='
    """
    placed = place([box.size for box in boxes], [(a.source, a.target) for a in arrows])
    width, height = placed.width + 2 * MARGIN, placed.height + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'font-family="{FONT}" font-size="12">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
        f'<g transform="translate({MARGIN:.0f} {MARGIN:.0f})">',
        *_arrows(boxes, arrows, placed, palette),
        *(_box(box, *at, palette) for box, at in zip(boxes, placed.centres, strict=True)),
        "</g></svg>",
    ]
    return "\n".join(parts)


def _box(box: Box, x: float, y: float, palette: Palette) -> str:
    width, height = box.size
    left, top = x - width / 2, y - height / 2
    edge = palette.accent if box.kind in ("input", "output") else palette.line
    dash = ' stroke-dasharray="5 3"' if box.kind == "folded" else ""
    rect = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6" '
        f'fill="{palette.card}" stroke="{edge}"{dash}/>'
    )
    texts = []
    for i, line in enumerate(box.lines):
        look = f'fill="{palette.muted}"' if i else f'fill="{palette.ink}" font-weight="600"'
        baseline = top + PAD / 2 + LINE * (i + 0.75)
        texts.append(_text(line, x, baseline, look))
    return rect + "".join(texts)


def _arrows(
    boxes: Sequence[Box], arrows: Sequence[Arrow], placed: Placed, palette: Palette
) -> list[str]:
    """All lines first, then what is written on them."""
    lines, labels = [], []
    for arrow, path in zip(arrows, placed.paths, strict=True):
        (x1, y1), (x2, y2) = path[0], path[-1]
        start = (x1, y1 + boxes[arrow.source].size[1] / 2)
        end = (x2, y2 - boxes[arrow.target].size[1] / 2)
        points = [start, *path[1:-1], end]
        lines.append(
            f'<path d="{_curve(points)}" fill="none" stroke="{palette.line}"/>'
            f'<path d="M{end[0] - 3.5:.1f} {end[1] - 7:.1f}h7l-3.5 7z" fill="{palette.line}"/>'
        )
        if arrow.label:
            (ax, ay), (bx, by) = points[-2:]
            look = (
                f'fill="{palette.accent}" font-size="11" stroke="{palette.card}" '
                'stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
            )
            labels.append(_text(arrow.label, (ax + 2 * bx) / 3, (ay + 2 * by) / 3, look))
    return lines + labels


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A smooth line that leaves and reaches every point vertically."""
    (x, y), *others = points
    path = f"M{x:.1f} {y:.1f}"
    for nx, ny in others:
        bend = (ny - y) / 2
        path += f"C{x:.1f} {y + bend:.1f} {nx:.1f} {ny - bend:.1f} {nx:.1f} {ny:.1f}"
        x, y = nx, ny
    return path


def _text(text: str, x: float, y: float, look: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" {look}>{escape(text)}</text>'
