"""What attention looked at, as a picture: written tokens against read ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.report.axes import short
from gradus.report.html import Markup, figure
from gradus.report.style import ACCENT, WIDTH, chart, layer, svg

SMALLEST = 0.01  # weights that are drawn
SPACE = 60  # beside the squares, for words


def attention_map(weights: Any, rows: Sequence[str], columns: Sequence[str]) -> Markup:
    """The weights of one attention: a row for each token that looked, a column for each token
    that was looked at; the stronger the colour, the larger the weight.

    Arguments:
        weights: shape (T, S), such as `insight.attention_maps(model, x)[0][0, 0]`; rows and
            columns beyond those named, which are padding, are left out.
        rows: the tokens that looked, T at most.
        columns: the tokens that were looked at, S at most.

    Raises InputError for weights of another shape, and for more names than there are.

    >>> attention_map([[1.0, 0.0], [0.2, 0.8]], ["the", "cat"], ["die", "Katze"]).count("<path")
    3
    """
    weights = np.asarray(weights, float)
    check_names(weights, rows, columns)
    shown = weights[: len(rows), : len(columns)]
    cells = [
        {"row": i, "column": j, "weight": round(float(w), 3)}
        for (i, j), w in np.ndenumerate(shown)
        if w >= SMALLEST
    ]
    x = _words("column", columns, "what was looked at", labelAngle=-45, orient="top")
    y = _words("row", rows, "what looked")
    opacity = {"field": "weight", "type": "quantitative", "legend": None}
    opacity["scale"] = {"domain": [0, 1], "range": [0, 1]}
    squares = layer(cells, {"type": "rect", "color": ACCENT}, x=x, y=y, opacity=opacity)
    side = (WIDTH - SPACE) / max(len(columns), 4)
    height = int(SPACE + min(side, 24) * max(len(rows), 1))
    caption = "Each row sums to 1 over all that may be seen."
    return figure("Attention", svg(chart([squares], height=height), "Attention", caption), caption)


def check_names(weights: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse weights that are no table, and names that have no place in it."""
    named = (len(rows), len(columns))
    fits = weights.ndim == 2 and named[0] <= weights.shape[0] and named[1] <= weights.shape[1]
    if not fits or not all(named):
        raise InputError(
            "attention_map",
            expected="weights (T, S), with T names for rows and S for columns at most",
            got=f"weights of shape {weights.shape}, names for {named[0]} rows, {named[1]} columns",
            fix="take one example and one head: attention_maps(model, x)[0][0, 0]",
        )


def _words(field: str, words: Sequence[str], title: str, **axis: Any) -> dict:
    """An axis of tokens in their order; a token may come several times."""
    names = [short(word, 12) for word in words]
    label = f"{json.dumps(names)}[datum.value]"
    return {
        "field": field,
        "type": "ordinal",
        "title": title,
        "scale": {"domain": list(range(len(names)))},
        "axis": {"labelExpr": label, "grid": False, **axis},
    }
