"""Trials as lines through parallel axes, one for each setting, and one for the loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradus.evaluation.assessment import shown
from gradus.report.axes import short
from gradus.report.html import Markup
from gradus.report.style import ACCENT, GRID, INK, MUTED, SECOND, chart, layer, svg
from gradus.tuning.space import Space
from gradus.tuning.trials import Trial

MOST_LINES = 200
GOOD = 0.25  # of the trials, drawn dark


def parallel(space: Space, trials: Sequence[Trial]) -> Markup:
    """A line for each trial that did not diverge; the best quarter is dark, the best of all red.

    The loss stands at the right by its rank, the lowest at the bottom.
    """
    ranked = [t for t in sorted(trials, key=lambda t: t.value) if np.isfinite(t.value)]
    ranked = ranked[:MOST_LINES]
    axes = [*space.ranges, "loss"]
    x = {"field": "axis", "type": "nominal", "title": None, "sort": None}
    x["axis"] = {"labelAngle": 0, "orient": "top", "domain": False, "ticks": False}
    x["axis"]["labelPadding"] = 16  # room for what stands at the upper ends
    x["scale"] = {"type": "point", "domain": [short(name, 14) for name in axes], "padding": 0.4}
    y = {"field": "place", "type": "quantitative", "axis": None, "scale": {"domain": [0, 1]}}
    rules = [{"axis": short(name, 14), "place": 0, "top": 1} for name in axes]
    rule = layer(rules, {"type": "rule", "color": GRID}, x=x, y=y, y2={"field": "top"})
    lines = []
    for rank, trial in reversed(list(enumerate(ranked))):
        color = SECOND if rank == 0 else ACCENT if rank < GOOD * len(ranked) else MUTED
        strength = 1 if rank == 0 else 0.6 if color == ACCENT else 0.25
        mark = {"type": "line", "color": color, "opacity": strength, "strokeWidth": 1.5}
        share = rank / max(len(ranked) - 1, 1)
        lines.append(layer(points(space, trial, share), mark, x=x, y=y))
    spec = chart([rule, *lines, *ends(space, ranked, x, y)])
    words = "Settings and validation loss of every trial."
    if ranked:
        best = ", ".join(f"{k} {v}" for k, v in ranked[0].settings.items())
        words = f"{words} The lowest loss is {shown(ranked[0].value)}, with {best}."
    return svg(spec, "Search", words)


def points(space: Space, trial: Trial, loss: float) -> list[dict]:
    """Where a trial crosses the axes."""
    places = {name: values.place(trial.settings[name]) for name, values in space.ranges.items()}
    return [
        {"axis": short(name, 14), "place": float(place)}
        for name, place in {**places, "loss": loss}.items()
    ]


def ends(space: Space, ranked: Sequence[Trial], x: dict, y: dict) -> list[dict]:
    """What stands at both ends of every axis."""
    words = {name: values.ends for name, values in space.ranges.items()}
    if ranked:
        words["loss"] = shown(ranked[0].value), shown(ranked[-1].value)
    text = {"type": "text", "color": INK, "fontSize": 10}
    layers = []
    for place, (place_y, dy) in enumerate(((0.0, 10), (1.0, -6))):
        rows = [
            {"axis": short(name, 14), "place": place_y, "word": short(pair[place], 12)}
            for name, pair in words.items()
        ]
        layers.append(layer(rows, {**text, "dy": dy}, x=x, y=y, text={"field": "word"}))
    return layers
