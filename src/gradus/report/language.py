"""The part of the page about how well a language model guesses what comes next."""

from __future__ import annotations

import numpy as np

from gradus.data import LanguagePreprocessor
from gradus.report import traces
from gradus.report.html import Markup, element, figure, section
from gradus.report.style import svg
from gradus.report.training import log_note
from gradus.training.run import Run

PARTS = {"training": "loss", "validation": "val_loss"}


def perplexities(run: Run) -> Markup:
    """The perplexity of a language model over the epochs; nothing for other runs."""
    history = run.history
    if not isinstance(run.preprocessor, LanguagePreprocessor) or not history.epochs:
        return Markup()
    series = {part: np.exp(history[name]) for part, name in PARTS.items() if name in history}
    best = run.best_epoch if "validation" in series else 0
    ends = "; ".join(f"{part} ends at {values[-1]:.4g}" for part, values in series.items())
    picture = svg(
        traces.trace(history["epoch"], series, best), "Perplexity", f"Perplexity: {ends}."
    )
    kind = type(run.preprocessor.vectoriser).__name__.lower()
    known = run.preprocessor.vectoriser.size - len(run.preprocessor.unwritten)
    caption = (
        f"Among how many equally likely {kind} the model had to choose, exp(loss); one that knows "
        f"nothing chooses among {known:,}."
    )
    drawn = figure("Perplexity" + log_note(series), picture, caption)
    return section("Perplexity", element("div", drawn, class_="figures"))
