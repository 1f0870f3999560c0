"""The layers of a model and what flows between them, as a picture in the page."""

from __future__ import annotations

from gradus.calculus.tracing.picture import Palette
from gradus.nn.graph import ModelGraph
from gradus.report.html import Markup, element
from gradus.report.style import ACCENT, INK, MUTED

PAGE = Palette(ink=INK, muted=MUTED, card="var(--card)", line=MUTED, accent=ACCENT)


def architecture(graph: ModelGraph) -> Markup:
    """The picture in the colours of the page; it scrolls where it is wider."""
    caption = f"{graph.flops:,} additions and multiplications for one example."
    note = element("p", caption, class_="note")
    return element("div", Markup(graph.svg(PAGE)), note, class_="table", tabindex="0")
