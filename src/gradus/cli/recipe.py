"""From settings to an algorithm: likelihood, model, optimiser and penalty."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

from gradus import nn, optim, penalties
from gradus.base.errors import located
from gradus.base.words import counted
from gradus.cli import images
from gradus.cli.images import NETS, transforms
from gradus.cli.prepare import Prepared
from gradus.cli.settings import Settings, choose
from gradus.learn import Algorithm, augmented, supervised
from gradus.likelihoods import (
    Categorical,
    Gaussian,
    HeteroscedasticGaussian,
    Laplace,
    Likelihood,
    Mixture,
    Poisson,
)

DEFAULT = {"classification": "categorical", "regression": "gaussian", "counts": "poisson"}
LIKELIHOODS = {
    "gaussian": Gaussian,
    "heteroscedastic": HeteroscedasticGaussian,
    "laplace": Laplace,
    "mixture": partial(Mixture, 3),
    "poisson": Poisson,
}
OPTIMIZERS = {
    name: getattr(optim, name)
    for name in (
        *("adam", "adamw", "nadam", "amsgrad", "radam", "adamax", "lion"),
        *("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta"),
    )
}
SCHEDULES = {  # name -> (rate, steps of the whole run) -> schedule
    "constant": lambda rate, steps: optim.constant(rate),
    "cosine": optim.cosine_decay,
    "linear": optim.linear_decay,
    "step": lambda rate, steps: optim.step_decay(rate, max(steps // 3, 1)),
    "exponential": lambda rate, steps: optim.exponential_decay(rate, steps, factor=0.01),
}
BATCHES = ((2_000, 32), (10_000, 64), (50_000, 128))  # (up to this many rows, rows per step)
LARGEST_BATCH = 256
STEPS = 10_000
EPOCHS = (30, 300)  # at least and at most, unless chosen
LEAST_PATIENCE = 10


def build(settings: Settings, prepared: Prepared, *, rate: Any = None, l2: Any = None) -> Algorithm:
    """The algorithm that the settings describe, once everything in them is decided and settled.

    Arguments:
        rate, l2: instead of those of the settings, for trials side by side: traced numbers.

    Raises InputError for unknown names, and for targets that the likelihood cannot describe.
    """
    likelihood = build_likelihood(settings, prepared)
    likelihood.check(prepared.train[1])
    model = choose("model", settings.model, NETS)(
        settings,
        likelihood.size,
        activation=choose("activation", settings.activation, nn.ACTIVATIONS),
        dropout=settings.dropout,
        batch_norm=settings.batch_norm,
    )
    with located(f"--model {settings.model}"):  # before anything is written
        model.output_shape(prepared.train[0].shape[1:])
    optimizer = choose("optimizer", settings.optimizer, OPTIMIZERS)
    schedule = build_schedule(settings, prepared.rows, rate)
    penalty = build_penalty(settings, l2)
    learner = supervised(model, likelihood, optimizer(schedule), penalty=penalty)
    altered = transforms(settings, prepared)
    return augmented(learner, *altered) if altered else learner


def build_likelihood(settings: Settings, prepared: Prepared) -> Likelihood:
    """What the outputs mean, by the kind of the target unless it was chosen."""
    names = dict.fromkeys(["auto", *DEFAULT.values(), *LIKELIHOODS])
    name = DEFAULT[prepared.kind] if settings.likelihood == "auto" else settings.likelihood
    if name == "categorical":
        classes = len(prepared.preprocessor.target.labels)
        return Categorical(classes, smoothing=settings.label_smoothing)
    return choose("likelihood", name, LIKELIHOODS, names)()


def build_schedule(settings: Settings, rows: int, rate: Any = None) -> Any:
    """The learning rate of every step; epochs become steps."""
    highest = settings.rate if rate is None else rate
    per_epoch = math.ceil(rows / min(settings.batch, rows))
    rising = round(settings.warm_up * per_epoch)
    falling = max(settings.epochs * per_epoch - rising, 1)
    schedule = choose("schedule", settings.schedule, SCHEDULES)(highest, falling)
    return optim.warm_up(schedule, rising) if rising else schedule


def build_penalty(settings: Settings, l2: Any = None) -> penalties.Penalty:
    """All penalties that are not 0."""
    wanted = ((penalties.l1, settings.l1), (penalties.max_norm, settings.max_norm),
              (penalties.l2, settings.l2 if l2 is None else 0))  # fmt: skip
    start = penalties.NO_PENALTY if l2 is None else penalties.l2(l2)
    return sum((make(number) for make, number in wanted if number), start=start)


def settled(settings: Settings, rows: int) -> Settings:
    """The settings with everything decided that goes by the number of training rows.

    Small tables get small batches and many epochs: a step should see a small part of the rows,
    and a run should have about ten thousand steps.

    >>> settled(Settings(), rows=16_000).epochs
    80
    """
    batch = settings.batch or next((b for most, b in BATCHES if rows <= most), LARGEST_BATCH)
    fewest, most = EPOCHS
    epochs = settings.epochs or min(max(round(STEPS * batch / rows), fewest), most)
    patience = settings.patience or max(math.ceil(epochs / 5), LEAST_PATIENCE)
    return replace(settings, batch=batch, epochs=epochs, patience=patience)


def sentences(settings: Settings, prepared: Prepared) -> list[str]:
    """What is done to images, and what will be trained, for people to read."""
    return [*images.sentences(settings, prepared), plan(settings, prepared.kind)]


def plan(settings: Settings, kind: str) -> str:
    """What will be trained and for how long, for people to read.

    >>> print(plan(settled(Settings(), rows=16_000), "regression"))
    model: 128-64 hidden units (relu), dropout 0.1; gaussian likelihood; adam 0.003, cosine; \
batches of 128, at most 80 epochs, 16 without improvement
    """
    auto = settings.likelihood == "auto"
    likelihood = f"{DEFAULT[kind] if auto else settings.likelihood} likelihood"
    if auto and kind == "counts":
        likelihood += " (or --likelihood gaussian)"
    return f"model: {described(settings)}; {likelihood}; {optimisation(settings)}"


def optimisation(settings: Settings) -> str:
    """How steps are taken, and how many."""
    return (
        f"{settings.optimizer} {settings.rate}, {settings.schedule}; "
        f"batches of {settings.batch}, at most {counted(settings.epochs, 'epoch')}, "
        f"{settings.patience} without improvement"
    )


def described(settings: Settings) -> str:
    """The model in a few words.

    >>> described(Settings(model="cnn")), described(Settings(hidden=()))
    ('cnn of 32-64 filters, 128-64 hidden units (relu), dropout 0.1', 'linear')
    """
    if settings.model not in ("auto", "mlp", "cnn"):
        return settings.model
    filters, units = ("-".join(map(str, n)) for n in (settings.filters, settings.hidden))
    parts = [f"cnn of {filters} filters"] if settings.model == "cnn" else []
    if settings.hidden:
        parts += [f"{units} hidden units ({settings.activation})", f"dropout {settings.dropout}"]
    return ", ".join(parts) or "linear"
