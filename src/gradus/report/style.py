"""One look for all charts, and their way from a Vega-Lite specification to SVG.

Colours are names of CSS variables that the page defines, so that one picture serves light, dark
and printed pages.
"""

from __future__ import annotations

import re
from typing import Any

from gradus.report.html import Markup, element

INK, MUTED, GRID = "var(--ink)", "var(--muted)", "var(--grid)"
ACCENT, SECOND, ON_ACCENT = "var(--accent)", "var(--second)", "var(--on-accent)"
DEPTH = [f"var(--depth-{i})" for i in range(8)]  # from the first layer to the last

WIDTH, HEIGHT = 340, 230  # as wide as a phone shows at full size
FONT = "system-ui, sans-serif"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"

UNHEARD = re.compile(r' (?:(?:class|role|aria-\w+|pointer-events)="[^"]*"|opacity="1")')

CONFIG = {
    "aria": False,  # the picture has one title and description instead of a name for every mark
    "background": None,
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "domainColor": GRID,
        "gridColor": GRID,
        "labelColor": MUTED,
        "labelFontSize": 11,
        "tickColor": GRID,
        "titleColor": MUTED,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
    "axisX": {"grid": False, "titleAlign": "right", "titleAnchor": "end"},
    "axisY": {"domain": False, "tickCount": 5, "ticks": False},
    "line": {"strokeCap": "round", "strokeJoin": "round", "strokeWidth": 2},
    "text": {"color": MUTED, "fontSize": 11},
}


def chart(layers: list[dict], *, height: int = HEIGHT) -> dict:
    """A specification of layers in the common size, names at the ends of lines included."""
    return {
        "$schema": SCHEMA,
        "config": CONFIG,
        "width": WIDTH,
        "height": height,
        "padding": {"left": 6, "top": 6, "right": 6, "bottom": 2},
        "autosize": {"type": "fit", "contains": "padding"},
        "layer": layers,
    }


def layer(values: list[dict], mark: dict[str, Any], **encoding: Any) -> dict:
    """One layer: rows of values, a mark, and which column is which channel."""
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def svg(spec: dict, title: str, description: str) -> Markup:
    """Draw a specification; screen readers hear the title and the description."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(spec)
    head, body = drawn.split(">", 1)
    view = head[head.index("viewBox") :]
    spoken = element("title", title) + element("desc", description)
    return Markup(f'<svg role="img" {view}>{spoken}{_shortened(body)}')


def _shortened(body: str) -> str:
    """The drawing without the empty boxes and the roles that it brings along."""
    body = re.sub(r'<path class="(?:back|fore)ground"[^>]*/>', "", body)
    return re.sub(r"<[^>]*>", lambda tag: UNHEARD.sub("", tag.group()), body)
