"""Charts of what changed over the epochs: Vega-Lite specifications."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradus.report.style import ACCENT, DEPTH, HEIGHT, INK, MUTED, SECOND, chart, layer

MOST_POINTS = 300  # points on one line; more cannot be seen
MOST_LINES = 16
LABEL_HEIGHT = 13 / (HEIGHT - 45)  # of a line of text, as a share of the axis


def trace(epochs: np.ndarray, series: Mapping[str, np.ndarray], best: int = 0) -> dict:
    """Training and validation over the epochs, with the best epoch marked."""
    colors = dict(zip(series, (MUTED, ACCENT) if len(series) > 1 else (ACCENT,), strict=False))
    marks = [_vertical(best, f"best epoch {best}")] if best and len(epochs) > 1 else []
    return _lines(epochs, series, colors, marks=marks)


def by_depth(
    epochs: np.ndarray, series: Mapping[str, np.ndarray], guide: float | None = None
) -> dict:
    """One line for each of a model's arrays, coloured from the first to the last."""
    shade = np.linspace(0, len(DEPTH) - 1, len(series)).round().astype(int)
    colors = {name: DEPTH[i] for name, i in zip(series, shade, strict=True)}
    marks = [] if guide is None else [_horizontal(guide)]
    return _lines(epochs, series, colors, marks=marks, log=True, include=guide)


def some(series: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """At most 16 of the series, evenly spread from the first to the last."""
    names = list(series)
    rows = np.linspace(0, len(names) - 1, min(len(names), MOST_LINES)).round().astype(int)
    return {names[i]: series[names[i]] for i in rows}


def wants_log(series: Mapping[str, np.ndarray]) -> bool:
    """Whether values spread over so many powers of ten that only a logarithm shows them."""
    values = _finite(series)
    return bool(len(values) and values.min() > 0 and values.max() > 30 * values.min())


def spread(places: np.ndarray, gap: float) -> np.ndarray:
    """Heights of labels, moved as little as needed to stand `gap` apart within 0 … 1.

    >>> spread(np.array([0.5, 0.5, 0.0]), 0.1).round(2)
    array([0.5, 0.6, 0. ])
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    raised = np.maximum.accumulate(places[order] - steps) + steps
    lowered = np.minimum(raised, 1 - steps[::-1])
    out = np.empty(len(places))
    out[order] = lowered
    return out


def _lines(epochs, series, colors, *, marks=(), log=None, include=None) -> dict:
    log = wants_log(series) if log is None else log
    domain = _domain(series, log, include)
    scale = {"type": "log" if log else "linear", "domain": domain, "nice": False}
    axis = {"values": decades(*domain), "format": "~g"} if log else {"format": "~g"}
    y = {"field": "value", "type": "quantitative", "scale": scale, "axis": axis, "title": None}
    x = _epoch_axis(epochs)
    mark = {"type": "line", "point": {"size": 24} if len(epochs) < 3 else False}
    mark["strokeWidth"] = 2 if len(series) <= 2 else 1.25
    drawn = [
        layer(
            _points(epochs, values, log),
            {**mark, "color": colors[name]},
            x=x,
            y=y,
            order={"field": "epoch", "type": "quantitative"},
        )
        for name, values in series.items()
    ]
    names = _end_labels(epochs, series, colors, domain, log)
    text = {"type": "text", "align": "left", "baseline": "middle", "dx": 6}
    labels = [
        layer([row], {**text, "color": row["color"]}, x=x, y=y, text={"field": "name"})
        for row in names
    ]
    return chart([*drawn, *labels, *marks])


def _points(epochs, values, log) -> list[dict]:
    """Rows of one line; a value that cannot be drawn is a gap."""
    rows = np.unique(np.linspace(0, len(epochs) - 1, min(len(epochs), MOST_POINTS)).astype(int))
    drawable = np.isfinite(values) & ((values > 0) | (not log))
    return [
        {"epoch": float(epochs[i]), "value": float(values[i]) if drawable[i] else None}
        for i in rows
    ]


def _end_labels(epochs, series, colors, domain, log) -> list[dict]:
    """The names of the lines at their right ends, none on top of another."""
    low, high = np.log(domain) if log else domain
    last = {name: values[np.isfinite(values) & ((values > 0) | (not log))][-1:]
            for name, values in series.items()}  # fmt: skip
    last = {name: value[0] for name, value in last.items() if len(value)}
    if not last:
        return []
    ends = np.array(list(last.values()), dtype=float)
    heights = ((np.log(ends) if log else ends) - low) / (high - low)
    places = low + spread(heights, LABEL_HEIGHT) * (high - low)
    places = np.exp(places) if log else places
    return [
        {"epoch": float(epochs[-1]), "value": float(v), "name": short(name), "color": colors[name]}
        for name, v in zip(last, places, strict=True)
    ]


def short(name: str, most: int = 18) -> str:
    """A name cut in its middle where it is long.

    >>> short("encoder.attention.query.weight")
    'encoder.…ry.weight'
    """
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-(most - 1 - half) :]}"


def _domain(series, log: bool, include: float | None) -> list[float]:
    """The range of an axis: all values, and a little air."""
    values = _finite(series)
    values = values[values > 0] if log else values
    values = np.append(values, include) if include is not None else values
    if not len(values):
        return [0.1, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        air = max((high / low) ** 0.05, 1.1)
        return [low / air, high * air]
    air = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return [low - air, high + air]


def _finite(series) -> np.ndarray:
    values = np.concatenate([np.asarray(v, dtype=float) for v in series.values()] or [np.zeros(0)])
    return values[np.isfinite(values)]


def _epoch_axis(epochs) -> dict:
    first, last = float(epochs[0]), float(epochs[-1])
    scale = {"domain": [first, last] if last > first else [first - 1, last + 1], "nice": False}
    axis = {"tickMinStep": 1, "format": "d", "tickCount": 6}
    return {
        "field": "epoch", "type": "quantitative", "title": "epoch", "scale": scale, "axis": axis,
    }  # fmt: skip


def decades(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, and 2 and 5 times them where there are few.

    >>> decades(0.03, 3.0)
    [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
    """
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    steps = (1, 2, 5) if len(powers) <= 4 else (1,)
    stride = max(1, len(powers) // 6)
    ticks = [float(f"{step}e{power}") for power in powers[::stride] for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def _vertical(epoch: int, label: str) -> dict:
    x = {"field": "epoch", "type": "quantitative"}
    text = {
        "type": "text",
        "align": "right",
        "dx": 4,
        "dy": -4,
        "baseline": "bottom",
        "color": SECOND,
    }
    rows = [{"epoch": epoch, "label": label}]
    rule = {"mark": {"type": "rule", "strokeWidth": 1, "color": SECOND}, "encoding": {"x": x}}
    name = {
        "mark": text,
        "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "label"}},
    }
    return {"data": {"values": rows}, "layer": [rule, name]}


def _horizontal(value: float) -> dict:
    rule = {"type": "rule", "strokeDash": [4, 4], "strokeWidth": 1.5, "color": INK}
    return layer([{"value": value}], rule, y={"field": "value", "type": "quantitative"})
