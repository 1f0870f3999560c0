"""Pictures of results: folds as dots with their interval, and curves over size or capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gradus.evaluation.assessment import shown
from gradus.evaluation.corrected import Interval
from gradus.report.axes import numeric, short
from gradus.report.html import Markup, element, join, paragraphs, table
from gradus.report.names import heading, readable
from gradus.report.standalone import standalone
from gradus.report.style import ACCENT, MUTED, SECOND, chart, layer, svg

ROW = 34  # pixels for a learner


def strip(
    measure: str, values: Mapping[str, np.ndarray], intervals: Mapping[str, Interval]
) -> Markup:
    """A row for each learner: a dot for each fold, the mean, and the interval of the mean."""
    names = list(values)
    x = numeric("value", readable(measure), scale={"zero": False, "nice": True})
    y = {"field": "name", "type": "nominal", "title": None, "sort": None}
    y["axis"] = {"domain": False, "ticks": False, "labels": len(names) > 1, "labelLimit": 120}
    dots = [
        {"name": short(n, 16), "value": float(v)}
        for n in names
        for v in values[n]
        if np.isfinite(v)
    ]
    ends = [
        {"name": short(n, 16), "value": i.mean, "low": i.low, "high": i.high}
        for n, i in intervals.items()
        if np.all(np.isfinite(i))
    ]
    reach = {"type": "rule", "color": SECOND, "strokeWidth": 2}
    mean = {"type": "tick", "color": SECOND, "thickness": 3, "size": 16}
    layers = [
        layer(ends, reach, x={**x, "field": "low"}, x2={"field": "high"}, y=y),
        layer(dots, {"type": "circle", "color": ACCENT, "opacity": 0.6, "size": 30}, x=x, y=y),
        layer(ends, mean, x=x, y=y),
    ]
    said = (
        f"{n} {shown(i.mean)} from {shown(i.low)} to {shown(i.high)}" for n, i in intervals.items()
    )
    words = f"{heading(measure)} of every fold; mean and 95 % interval: {'; '.join(said)}."
    return svg(chart(layers, height=60 + ROW * len(names)), heading(measure), words)


def two_curves(
    title: str,
    over: str,
    measure: str,
    places: Sequence[float | str],
    learned: np.ndarray,
    tested: np.ndarray,
) -> Markup:
    """Training and test measure over sizes or capacities: means, and a band of one standard
    deviation over the folds.

    Arguments:
        places: the values on the axis, P of them.
        learned, tested: shape (P, folds).
    """
    x = place_axis(places, over)
    y = numeric("value", readable(measure), scale={"zero": False, "nice": True})
    above = learned[-1].mean() > tested[-1].mean()
    layers = [
        *_curve("training", places, learned, MUTED, x, y, above),
        *_curve("test", places, tested, ACCENT, x, y, not above),
    ]
    ends = (shown(values[-1].mean()) for values in (learned, tested))
    words = "at the end {} in training and {} in test".format(*ends)
    return svg(chart(layers), title, f"{heading(measure)} over {over}: {words}.")


def as_html(
    rows: Sequence[Sequence[str]],
    sentences: Sequence[str],
    picture: str,
    more: Sequence[Sequence[str]] = (),
) -> str:
    """A result for a notebook: a table, sentences and a picture."""
    header, *body = rows
    parts = [table(header, body), paragraphs(sentences)]
    if more:
        parts.insert(1, table(more[0], more[1:]))
    drawn = Markup(standalone(picture).replace("<svg ", '<svg style="max-width: 36em" ', 1))
    return element("div", join([*parts, drawn]))


def place_axis(places: Sequence[float | str], over: str) -> dict:
    """The axis of sizes or capacities: names one after the other, numbers in proportion."""
    numbers = np.array([p for p in places if not isinstance(p, str)], float)
    if len(numbers) < len(places):
        axis = {"labelAngle": 0, "labelLimit": 90}
        return {"field": "place", "type": "ordinal", "title": over, "sort": None, "axis": axis}
    wide = numbers.min() > 0 and numbers.max() > 20 * numbers.min()
    scale = {"type": "log" if wide else "linear", "zero": False, "nice": False}
    return numeric("place", over, scale=scale, format="~s" if numbers.max() >= 1e4 else "~r")


def _curve(
    name: str,
    places: Sequence[float | str],
    values: np.ndarray,
    color: str,
    x: dict,
    y: dict,
    above: bool,
) -> list[dict]:
    """A line of means with its band and, above or below its end, its name."""
    spread = zip(places, values.mean(1).tolist(), values.std(1).tolist(), strict=True)
    rows = [{"place": p, "value": m, "low": m - s, "high": m + s} for p, m, s in spread]
    band = {"type": "area", "color": color, "opacity": 0.15}
    line = {"type": "line", "color": color, "point": {"color": color, "size": 25}}
    label = {"type": "text", "color": color, "align": "right", "dx": -8, "fontSize": 12}
    label["dy"] = -8 if above else 14
    end = [{**rows[-1], "name": name}]
    return [
        layer(rows, band, x=x, y={**y, "field": "low"}, y2={"field": "high"}),
        layer(rows, line, x=x, y=y),
        layer(end, label, x=x, y=y, text={"field": "name"}),
    ]
