"""Charts of what changed over the epochs: Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradus.report.axes import ValueAxis, distinct, numeric, spread, wants_log
from gradus.report.style import ACCENT, DEPTH, HEIGHT, INK, MUTED, SECOND, chart, layer

MOST_POINTS = 300  # on one line; more cannot be seen
MOST_LINES = 16
LABEL_GAP = 13 / (HEIGHT - 45)  # the height of a line of text, as a share of the axis

Series = Mapping[str, np.ndarray]  # the name of a line -> its value at every epoch


def trace(epochs: np.ndarray, series: Series, best: int = 0) -> dict:
    """Training and validation over the epochs, with the best epoch marked where it is not 0."""
    values = joined(series)
    axis = ValueAxis.around(values, wants_log(values))
    colors = (MUTED, ACCENT) if len(series) > 1 else (ACCENT,)
    marks = _marked_epoch(best, epochs) if best and len(epochs) > 1 else []
    return chart([*_lines(epochs, series, axis, colors, width=2), *marks])


def by_depth(epochs: np.ndarray, series: Series, guide: float | None = None) -> dict:
    """One line for each of a model's arrays, coloured from the first to the last."""
    with_guide = joined(series) if guide is None else np.append(joined(series), guide)
    axis = ValueAxis.around(with_guide, log=True)
    shades = np.linspace(0, len(DEPTH) - 1, len(series)).round().astype(int)
    lines = _lines(epochs, series, axis, [DEPTH[shade] for shade in shades], width=1.25)
    return chart([*lines, *([] if guide is None else [_guide(guide)])])


def some(series: Series) -> dict[str, np.ndarray]:
    """At most 16 of the series, evenly spread from the first to the last."""
    names = list(series)
    rows = np.linspace(0, len(names) - 1, min(len(names), MOST_LINES)).round().astype(int)
    return {names[i]: series[names[i]] for i in rows}


def joined(series: Series) -> np.ndarray:
    """The values of all lines in one array."""
    return np.concatenate([np.asarray(values, dtype=float) for values in series.values()])


def _lines(
    epochs: np.ndarray, series: Series, axis: ValueAxis, colors: Sequence[str], width: float
) -> list[dict]:
    """The lines, and their names at their right ends."""
    x, y = _epoch_axis(epochs), axis.encoding("value")
    line = {"type": "line", "strokeWidth": width}
    if len(epochs) == 1:
        line = {"type": "circle", "size": 24, "opacity": 1}
    name = {"type": "text", "align": "left", "baseline": "middle", "dx": 6}
    color_of = dict(zip(series, colors, strict=True))
    lines = [
        layer(_points(epochs, values, axis), {**line, "color": color_of[key]}, x=x, y=y)
        for key, values in series.items()
    ]
    names = [
        layer([row], {**name, "color": color_of[key]}, x=x, y=y, text={"field": "name"})
        for key, row in _end_labels(epochs, series, axis).items()
    ]
    return [*lines, *names]


def _points(epochs: np.ndarray, values: np.ndarray, axis: ValueAxis) -> list[dict]:
    """The points of one line; a value that cannot be drawn is a gap."""
    rows = np.unique(np.linspace(0, len(epochs) - 1, min(len(epochs), MOST_POINTS)).astype(int))
    fine = axis.drawable(values)
    return [
        {"epoch": float(epochs[i]), "value": float(values[i]) if fine[i] else None} for i in rows
    ]


def _end_labels(epochs: np.ndarray, series: Series, axis: ValueAxis) -> dict[str, dict]:
    """Where the name of each line stands: at its last value, moved off the other names."""
    last = {key: values[axis.drawable(values)][-1:] for key, values in series.items()}
    last = {key: float(value[0]) for key, value in last.items() if len(value)}
    heights = axis.height(np.array(list(last.values())))
    places = axis.value(spread(heights, LABEL_GAP))
    written = distinct(series)
    return {
        key: {"epoch": float(epochs[-1]), "value": float(place), "name": written[key]}
        for key, place in zip(last, places, strict=True)
    }


def _epoch_axis(epochs: np.ndarray) -> dict:
    first, last = float(epochs[0]), float(epochs[-1])
    domain = [first, last] if last > first else [first - 1, last + 1]
    ticks = {"values": epochs.tolist()} if len(epochs) < 8 else {}
    return numeric("epoch", "epoch", scale={"domain": domain}, format="d", **ticks)


def _marked_epoch(epoch: int, epochs: np.ndarray) -> list[dict]:
    """A vertical line with its name above it, on the side where there is more room."""
    late = epoch > (epochs[0] + epochs[-1]) / 2
    side = {"align": "right", "dx": 4} if late else {"align": "left", "dx": -4}
    rows = [{"epoch": epoch, "name": f"best epoch {epoch}"}]
    x = {"field": "epoch", "type": "quantitative"}
    text = {"type": "text", "baseline": "bottom", "dy": -4, **side}
    return [
        layer(rows, {"type": "rule", "color": SECOND}, x=x),
        layer(rows, {**text, "color": SECOND}, x=x, y={"value": 0}, text={"field": "name"}),
    ]


def _guide(value: float) -> dict:
    """A dashed horizontal line."""
    dashed = {"type": "rule", "strokeDash": [4, 4], "strokeWidth": 1.5, "color": INK}
    return layer([{"value": value}], dashed, y={"field": "value", "type": "quantitative"})
