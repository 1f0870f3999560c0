"""The part of the page about texts: what each token adds to a prediction."""

from __future__ import annotations

import numpy as np

from gradus.data.text.vocabulary import Vectoriser
from gradus.evaluation.assessment import Assessment
from gradus.insight import token_occlusion
from gradus.report.html import Markup, element, join, section
from gradus.report.inside import EACH, caption_of, output_of
from gradus.report.sheets import NEGATIVE, POSITIVE
from gradus.training.run import Run

MOST_TOKENS = 80  # of a text
STRONGEST = 0.6  # how much of a colour the token has that adds most


def vectoriser_of(run: Run) -> Vectoriser | None:
    """What made numbers of texts; None for a run on something else."""
    return getattr(run.preprocessor, "vectoriser", None)


def what_tokens_add(run: Run, assessment: Assessment | None) -> Markup:
    """Some wrong and some right predictions, each with its text; nothing where there are none."""
    words = vectoriser_of(run)
    x = None if assessment is None else assessment.worst_inputs
    if assessment is None or words is None or not isinstance(x, np.ndarray) or x.ndim != 2:
        return Markup()
    right = assessment.predicted == assessment.y
    if right.ndim > 1:
        return Markup()
    wrong = np.flatnonzero(~right[assessment.worst])[:EACH]
    fine = np.flatnonzero(right[assessment.sample])[:EACH]
    chosen = np.concatenate([x[wrong], assessment.sample_inputs[fine]])
    rows = [*assessment.worst[wrong], *assessment.sample[fine]]
    added = token_occlusion(run.model, chosen, output_of(assessment))
    shown = [
        element("div", element("h3", caption_of(assessment, int(row), bool(right[row]))), text)
        for row, text in zip(rows, map(coloured, [words] * len(rows), chosen, added), strict=True)
    ]
    note = (
        "How much lower the output is that was predicted, where a token is left out: blue speaks "
        "for the prediction, orange against it. Each text has a scale of its own."
    )
    return section("What each token adds", element("p", note), *shown) if shown else Markup()


def coloured(words: Vectoriser, numbers: np.ndarray, added: np.ndarray) -> Markup:
    """A text, every token on a ground of blue or orange by what it adds.

    >>> from gradus.data import Words
    >>> words = Words.fit(["good film"])
    >>> print(coloured(words, np.array([2, 3, 0]), np.array([1.0, 0.0, 0.0])))
    <p><span style="background: rgb(59 130 214 / 0.60)" title="+1">good</span> \
<span style="background: rgb(59 130 214 / 0.00)" title="+0">film</span></p>
    """
    there = np.flatnonzero(numbers != words.padding)[:MOST_TOKENS]
    top = np.abs(added).max() or 1
    spans = [
        element(
            "span",
            words.vocabulary[numbers[t]],
            style=f"background: {colour(float(added[t] / top))}",
            title=f"{added[t]:+.3g}",
        )
        for t in there
    ]
    return element("p", join(spans, words.between))


def colour(share: float) -> str:
    """Blue above 0, orange below, clear at 0."""
    red, green, blue = POSITIVE if share >= 0 else NEGATIVE
    return f"rgb({red} {green} {blue} / {STRONGEST * abs(share):.2f})"
