"""The parts of the page about the result: the verdict, and predictions beside the truth."""

from __future__ import annotations

import numpy as np

from gradus.evaluation.assessment import Assessment, shown
from gradus.evaluation.forecasts import Forecasts
from gradus.evaluation.scores import Scores
from gradus.metrics import confusion_matrix
from gradus.report import charts
from gradus.report.curves import reliability, roc_curves
from gradus.report.html import Markup, element, figure, section, table
from gradus.report.names import readable
from gradus.report.style import svg

Found = Assessment | Scores | Forecasts  # what a run is worth, by what it has learned to do

NOUNS = {"row": "examples", "window": "windows"}  # what is measured on, for people to read
MOST_CLASSES = 15  # whose confusion matrix can be read
MOST_TARGETS = 3  # columns of y that get pictures of their own
HEADLINE = {  # the measure that stands for all, and whether more of it is better
    "classification": ("accuracy", True),
    "regression": ("rmse", False),
    "counts": ("rmse", False),
}


def result(assessment: Assessment) -> Markup:
    """The model beside its baselines, with a sentence that says which is better."""
    return section("Result", element("p", verdict(assessment)), all_measures(assessment))


def all_measures(found: Found) -> Markup:
    """A table of the model and its baselines."""
    names = list(found.measures)
    rows = [(who, *(shown(m[n]) if n in m else "" for n in names)) for who, m in found.table()]
    return table(("", *map(readable, names)), rows, "result")


def verdict(found: Found) -> str:
    """Whether the model beats the best of its baselines."""
    examples = f"Measured on {found.rows:,} {NOUNS[found.noun]}"
    if not found.baselines:
        return f"{examples}. No baseline was asked, so nobody knows whether this is good."
    if beaten := not_better(found):
        return f"{examples}. {beaten}"
    best, numbers = best_baseline(found)
    return f"{examples}. The model beats every baseline; the best is {best} ({numbers})."


def not_better(found: Found) -> str:
    """A sentence where the model does not beat the best of its baselines, else nothing."""
    if not found.baselines:
        return ""
    measure, higher = headline(found)
    best, numbers = best_baseline(found)
    model, other = found.measures[measure], found.baselines[best][measure]
    if model > other if higher else model < other:
        return ""
    return f"The model does not beat the baseline {best} ({numbers})."


def best_baseline(found: Found) -> tuple[str, str]:
    """The name of the best baseline, and the model's headline against its."""
    measure, higher = headline(found)
    values = {name: measures[measure] for name, measures in found.baselines.items()}
    best = (max if higher else min)(values, key=lambda name: values[name])
    model = shown(found.measures[measure])
    return best, f"{readable(measure)} {model} against {shown(values[best])}"


def headline(found: Found) -> tuple[str, bool]:
    """The measure that stands for all, and whether more of it is better."""
    if isinstance(found, Assessment):
        return HEADLINE[found.kind]
    return found.headline, isinstance(found, Scores) and found.higher


def predictions(assessment: Assessment) -> Markup:
    """Pictures of the predictions beside the truth."""
    parts = classes(assessment) if assessment.kind == "classification" else numbers(assessment)
    return section("Predictions", element("div", *parts, class_="figures"))


def classes(assessment: Assessment) -> list[Markup]:
    """Confusion matrix, ROC and calibration."""
    y, predicted = assessment.y.reshape(-1).astype(int), assessment.predicted.reshape(-1)
    parts = [confusion_figure(y, predicted, assessment.labels)]
    if assessment.probabilities is not None:
        p = assessment.probabilities.reshape(len(y), -1)
        parts += [roc_figure(y, p, assessment.labels), calibration_figure(y, p)]
    return [part for part in parts if part]


def confusion_figure(y: np.ndarray, predicted: np.ndarray, labels: tuple[str, ...]) -> Markup:
    """The confusion matrix; for many classes a list of what is confused most often."""
    counts = confusion_matrix(y, predicted, np.arange(len(labels)))
    mistakes = [
        (labels[i], labels[j], int(n)) for (i, j), n in np.ndenumerate(counts) if n and i != j
    ]
    mistakes.sort(key=lambda mistake: -mistake[2])
    if len(labels) > MOST_CLASSES:
        listed = table(("true", "predicted", "examples"), mistakes[:10])
        return figure("Confusions", listed, "What is mistaken most often.")
    words = "; ".join(
        f"{n} of class {true} were taken for {other}" for true, other, n in mistakes[:3]
    )
    caption = f"Mistakes stand off the diagonal. Most frequent: {words}."
    caption = caption if mistakes else "All predictions are right."
    picture = svg(charts.confusion(counts, labels), "Confusion matrix", caption)
    return figure("Confusion matrix", picture, caption)


def roc_figure(y: np.ndarray, probabilities: np.ndarray, labels: tuple[str, ...]) -> Markup:
    """The ROC of two classes, or of each of several against the others."""
    curves = roc_curves(y, probabilities, labels)
    if not curves:
        return Markup()
    areas = ", ".join(f"{name} {area:.4f}" for name, *_, area in curves)
    picture = svg(charts.roc(curves), "ROC", f"Areas under the curves: {areas}.")
    caption = "The nearer to the upper left corner, the better; the dashed line is guessing."
    if len(curves) > 1:
        caption = f"Each class against all others; the lowest areas (AUC) are named. {caption}"
    return figure("ROC", picture, caption)


def calibration_figure(y: np.ndarray, probabilities: np.ndarray) -> Markup:
    """Whether predicted probabilities can be taken at their word."""
    bins = reliability(y, probabilities)
    words = f"Expected calibration error {bins.error:.3f}."
    caption = (
        f"Points below the dashed line are promises that were not kept: overconfidence. {words} "
        "Larger points stand for more examples."
    )
    spec = charts.calibration(bins.confidence, bins.frequency, bins.counts)
    return figure("Calibration", svg(spec, "Calibration", words), caption)


def numbers(assessment: Assessment) -> list[Markup]:
    """Predicted against true, and residuals, for the first columns of the targets."""
    y = assessment.y.reshape(len(assessment.y), -1).astype(float)
    predicted = assessment.predicted.reshape(y.shape).astype(float)
    parts = []
    for column in range(min(y.shape[1], MOST_TARGETS)):
        named = assessment.labels[column] if column < len(assessment.labels) else f"target {column}"
        suffix = f": {named}" if y.shape[1] > 1 or assessment.labels else ""
        parts += target_figures(y[:, column], predicted[:, column], suffix)
    return parts


def target_figures(y: np.ndarray, predicted: np.ndarray, suffix: str) -> list[Markup]:
    """Both pictures of one column of the targets."""
    titles = f"Predicted against true{suffix}", f"Residuals{suffix}"
    spread = f"Root mean squared residual {np.sqrt(np.mean((y - predicted) ** 2)):.4g}."
    scatter = svg(charts.predicted_against_true(y, predicted), titles[0], spread)
    rest = svg(charts.residuals(y, predicted), titles[1], spread)
    return [
        figure(titles[0], scatter, "On the dashed line a prediction is right; look for bends."),
        figure(titles[1], rest, "A shape in this cloud is something the model has not learned."),
    ]
