"""Linear models as pictures: their diagnostics, and the curve of a logistic regression."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.models.linear import Influence, LinearFit, influence
from gradus.report.axes import numeric
from gradus.report.charts import MOST_POINTS, PROPER
from gradus.report.html import Markup, element, figure
from gradus.report.standalone import standalone
from gradus.report.style import ACCENT, INK, MUTED, SECOND, chart, layer, svg

NAMED = 3  # rows whose numbers stand beside their points
CONTOURS = (0.5, 1.0)  # of Cook's distance
POINTS = 101  # of a curve
FEWEST = 4  # different values that a smooth line needs
SPAN = 2 / 3  # of the rows that a smooth line looks at
HEIGHT = 240
AROUND = {"zero": False, "nice": True}  # the range of an axis
PLAIN = "~r"  # numbers without powers of ten


class Diagnostics(NamedTuple):
    """Four pictures of a fit, each an SVG for a page; `html()` is a page of its own.

    Arguments:
        residuals: against fitted values: a bend is a term that is missing.
        quantiles: of the residuals against those of a normal distribution: off the line, tests
            and intervals are not what they say.
        scale: the size of residuals against fitted values: a slope is a variance that grows.
        leverage: residuals against leverage: beyond the dashed lines single rows decide.

    >>> picture = Markup("<svg></svg>")
    >>> Diagnostics(picture, picture, picture, picture).html().count("<figure>")
    4
    """

    residuals: Markup
    quantiles: Markup
    scale: Markup
    leverage: Markup

    def html(self) -> str:
        """The four pictures in a file that needs nothing else."""
        figures = [
            figure(title, Markup(standalone(picture)), caption)
            for (title, caption), picture in zip(CAPTIONS, self, strict=True)
        ]
        style = element("style", Markup("figure{display:inline-block;width:24rem;margin:1rem}"))
        head = element(
            "head", Markup('<meta charset="utf-8">'), element("title", "Diagnostics"), style
        )
        return "<!DOCTYPE html>\n" + element("html", head, element("body", *figures), lang="en")

    def _repr_html_(self) -> str:
        return self.html()


CAPTIONS = (
    ("Residuals", "A bend shows a term that is missing."),
    ("Normal quantiles", "Off the line, tests and intervals are not what they say."),
    ("Scale", "A slope shows a variance that changes."),
    ("Leverage", "Rows beyond the dashed lines decide the fit by themselves."),
)


def diagnostics(fit: LinearFit) -> Diagnostics:
    """Residuals, normal quantiles, scale and leverage of a fit.

    The rows that stand out are named by their numbers, counted from 0. Of many rows a random part
    is drawn, and those with the largest residuals or Cook's distances.

    Arguments:
        fit: of least squares, logistic or Poisson regression.

    Raises InputError for other fits.

    >>> from gradus.models import linear
    >>> table = {"x": [1.0, 2.0, 3.0, 4.0, 9.0], "y": [1.0, 2.3, 2.8, 4.1, 2.0]}
    >>> pictures = diagnostics(linear.least_squares("y ~ x", table))
    >>> pictures.residuals[:4], pictures.html()[:15]
    ('<svg', '<!DOCTYPE html>')

    James, Witten, Hastie and Tibshirani (2021), section 3.3.3; the four of R's `plot.lm`.
    """
    found = influence(fit)
    return Diagnostics(
        residuals_against_fitted(found),
        normal_quantiles(found),
        scale_location(found),
        residuals_against_leverage(found, parameters=fit.beta.size),
    )


def residuals_against_fitted(found: Influence) -> Markup:
    """Residuals over fitted values, with a smooth line."""
    x = numeric("x", "fitted", scale=AROUND, format=PLAIN)
    y = numeric("y", "residual", scale=AROUND, format=PLAIN)
    layers = [
        _level(0.0, y),
        *_scatter(found.fitted, found.residual, np.abs(found.standardised), x, y),
        *_smooth(found.fitted, found.residual, x, y),
    ]
    worst = _named(np.abs(found.standardised))
    words = f"Residuals against fitted values; the largest are those of rows {worst}."
    return svg(chart(layers, height=HEIGHT), "Residuals", words)


def normal_quantiles(found: Influence) -> Markup:
    """Standardised residuals in order, over those that a normal distribution would show."""
    from scipy.stats import norm

    order = np.argsort(found.standardised)
    n = len(order)
    theory = np.empty(n)
    theory[order] = norm.ppf((np.arange(n) + 0.5) / n)
    x = numeric("x", "normal quantile", scale=AROUND, format=PLAIN)
    y = numeric("y", "standardised residual", scale=AROUND, format=PLAIN)
    ends = [{"x": float(v), "y": float(v)} for v in (theory.min(), theory.max())]
    line = {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "color": MUTED}
    sizes = np.abs(found.standardised)
    layers = [layer(ends, line, x=x, y=y), *_scatter(theory, found.standardised, sizes, x, y)]
    words = "Standardised residuals against normal quantiles; on the line they are normal."
    return svg(chart(layers, height=HEIGHT), "Normal quantiles", words)


def scale_location(found: Influence) -> Markup:
    """The root of absolute standardised residuals over fitted values, with a smooth line."""
    size = np.sqrt(np.abs(found.standardised))
    x = numeric("x", "fitted", scale=AROUND, format=PLAIN)
    y = numeric("y", "√|standardised residual|", format=PLAIN)
    layers = [*_scatter(found.fitted, size, size, x, y), *_smooth(found.fitted, size, x, y)]
    words = "The size of residuals against fitted values; level where the variance is the same."
    return svg(chart(layers, height=HEIGHT), "Scale", words)


def residuals_against_leverage(found: Influence, parameters: int) -> Markup:
    """Standardised residuals over leverage, with lines of equal Cook's distance."""
    low, high = float(found.standardised.min()), float(found.standardised.max())
    far = 1.1 * float(found.leverage.max())
    air = 0.1 * (high - low) or 1.0
    shown = {"domain": [min(low, 0) - air, max(high, 0) + air]}
    x = numeric("x", "leverage", scale={"domain": [0, far]}, format=PLAIN)
    y = numeric("y", "standardised residual", scale=shown, format=PLAIN)
    layers = [
        _level(0.0, y),
        *_cook_lines(far, shown["domain"], parameters, x, y),
        *_scatter(found.leverage, found.standardised, found.cook, x, y),
    ]
    row = int(found.cook.argmax())
    words = f"Residuals against leverage; the largest Cook's distance is {found.cook[row]:.3g}, "
    return svg(chart(layers, height=HEIGHT), "Leverage", words + f"of row {row}.")


