"""The part of the page about forecasts: what they are worth, and how some of them look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradus.evaluation.assessment import shown
from gradus.evaluation.forecasts import Forecasts
from gradus.report.axes import numeric, short, spread
from gradus.report.html import Markup, element, figure, section, table
from gradus.report.results import all_measures, verdict
from gradus.report.style import ACCENT, HEIGHT, INK, MUTED, SECOND, chart, layer, svg

COLORS = (ACCENT, SECOND, MUTED, INK)  # the model, and then its baselines
MOST_PICTURES, MOST_TICKS = 4, 5
SOLID, DASHED = [1, 0], [4, 3]
KNOWN, CAME, FORECAST = "known", "what came", "forecast"  # the lines of a window


def forecast(found: Forecasts | None) -> Markup:
    """The model beside simple rules, its errors by step and target, and some windows."""
    if found is None:
        return Markup()
    pictures = element("div", by_step(found), *some_windows(found), class_="figures")
    return section(
        "Result", element("p", verdict(found)), all_measures(found), by_target(found), pictures
    )


def by_target(found: Forecasts) -> Markup:
    """The root mean squared error of each of several targets, in its own units."""
    if len(found.targets) == 1:
        return Markup()
    names = [name for name, _ in found.table()]
    rows = [
        (target, *map(shown, errors))
        for target, errors in zip(found.targets, found.by_target.T, strict=True)
    ]
    return table(("rmse, in its own units", *names), rows)


def by_step(found: Forecasts) -> Markup:
    """The error of each step ahead, a line for the model and for every baseline."""
    names = [name for name, _ in found.table()]
    steps = np.arange(1, found.by_step.shape[1] + 1)
    unit = "" if len(found.targets) == 1 else ", in deviations"
    room = {"domain": [1, max(2, int(steps[-1] * 1.45))]}  # for the names of the lines
    x = numeric("x", "rows ahead", scale=room, format="d", values=ticks(1, int(steps[-1])))
    y = numeric("y", f"rms error{unit}", scale={"zero": True, "nice": True}, format=",f")
    layers = [
        layer(points(steps, errors), line(color), x=x, y=y)
        for errors, color in zip(found.by_step, COLORS, strict=False)
    ]
    ends = found.by_step[: len(COLORS), -1]
    layers += labels(names, steps[-1] * 1.02, ends, np.nanmax(found.by_step), x, y)
    caption = (
        "Root mean squared error by distance; where two lines meet, one is as good as the other."
    )
    return figure("Error by step", svg(chart(layers), "Error by step", caption), caption)


def some_windows(found: Forecasts) -> list[Markup]:
    """Some windows from the first to the last, of one target or of several in turn."""
    count = min(MOST_PICTURES, max(len(found.known), min(len(found.targets), MOST_PICTURES)))
    places = [(i % len(found.known), i % len(found.targets)) for i in range(count)]
    return [window(found, i, k) for i, k in places]


def window(found: Forecasts, i: int, k: int) -> Markup:
    """What was known, what came, what the model said with its band, and the first baseline, with
    a legend.
    """
    known, true, guess = found.known[i, :, k], found.ahead[i, :, k], found.guesses[i, :, :, k]
    first, last = 1 - len(known), len(true)
    ends = {"domain": [first, last]}
    x = numeric("x", "rows from now", scale=ends, format="d", values=ticks(first, last))
    y = numeric("y", short(found.targets[k]), scale={"zero": False}, format=",f")
    rules = list(zip(found.baselines, guess[1:], strict=False))[:1]
    before, after = np.arange(first, 1), np.arange(1, last + 1)
    lines = {
        KNOWN: (before, known, MUTED, SOLID),
        CAME: (np.append(0, after), np.append(known[-1], true), INK, SOLID),
        **{name: (after, rule, SECOND, DASHED) for name, rule in rules},
        FORECAST: (after, guess[0], ACCENT, SOLID),
    }
    layers = [band(after, guess[0] + found.band[:, :, k], x, y)]
    for name, (time, values, *_) in lines.items():
        mark = {"type": "line", "strokeWidth": 2 if name == FORECAST else 1.2}
        layers.append(layer(points(time, values), mark, x=x, y=y, **legend(name, lines)))
    title = f"Forecast of {found.targets[k]}, window {i + 1} of {len(found.known)}"
    return figure(title, svg(chart(layers), title, CAPTION), CAPTION)


def band(after: np.ndarray, ends: np.ndarray, x: dict, y: dict) -> dict:
    """The area between the two ends of the band; nothing where it is not known."""
    rows = [
        {"x": int(t), "y": float(low), "y2": float(high)}
        for t, low, high in zip(after, *ends, strict=True)
        if not np.isnan(low)
    ]
    area = {"type": "area", "color": ACCENT, "opacity": 0.15}
    return layer(rows, area, x=x, y=y, y2={"field": "y2"})


CAPTION = (
    "What the model said against what came then. The band around the forecast is as wide as it "
    "takes to hold four of five values."
)


def legend(name: str, lines: Mapping[str, tuple]) -> dict:
    """The colour and the dashes of one of several lines, which a legend above them names."""
    *_, colors, dashes = zip(*lines.values(), strict=True)
    shown = {"title": None, "orient": "top", "symbolType": "stroke", "labelColor": MUTED}
    common = {"datum": name, "type": "nominal", "legend": shown}
    return {
        "color": {**common, "scale": {"domain": list(lines), "range": list(colors)}},
        "strokeDash": {**common, "scale": {"domain": list(lines), "range": list(dashes)}},
    }


def ticks(first: int, last: int) -> list[int]:
    """Some whole numbers from the first to the last, evenly spread.

    >>> ticks(-71, 24), ticks(1, 3)
    ([-60, -40, -20, 0, 20], [1, 2, 3])
    """
    steps = [n * 10**power for power in range(9) for n in (1, 2, 5)]
    step = next(step for step in steps if (last - first) / step <= MOST_TICKS)
    return [t for t in range(first, last + 1) if t % step == 0]


def points(x: np.ndarray, y: np.ndarray) -> list[dict]:
    """Rows of a line; what is missing leaves a gap."""
    return [
        {"x": float(a), "y": None if np.isnan(b) else float(b)} for a, b in zip(x, y, strict=True)
    ]


def line(color: str) -> dict:
    """The mark of a line."""
    return {"type": "line", "color": color, "strokeWidth": 2}


def labels(
    names: Sequence[str], x: float, ends: np.ndarray, top: float, x_axis: dict, y_axis: dict
) -> list[dict]:
    """Names at the ends of lines, moved apart where they would overlap."""
    heights = spread(ends / max(top, 1e-12), 16 / HEIGHT)
    return [
        layer(
            [{"x": float(x), "y": float(height * top), "words": name}],
            {"type": "text", "align": "left", "color": color, "dx": 4},
            x=x_axis,
            y=y_axis,
            text={"field": "words"},
        )
        for name, height, color in zip(names, heights, COLORS, strict=False)
    ]
