"""The spectrum of a loss's Hessian as a picture."""

from __future__ import annotations

import numpy as np

from gradus.calculus import Curvature
from gradus.report.axes import ValueAxis, decades, numeric
from gradus.report.html import Markup
from gradus.report.style import ACCENT, MUTED, SECOND, chart, layer, svg

POINTS = 241
WIDTH = 0.01  # of the bells that make the density smooth, as a part of the axis
LEAST = 1e-4  # density below this part of the largest is left out


def spectrum(found: Curvature) -> Markup:
    """How many curvatures of each size a loss has, as SVG for a page.

    The density has a logarithmic axis: most curvatures are near zero, and the few large ones
    decide. With a rate in use, a line marks 2/rate: curvatures to the right of it make steps grow.

    >>> import jax.numpy as jnp
    >>> from gradus.calculus import curvature
    >>> found = curvature(lambda w: jnp.sum(jnp.arange(1.0, 5.0) * w**2), jnp.ones(4), rate=0.5)
    >>> "2/rate" in spectrum(found)
    True

    Ghorbani, Krishnan and Xiao (2019).
    """
    ends = np.array([found.smallest, found.largest, 0.0])
    if found.rate is not None:
        ends = np.append(ends, 2 / found.rate)
    axis = ValueAxis.around(ends, log=False)
    grid = np.linspace(axis.low, axis.high, POINTS)
    density = found.density(grid, WIDTH * (axis.high - axis.low))
    floor = LEAST * density.max()
    rows = [
        {"x": float(x), "y": float(max(d, floor)), "floor": float(floor)}
        for x, d in zip(grid, density, strict=True)
    ]
    x = numeric("x", "curvature", scale={"domain": [axis.low, axis.high]})
    scale = {"type": "log", "domain": [floor, top := float(density.max())]}
    y = numeric("y", "density", scale=scale, values=decades(floor, top))
    area = {"type": "area", "color": ACCENT, "opacity": 0.6}
    layers = [layer(rows, area, x=x, y=y, y2={"field": "floor"}), *_limit(found.rate, x)]
    words = f"Curvatures from {found.smallest:.3g} to {found.largest:.3g}. {found.verdict}"
    return svg(chart(layers), "Spectrum of the Hessian", words.strip())


def _limit(rate: float | None, x: dict) -> list[dict]:
    """A line where curvature becomes too large for the rate."""
    if rate is None:
        return []
    rows = [{"x": 2 / rate, "words": "2/rate"}]
    text = {"type": "text", "color": SECOND, "align": "right", "dx": -4, "baseline": "top"}
    rule = {"type": "rule", "color": MUTED, "strokeDash": [4, 4]}
    words = {"field": "words"}
    return [layer(rows, rule, x=x), layer(rows, text, x=x, y={"value": 0}, text=words)]
