"""The part of the page about attacks: accuracy against their strength."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.report.axes import numeric, short, spread
from gradus.report.html import Markup, figure, section, table
from gradus.report.style import ACCENT, DEPTH, INK, MUTED, SECOND, chart, layer, svg
from gradus.robust import RobustnessCurve

COLORS = (ACCENT, SECOND, MUTED, INK, DEPTH[0], DEPTH[4])
GAP = 0.07  # between names, as a part of the axis
TITLE = "Accuracy under attack"
CAPTION = (
    "Where the lines of attacks fall far below that of noise, it is the direction of a change "
    "that misleads the model, and not its size."
)


def robustness(curve: RobustnessCurve) -> Markup:
    """Accuracy against ε, a line for each attack, as SVG for a page.

    `standalone` makes a file of the picture. Raises InputError for what is no such curve.

    >>> from gradus.robust import RobustnessCurve
    >>> found = {"FGSM": np.array([0.9, 0.1]), "noise": np.array([0.9, 0.8])}
    >>> "FGSM falls to 0.1" in robustness(RobustnessCurve(np.array([0, 0.2]), found, 100))
    True
    """
    check_curve(curve)
    x = numeric("x", "ε", scale={"domainMin": 0})
    y = numeric("y", "accuracy", scale={"domain": [0, 1]})
    colors = dict(zip(curve.accuracy, COLORS * len(curve.accuracy), strict=False))
    last = np.array([values[-1] for values in curve.accuracy.values()])
    places = dict(zip(curve.accuracy, spread(last, GAP), strict=True))
    layers = []
    for name, values in curve.accuracy.items():
        pairs = zip(curve.epsilons, values, strict=True)
        rows = [{"x": float(epsilon), "y": float(value)} for epsilon, value in pairs]
        point = {"size": 14, "color": colors[name]}
        line = {"type": "line", "color": colors[name], "point": point}
        text = {"type": "text", "align": "left", "dx": 6, "color": colors[name]}
        end = {"x": rows[-1]["x"], "y": float(places[name]), "name": short(name, 12)}
        layers += [
            layer(rows, line, x=x, y=y),
            layer([end], text, x=x, y=y, text={"field": "name"}),
        ]
    falls = (f"{name} falls to {values[-1]:.4g}" for name, values in curve.accuracy.items())
    words = f"Up to ε = {curve.epsilons[-1]:.4g}: {', '.join(falls)}."
    return svg(chart(layers), TITLE, words)


def under_attack(curve: RobustnessCurve | None) -> Markup:
    """The section of the page; nothing where no curve was given."""
    if curve is None:
        return Markup()
    picture = robustness(curve)
    columns = zip(curve.epsilons, *curve.accuracy.values(), strict=True)
    rows = [(f"{epsilon:.4g}", *(f"{a:.4f}" for a in row)) for epsilon, *row in columns]
    numbers = table(("ε", *curve.accuracy), rows)
    unit = f", ε in {curve.unit}" if curve.unit else ""
    count = f"Accuracy on {curve.examples:,} examples{unit}. {CAPTION}"
    return section("Robustness", figure(TITLE, picture, count), numbers)


def check_curve(curve: Any) -> None:
    """Refuse what is no curve."""
    if not isinstance(curve, RobustnessCurve):
        raise InputError(
            "robustness",
            expected="what `robust.robustness_curve` gave back",
            got=f"an object of type {type(curve).__name__}",
            fix="robustness_curve(run.model, run.likelihood, x, y, [0, 0.1, 0.2])",
        )