def logistic_curve(fit: LinearFit) -> Markup:
    """The probability that a logistic regression with one term gives, over that term, with the
    rows as marks at 0 and 1, as SVG for a page.

    Arguments:
        fit: from `linear.logistic`, of an intercept and one number.

    Raises InputError for other fits.

    >>> from gradus.models import linear
    >>> table = {"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "y": [0, 0, 1, 0, 1, 1]}
    >>> "½ at x = 3.5" in logistic_curve(linear.logistic("y ~ x", table))
    True
    """
    columns = [i for i, term in enumerate(fit.design.terms) if term != "Intercept"]
    if fit.labels is None or fit.beta.shape != (2,) or len(columns) != 1:
        raise InputError(
            "logistic_curve",
            expected="a logistic regression with an intercept and one term",
            got=f"{fit.kind}: {fit.design.formula}",
            fix="fit linear.logistic('y ~ x', table)",
        )
    term, values = fit.design.terms[columns[0]], fit.design.x[:, columns[0]]
    second = (fit.design.y == np.array(fit.labels)[1]).astype(float)
    slope, intercept = fit.beta[columns[0]], fit.beta[1 - columns[0]]
    across = np.linspace(values.min(), values.max(), POINTS)
    curve = [
        {"x": float(a), "y": float(b)}
        for a, b in zip(across, fit.mean(intercept + slope * across), strict=True)
    ]
    x = numeric("x", term, scale=AROUND, format=PLAIN)
    y = numeric("y", f"probability of {fit.labels[1]}", scale=PROPER)
    rows = _some(np.zeros(len(values)))
    marks = [{"x": float(values[i]), "y": float(second[i])} for i in rows]
    tick = {"type": "tick", "color": MUTED, "opacity": 0.5, "orient": "vertical", "size": 10}
    line = {"type": "line", "color": ACCENT}
    layers = [layer(marks, tick, x=x, y=y), layer(curve, line, x=x, y=y)]
    words = (
        f"Probability of {fit.labels[1]} against {term}, ½ at {term} = {-intercept / slope:.4g}."
    )
    return svg(chart(layers, height=HEIGHT), "Logistic curve", words)


