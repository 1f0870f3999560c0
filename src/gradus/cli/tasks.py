"""What `gradus fit --task` can learn: how each is prepared, built, measured and used."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from gradus.cli import (
    answers,
    forecast,
    generative,
    images,
    language,
    language_worth,
    prepare,
    recipe,
    texts,
    unlabelled,
    worth,
)
from gradus.cli.measure import measured
from gradus.cli.predict import predicted
from gradus.cli.settings import choose
from gradus.cli.source import read
from gradus.cli.unlabelled import Form
from gradus.training import Run


class Task(NamedTuple):
    """One kind of thing to learn.

    Arguments:
        prepare: (source, settings) -> the parts and how they were made.
        decided: (settings, prepared) -> the settings with nothing left open.
        build: (settings, prepared) -> the algorithm.
        sentences: (settings, prepared) -> what will be trained, for people to read.
        measured: (run, part, training part or None) -> what it is worth.
        encoded: (preprocessor, rows) -> a part to measure on.
        predictions: (run, rows, what it is worth) -> columns of a table.
        draws: (run, count, seed) -> new examples, for `gradus generate` and the report; None where
            the run draws none.
        texts: (run, count, prompt, length, temperature, seed) -> new texts; None where the run
            writes none.
        read: (data, part, form) -> what DATA names.
    """

    prepare: Callable[..., Any]
    decided: Callable[..., Any]
    build: Callable[..., Any]
    sentences: Callable[..., list[str]]
    measured: Callable[..., Any]
    encoded: Callable[..., Any]
    predictions: Callable[..., dict]
    draws: Callable[..., Any] | None = None
    texts: Callable[..., list[str]] | None = None
    read: Callable[..., Any] = read


def without_targets(form: Form, measured: Callable, predictions: Callable, **more: Any) -> Task:
    """A task that learns from the examples alone."""
    return Task(
        partial(unlabelled.prepare, form=form),
        partial(generative.decided, form=form),
        partial(generative.build, form=form),
        partial(generative.sentences, form=form),
        measured,
        unlabelled.encoded,
        predictions,
        **more,
    )


DENSITIES = ("made", "flow")
TASKS: dict[str, Task] = {
    "predict": Task(
        prepare.prepare,
        images.decided,
        recipe.build,
        recipe.sentences,
        measured,
        prepare.encoded,
        predicted,
    ),
    "forecast": Task(
        forecast.prepare,
        forecast.decided,
        forecast.build,
        forecast.sentences,
        forecast.measured,
        forecast.encoded,
        forecast.predictions,
    ),
    "text": Task(
        texts.prepare,
        texts.decided,
        texts.build,
        texts.sentences,
        texts.measured,
        prepare.encoded,
        predicted,
    ),
    "write": Task(
        language.prepare,
        language.decided,
        language.build,
        language.sentences,
        language_worth.measured,
        language.encoded,
        language.refused,
        language.samples,
        language.texts,
        language.read,
    ),
    "density": without_targets(
        Form(DENSITIES, noise=True), worth.density, answers.likeliness, draws=generative.samples
    ),
    "compress": without_targets(
        Form(("autoencoder",), ("autoencoder",)), worth.compression, answers.codes
    ),
    "anomaly": without_targets(
        Form((*DENSITIES, "autoencoder"), ("autoencoder", "vae"), noise=True),
        worth.anomaly,
        answers.anomalies,
    ),
    "impute": without_targets(Form(("autoencoder",), holes=True), worth.imputation, answers.filled),
    "generate": without_targets(
        Form((*DENSITIES, "gan"), ("vae", "gan"), noise=True),
        worth.generation,
        answers.refused,
        draws=generative.samples,
    ),
}


def task_named(name: str) -> Task:
    """A task; raises InputError with the nearest name for another."""
    return choose("task", name, TASKS)


def task_of(run: Run) -> Task:
    """What a run has learned to do."""
    return TASKS[run.settings.get("task", "predict")]
