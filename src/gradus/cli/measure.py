"""What a run is worth on examples, in the user's labels and units."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradus.cli.prepare import Part
from gradus.data import ClassTarget, NumberTarget
from gradus.metrics import regression
from gradus.models.baselines import baselines
from gradus.training import Run
from gradus.training.evaluation import Evaluation, evaluate


def measured(run: Run, part: Part, train: Part | None = None) -> Evaluation:
    """The model on some examples, beside baselines that learned from the training part.

    Arguments:
        run: with its likelihood and preprocessor.
        part: inputs and targets as the preprocessor gives them.
        train: the training part likewise; None for no baselines.
    """
    target = run.preprocessor.target
    standardised = isinstance(target, NumberTarget)
    evaluation = evaluate(
        run.model,
        run.likelihood,  # pyright: ignore[reportArgumentType]
        *part,
        labels=[str(label) for label in target.labels] if isinstance(target, ClassTarget) else None,
        columns=run.preprocessor.features,
        train=None if standardised else train,
    )
    return in_units(evaluation, target, part[0], train) if standardised else evaluation


def in_units(
    evaluation: Evaluation, target: NumberTarget, x: Any, train: Part | None
) -> Evaluation:
    """The evaluation of standardised targets, in the units that the user gave them in."""
    y, predicted = target.decode(evaluation.y), target.decode(evaluation.predicted)
    guesses = baselines("regression", train[0], target.decode(train[1]), x) if train else {}
    return replace(
        evaluation,
        y=y,
        predicted=predicted,
        measures=regression(y, predicted),
        baselines={name: regression(y, guess.predicted) for name, guess in guesses.items()},
    )