def _scatter(x: np.ndarray, y: np.ndarray, size: np.ndarray, x_axis: dict, y_axis: dict) -> list:
    """Points, and the numbers of the rows of largest size."""
    points = [{"x": float(x[i]), "y": float(y[i])} for i in _some(size)]
    names = [{"x": float(x[i]), "y": float(y[i]), "row": str(i)} for i in _largest(size)]
    dot = {"type": "circle", "color": ACCENT, "opacity": 0.45, "size": 22}
    text = {"type": "text", "align": "left", "dx": 5, "color": INK, "fontSize": 10}
    return [
        layer(points, dot, x=x_axis, y=y_axis),
        layer(names, text, x=x_axis, y=y_axis, text={"field": "row"}),
    ]


def _some(size: np.ndarray) -> np.ndarray:
    """Rows to be drawn: all, or a random part, always the same, with those of largest size."""
    part = np.random.default_rng(0).permutation(len(size))[:MOST_POINTS]
    return np.union1d(part, _largest(size))


def _largest(size: np.ndarray) -> np.ndarray:
    return np.argsort(-size, kind="stable")[:NAMED]


def _named(size: np.ndarray) -> str:
    return ", ".join(str(int(i)) for i in _largest(size))


def _level(value: float, y_axis: dict) -> dict:
    rule = {"type": "rule", "strokeDash": [4, 4], "color": MUTED}
    return layer([{"y": value}], rule, y=y_axis)


def _smooth(x: np.ndarray, y: np.ndarray, x_axis: dict, y_axis: dict) -> list[dict]:
    """A smooth line through the points, locally weighted regression; none through a few x."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    if len(np.unique(x)) < FEWEST:
        return []
    delta = 0.01 * float(np.ptp(x))  # between two looks; else many rows would take minutes
    with np.errstate(all="ignore"):  # where many x are alike; such points are left out below
        line = np.unique(lowess(y, x, frac=SPAN, delta=delta), axis=0)
    rows = [{"x": float(a), "y": float(b)} for a, b in line[np.isfinite(line).all(axis=1)]]
    thinned = rows[:: max(1, len(rows) // POINTS)]
    mark = {"type": "line", "color": SECOND, "strokeWidth": 1.5}
    return [layer(thinned, mark, x=x_axis, y=y_axis)]


def _cook_lines(far: float, shown: list[float], parameters: int, x: dict, y: dict) -> list[dict]:
    """Where Cook's distance is ½ and 1: |r| = √(D p (1−h)/h)."""
    h = np.linspace(far / POINTS, min(far, 0.999), POINTS)
    layers = []
    for distance in CONTOURS:
        for sign in (-1, 1):
            r = sign * np.sqrt(distance * parameters * (1 - h) / h)
            inside = (r > shown[0]) & (r < shown[1])
            rows = [
                {"x": float(a), "y": float(b)} for a, b in zip(h[inside], r[inside], strict=True)
            ]
            if rows:
                line = {"type": "line", "color": SECOND, "strokeDash": [4, 4], "strokeWidth": 1}
                words = {"type": "text", "color": SECOND, "align": "right", "dy": -6}
                layers.append(layer(rows, line, x=x, y=y))
                end = [{**rows[-1], "words": f"{distance:g}"}]
                layers.append(layer(end, words, x=x, y=y, text={"field": "words"}))
    return layers
