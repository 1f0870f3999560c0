"""The part of the page about what a model without targets is worth."""

from __future__ import annotations

import numpy as np

from gradus.evaluation.scores import Scores
from gradus.report.axes import numeric
from gradus.report.html import Markup, element, figure, section
from gradus.report.results import all_measures, verdict
from gradus.report.style import ACCENT, chart, layer, svg

BINS = 40


def worth(scores: Scores | None) -> Markup:
    """The model beside its baselines, and how the scores of single examples are spread."""
    if scores is None:
        return Markup()
    words = element("p", verdict(scores))
    spread = histogram(scores.each, scores.what) if len(scores.each) else ""
    return section("Result", words, all_measures(scores), spread)


def histogram(values: np.ndarray, what: str) -> Markup:
    """How many examples have which score; what lies beyond 1 and 99 % stands at the ends."""
    finite = values[np.isfinite(values)]
    low, high = np.quantile(finite, [0.01, 0.99])
    counts, edges = np.histogram(np.clip(finite, low, high), bins=BINS)
    bars = [
        {"x": float(a), "x2": float(b), "y": int(n)}
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    x_axis = numeric("x", what, scale={"zero": False, "nice": False})
    y_axis = numeric("y", "examples")
    picture = layer(bars, {"type": "bar", "color": ACCENT}, x=x_axis, x2={"field": "x2"}, y=y_axis)
    caption = "Of single examples that were held out; what lies far off is shown at the ends."
    return figure(what, svg(chart([picture]), what, caption), caption)
