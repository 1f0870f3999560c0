"""The part of the page about single examples: those with the highest loss."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np

from gradus.data.text.vocabulary import Vectoriser
from gradus.evaluation.assessment import Assessment, shown
from gradus.report.html import Markup, element, section, table
from gradus.report.pictures import as_pictures, gallery

FACTS = ("row", "true", "predicted", "loss")  # what is said about every example
MOST_COLUMNS = 8  # of the inputs beside them
MOST_CHARACTERS = 300  # of a text
MOST_VALUES = 3  # of a target that has several


def hardest(assessment: Assessment, vectoriser: Vectoriser | None = None) -> Markup:
    """The examples with the highest loss, as pictures where they are some, else as a table.

    Arguments:
        assessment: which examples they are.
        vectoriser: what made numbers of texts, where they are texts.
    """
    if not len(assessment.worst):
        return Markup()
    words = "The examples with the highest loss. Wrong labels and odd inputs gather here."
    pixels = all(name.lower().startswith("pix") for name in assessment.columns)
    pictures = as_pictures(assessment.worst_inputs) if pixels else None
    if vectoriser is not None:
        drawn = text_table(assessment, vectoriser)
    elif pictures is not None:
        drawn = example_gallery(assessment, pictures)
    else:
        drawn = example_table(assessment)
    return section("Hardest examples", element("p", words), drawn)


def example_gallery(assessment: Assessment, pictures: np.ndarray) -> Markup:
    """Examples as pictures, with what is known about them below."""
    captions = [
        "\n".join(f"{fact} {value}" for fact, value in zip(FACTS, values, strict=True))
        for values in (facts_of(assessment, row) for row in assessment.worst)
    ]
    return gallery(pictures, captions, "Hard example")


def example_table(assessment: Assessment) -> Markup:
    """Examples as rows, with the first columns of their inputs where these are a table."""
    names, inputs = first_columns(assessment.worst_inputs, assessment.columns)
    rows = [
        (*facts_of(assessment, row), *map(shown, values))
        for row, values in zip(assessment.worst, inputs, strict=True)
    ]
    return table((*FACTS, *names), rows)


def text_table(assessment: Assessment, vectoriser: Vectoriser) -> Markup:
    """Examples as rows, with the text as the model sees it."""
    texts = vectoriser.decode(assessment.worst_inputs)
    rows = [
        (*facts_of(assessment, row), shortened(text))
        for row, text in zip(assessment.worst, texts, strict=True)
    ]
    return table((*FACTS, "text"), rows)


def shortened(text: str) -> str:
    """The beginning of a long text.

    >>> shortened("a good film")
    'a good film'
    """
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + " …"


def first_columns(x: Any, columns: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """Names and values of the first input columns; none where the inputs are no table."""
    if getattr(x, "ndim", 0) != 2:
        return [], np.zeros((len(jax.tree.leaves(x)[0]), 0))
    names = columns or [f"x{j}" for j in range(x.shape[1])]
    return list(names[:MOST_COLUMNS]), x[:, : min(MOST_COLUMNS, len(names))]


def facts_of(assessment: Assessment, row: int) -> tuple[str, ...]:
    """Its row, the truth, the prediction and the loss, as text."""
    true, predicted = (
        target_text(assessment, values[row]) for values in (assessment.y, assessment.predicted)
    )
    return str(row), true, predicted, shown(float(assessment.loss_per_row[row]))


def target_text(assessment: Assessment, value: np.ndarray) -> str:
    """A target as people know it: the name of a class, or a number; the first few of several."""
    values = np.reshape(value, -1)
    if assessment.kind == "classification":
        words = [assessment.labels[int(k)] for k in values[:MOST_VALUES]]
    else:
        words = [shown(float(v)) for v in values[:MOST_VALUES]]
    return ", ".join(words) + (" …" if len(values) > MOST_VALUES else "")
