"""The part of the page about memory: how far back in time a gradient reaches."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.evaluation.assessment import Assessment
from gradus.insight.lags import ByLag, gradient_by_lag, is_recurrent
from gradus.nn.layer import Layer
from gradus.report.axes import ValueAxis, numeric
from gradus.report.html import Markup, figure, section
from gradus.report.style import ACCENT, chart, layer, svg
from gradus.training.run import Run

EXAMPLES = 64  # that the gradient is averaged over
TITLE = "How far back the gradient reaches"
CAPTION = (
    "The gradient of the outputs at the end by the inputs so many steps before. What lies where "
    "the line has fallen far cannot be learned from; where it rises, clip the gradient."
)


def lags(found: ByLag) -> Markup:
    """The size of a gradient against the lag, on a logarithmic axis, as SVG for a page.

    Arguments:
        found: what `insight.gradient_by_lag` gave back.

    Raises InputError for what is none, and for a gradient that is 0 everywhere.

    >>> picture = lags(ByLag(np.array([1.0, 0.5, 0.25])))
    >>> "vanishes, 0.5 times per step" in picture
    True
    """
    check_by_lag(found)
    axis = ValueAxis.around(found.norms, log=True)
    fine = axis.drawable(found.norms)
    rows = [
        {"lag": i, "value": float(norm) if fine[i] else None} for i, norm in enumerate(found.norms)
    ]
    x = numeric("lag", "steps before the last", format="d")
    y = axis.encoding("value")
    line = {"type": "line", "color": ACCENT}
    words = f"Over {len(rows)} steps the gradient {found.verdict}."
    return svg(chart([layer(rows, line, x=x, y=y)]), TITLE, words)


def back_in_time(run: Run, assessment: Assessment | None) -> Markup:
    """The section of the page; nothing for models that are not recurrent."""
    x = None if assessment is None else assessment.sample_inputs
    if x is None or not isinstance(run.model, Layer) or not is_recurrent(run.model):
        return Markup()
    few: Any = jax.tree.map(lambda a: a[:EXAMPLES], x)
    try:
        found = gradient_by_lag(run.model, few)
        picture = lags(found)
    except InputError:
        return Markup()
    return section("Memory", figure(TITLE, picture, f"It {found.verdict}. {CAPTION}"))


def check_by_lag(found: Any) -> None:
    """Refuse what cannot be drawn."""
    if not isinstance(found, ByLag) or not np.any(found.norms > 0):
        raise InputError(
            "lags",
            expected="what `insight.gradient_by_lag` gave back, not 0 everywhere",
            got="zeros" if isinstance(found, ByLag) else f"an object of {type(found).__name__}",
            fix="report.lags(insight.gradient_by_lag(run.model, x))",
        )
