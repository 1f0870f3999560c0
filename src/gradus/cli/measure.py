"""What a run is worth on examples, in the user's labels and units."""

from __future__ import annotations

from gradus.cli.prepare import Part
from gradus.data import ClassTarget, NumberTarget
from gradus.evaluation.assessment import Assessment, assess
from gradus.training import Run


def measured(run: Run, part: Part, train: Part | None = None) -> Assessment:
    """The model on some examples, beside baselines that learned from the training part.

    Arguments:
        run: with its likelihood and preprocessor.
        part: inputs and targets as the preprocessor gives them.
        train: the training part likewise; None for no baselines.
    """
    target = run.preprocessor.target
    return assess(
        run.model,
        run.likelihood,  # pyright: ignore[reportArgumentType]
        *part,
        labels=[str(label) for label in target.labels] if isinstance(target, ClassTarget) else None,
        columns=run.preprocessor.features,
        train=train,
        decode=target.decode if isinstance(target, NumberTarget) else None,
    )
