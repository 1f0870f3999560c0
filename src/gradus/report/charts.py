"""Charts of predictions beside the truth: Vega-Lite specifications."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from gradus.report.axes import ValueAxis, numeric, short
from gradus.report.curves import Curve
from gradus.report.style import ACCENT, GRID, INK, MUTED, ON_ACCENT, SECOND, WIDTH, chart, layer

MOST_POINTS = 500  # of a scatter plot; more cannot be told apart
SQUARE = WIDTH - 20
PROPER = {"domain": [0, 1]}  # the range of a probability


def confusion(counts: np.ndarray, labels: Sequence[str]) -> dict:
    """How many examples of each class (rows) were taken for each class (columns)."""
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cells = [
        {"true": i, "predicted": j, "count": int(n), "share": float(share[i, j])}
        for (i, j), n in np.ndenumerate(counts)
        if n
    ]
    names = [short(label, 12) for label in labels]
    x = _class_axis("predicted", names, orient="top", labelAngle=-45 if _long(names) else 0)
    y = _class_axis("true", names)
    opacity = {"field": "share", "type": "quantitative", "legend": None}
    opacity["scale"] = {"domain": [0, 1], "range": [0.12, 1]}
    square = {"type": "rect", "color": ACCENT, "cornerRadius": 2}
    layers = [layer(cells, square, x=x, y=y, opacity=opacity)]
    for color, part in ((INK, share <= 0.5), (ON_ACCENT, share > 0.5)):
        rows = [cell for cell in cells if part[cell["true"], cell["predicted"]]]
        text = {"type": "text", "color": color, "fontSize": 12 if len(names) <= 10 else 9}
        layers.append(layer(rows, text, x=x, y=y, text={"field": "count"}))
    return chart(layers, height=SQUARE)


def roc(curves: Sequence[Curve]) -> dict:
    """True against false positive rate; the lowest AUCs are named."""
    worst = sorted(curves, key=lambda curve: curve.area)[:4]
    colors = (SECOND, ACCENT, INK, MUTED) if len(curves) > 1 else (ACCENT,)
    color_of = {curve.name: color for curve, color in zip(worst, colors, strict=False)}
    x = numeric("x", "false positive rate", scale=PROPER)
    y = numeric("y", "true positive rate", scale=PROPER)
    order = {"field": "step", "type": "quantitative"}
    layers = [_diagonal(0, 1)]
    for curve in sorted(curves, key=lambda curve: curve.name in color_of):
        line = {"type": "line", "color": color_of.get(curve.name, GRID)}
        layers.append(layer(_steps(curve), line, x=x, y=y, order=order))
    for place, curve in enumerate(reversed(worst)):
        words = f"{short(curve.name)} · AUC {curve.area:.4f}"
        text = {"type": "text", "align": "right", "fontSize": 12, "color": color_of[curve.name]}
        row = {"x": 0.98, "y": 0.05 + 0.07 * place, "words": words}
        layers.append(layer([row], text, x=x, y=y, text={"field": "words"}))
    return chart(layers, height=SQUARE)


def calibration(confidence: np.ndarray, frequency: np.ndarray, counts: np.ndarray) -> dict:
    """How often predictions of some confidence are right; on the diagonal they keep their word."""
    rows = [
        {"x": float(c), "y": float(f), "count": int(n)}
        for c, f, n in zip(confidence, frequency, counts, strict=True)
    ]
    x = numeric("x", "predicted probability", scale=PROPER)
    y = numeric("y", "observed frequency", scale=PROPER)
    size = {"field": "count", "type": "quantitative", "legend": None}
    size["scale"] = {"type": "sqrt", "range": [30, 500], "domainMin": 0}
    dot = {"type": "circle", "color": ACCENT, "opacity": 0.85}
    layers = [_diagonal(0, 1), layer(rows, dot, x=x, y=y, size=size)]
    return chart(layers, height=SQUARE)


def predicted_against_true(y: np.ndarray, predicted: np.ndarray) -> dict:
    """Every example as a point; on the diagonal the prediction is right."""
    low, high, _ = ValueAxis.around(np.concatenate([y, predicted]), log=False)
    scale = {"domain": [low, high]}
    x_axis = numeric("x", "true", scale=scale)
    y_axis = numeric("y", "predicted", scale=scale)
    return chart([_diagonal(low, high), _points(y, predicted, x_axis, y_axis)], height=SQUARE)


def residuals(y: np.ndarray, predicted: np.ndarray) -> dict:
    """True minus predicted against predicted: what the model leaves unexplained."""
    scale = {"zero": False, "nice": True}
    x_axis = numeric("x", "predicted", scale=scale)
    y_axis = numeric("y", "true − predicted", scale=scale)
    zero = layer([{"y": 0}], {"type": "rule", "strokeDash": [4, 4], "color": MUTED}, y=y_axis)
    return chart([zero, _points(predicted, y - predicted, x_axis, y_axis)], height=SQUARE)


def _points(x: np.ndarray, y: np.ndarray, x_axis: dict, y_axis: dict) -> dict:
    """A scatter plot; of many points a random part, always the same ones."""
    fine = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    rows = np.random.default_rng(0).permutation(fine)[:MOST_POINTS]
    values = [{"x": float(x[i]), "y": float(y[i])} for i in rows]
    dot = {"type": "circle", "color": ACCENT, "opacity": 0.45, "size": 22}
    return layer(values, dot, x=x_axis, y=y_axis)


def _class_axis(field: str, names: Sequence[str], **extra) -> dict:
    """An axis of classes: the data hold their numbers, the axis shows their names."""
    words = f"{json.dumps(list(names))}[datum.value]"
    axis = {"labelExpr": words, "domain": False, "ticks": False, "titlePadding": 10, **extra}
    scale = {"domain": list(range(len(names))), "padding": 0.05}
    return {"field": field, "type": "ordinal", "title": field, "scale": scale, "axis": axis}


def _diagonal(low: float, high: float) -> dict:
    mark = {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": MUTED}
    ends = [{"x": low, "y": low}, {"x": high, "y": high}]
    x, y = ({"field": axis, "type": "quantitative"} for axis in "xy")
    return layer(ends, mark, x=x, y=y)


def _steps(curve: Curve) -> list[dict]:
    """At most 200 points of a curve, its ends among them."""
    n = len(curve.false_positive_rate)
    rows = np.unique(np.linspace(0, n - 1, min(n, 200)).round().astype(int))
    points = zip(curve.false_positive_rate[rows], curve.true_positive_rate[rows], strict=True)
    return [{"step": i, "x": float(x), "y": float(y)} for i, (x, y) in enumerate(points)]


def _long(names: Sequence[str]) -> bool:
    return sum(map(len, names)) > 50
