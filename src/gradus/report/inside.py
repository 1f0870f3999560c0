"""The part of the page that looks inside the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.evaluation.assessment import Assessment
from gradus.insight import activations, first_filters
from gradus.nn import Layer, Reshape, Sequential, graph
from gradus.report.code_maps import code_map, neighbours
from gradus.report.examples import target_text
from gradus.report.html import Markup, element, figure, section
from gradus.report.insight import (
    activation_maps,
    contributions,
    explanations,
    filters,
    maximising_inputs,
)
from gradus.report.pictures import as_pictures
from gradus.training.run import Run

EACH = 2  # wrong and right examples whose predictions are explained
QUERIES = 5  # examples whose nearest pictures are shown
MOST_CLASSES = 10  # whose favourite inputs are drawn
PASSES = 5000  # through the model, about, that explanations and favourite inputs take together
MOST_FLOPS = 5e11  # for them: some seconds of two cores


class Subject(NamedTuple):
    """A model that takes pictures, and some of those that it was tested on.

    Arguments:
        model: takes pictures of shape (B, H, W, C), gives outputs of shape (B, k).
        assessment: what it is worth.
        pictures: the sample of the assessment.
        worst: its hardest examples.
    """

    model: Layer
    assessment: Assessment
    pictures: np.ndarray
    worst: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Which of all tested examples are predicted as they are."""
        found = self.assessment.predicted == self.assessment.y
        return found.reshape(len(found), -1).all(axis=1)


def looking_inside(run: Run, assessment: Assessment | None) -> Markup:
    """What a model looks for and what its predictions rest on; nothing without examples."""
    x = None if assessment is None else assessment.sample_inputs
    if assessment is None or not isinstance(run.model, Layer) or not isinstance(x, np.ndarray):
        return Markup()
    pixels = all(name.lower().startswith("pix") for name in assessment.columns)
    pictures = as_pictures(x) if pixels else None
    if pictures is not None:
        model = run.model
        if pictures.shape != x.shape:
            model = Sequential(Reshape(x.shape[1:]), model)
        worst = as_pictures(assessment.worst_inputs)
        return of_pictures(Subject(model, assessment, pictures, np.asarray(worst)))
    return of_columns(run.model, assessment, x)


def of_columns(model: Layer, assessment: Assessment, x: np.ndarray) -> Markup:
    """The columns of a table that predictions rest on."""
    if x.ndim != 2 or x.shape[1] != len(assessment.columns):
        return Markup()
    caption = (
        f"Integrated gradients from the mean of each column, over {len(x)} examples. A column that "
        "says the same as another shares its part with it."
    )
    target = output_of(assessment)
    drawn = part(
        "Columns that predictions rest on",
        caption,
        lambda: contributions(model, x, assessment.columns, target),
    )
    return section("Looking inside", drawn)


def of_pictures(subject: Subject) -> Markup:
    """First filters, activation maps, explanations, favourite inputs and the map of examples."""
    shape = subject.pictures.shape[1:]
    flops = graph(subject.model, shape).flops
    parts = [
        part_of_filters(subject.model, shape),
        part(
            "Activation maps",
            "What the layers make of the first example: their strongest channels.",
            lambda: activation_maps(subject.model, subject.pictures[:1]),
        ),
    ]
    note = ""
    if PASSES * flops <= MOST_FLOPS:
        parts += [part_of_favourites(subject, shape), part_of_explanations(subject)]
    else:
        note = (
            f"Explanations and favourite inputs are left out: {flops:,} additions and "
            "multiplications for one example would make this page slow. "
            "`report.explanations` and `report.maximising_inputs` draw them."
        )
    parts += parts_of_codes(subject)
    shown = element("div", *filter(None, parts), class_="figures")
    return section("Looking inside", shown, element("p", note, class_="note") if note else "")


def part_of_filters(model: Layer, shape: tuple[int, ...]) -> Markup:
    """The first filters, and whether they are clean."""
    try:
        verdict = first_filters(model, shape).verdict
    except InputError:
        return Markup()
    words = f"Clean filters are smooth, noisy ones have not learned enough. {verdict}."
    return figure("First filters", filters(model, shape), words)


def part_of_explanations(subject: Subject) -> Markup:
    """Hardest wrong and some right examples, and what their predictions rest on."""
    assessment, right = subject.assessment, subject.right
    wrong = np.flatnonzero(~right[assessment.worst])[:EACH]
    fine = np.flatnonzero(right[assessment.sample])
    fine = fine[np.linspace(0, len(fine) - 1, min(EACH, len(fine))).astype(int)]
    x = np.concatenate([subject.worst[wrong], subject.pictures[fine]])
    rows = [*assessment.worst[wrong], *assessment.sample[fine]]
    captions = [caption_of(assessment, int(row), bool(right[row])) for row in rows]
    words = "Blue speaks for the prediction, orange against it; gradients are integrated from 0."
    target = output_of(assessment)
    return part(
        "What predictions rest on", words, lambda: explanations(subject.model, x, captions, target)
    )


def part_of_favourites(subject: Subject, shape: tuple[int, ...]) -> Markup:
    """The input that each class likes best."""
    labels = subject.assessment.labels[:MOST_CLASSES]
    rms = float(np.sqrt(np.mean(subject.pictures.astype(float) ** 2)))
    words = (
        "The input, as large as the examples are, that makes the output of a class as large as it "
        "gets. Where it looks like nothing, the model sees what people do not."
    )
    if subject.assessment.kind != "classification" or len(labels) < 2:
        return Markup()
    return part(
        "Inputs that a class likes best",
        words,
        lambda: maximising_inputs(subject.model, shape, labels, rms=rms),
    )


def parts_of_codes(subject: Subject) -> list[Markup]:
    """The map of the codes before the last layer, and nearest pictures."""
    assessment = subject.assessment
    codes, wrong = codes_of(subject), ~subject.right[assessment.sample]
    if codes is None:
        return []
    classes = assessment.kind == "classification"
    words = (
        f"{len(codes)} examples where the last layer finds them. "
        + "Wrong predictions are orange." * classes
    )
    names = [target_text(assessment, assessment.y[row]) for row in assessment.sample]
    order = np.argsort(~wrong, kind="stable") if classes else np.arange(len(codes))
    return [
        part(
            "Map of examples",
            words,
            lambda: code_map(codes, subject.pictures, wrong if classes else None),
        ),
        part(
            "Nearest pictures",
            "Examples, wrong ones first, and those that the last layer finds most alike.",
            lambda: neighbours(codes, subject.pictures, order[:QUERIES], names),
        ),
    ]


def codes_of(subject: Subject) -> np.ndarray | None:
    """What the last layer is given: the last activations of another shape than its outputs."""
    try:
        found = list(activations(subject.model, subject.pictures).values())
    except InputError:
        return None
    return next((a for a in found[::-1] if a.shape != found[-1].shape), None)


def caption_of(assessment: Assessment, row: int, right: bool) -> str:
    """The truth about an example, and the prediction where it is another."""
    true, predicted = (
        target_text(assessment, v[row]) for v in (assessment.y, assessment.predicted)
    )
    return f"row {row}: {true}" + ("" if right else f", taken for {predicted}")


def output_of(assessment: Assessment) -> Any:
    """Which output is explained: the class that is predicted, or the first number."""
    return None if assessment.kind == "classification" else 0


def part(title: str, caption: str, draw: Callable[[], Markup]) -> Markup:
    """A picture with its title; nothing for a model that has no such picture."""
    try:
        return figure(title, draw(), caption)
    except InputError:
        return Markup()
