"""What can be evaluated: algorithms, and estimators with `fit` and `predict`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gradus.base.errors import InputError, nearest
from gradus.evaluation.apart import train_apart
from gradus.evaluation.tasks import Answer, How, Task
from gradus.evaluation.together import train_together
from gradus.learn.algorithm import Algorithm
from gradus.likelihoods import Likelihood

TRAINING = ("epochs", "batch", "validation", "stop")  # what `fit` takes and an estimator does not


def answers(learner: Any, tasks: Sequence[Task], how: How) -> list[Answer]:
    """Train a learner once for each task, and ask it."""
    check_training(learner, how.training)
    train = train_together if isinstance(learner, Algorithm) else train_apart
    return train(learner, tasks, how)


def kind_of(learner: Any) -> str:
    """What a learner predicts: "classification", "regression" or "counts".

    Raises InputError for what cannot learn, and for a class in the place of an object.
    """
    if isinstance(learner, Algorithm):
        return likelihood_of(learner).kind
    if isinstance(learner, type):
        raise refused(
            f"the class {learner.__name__}", f"make an object of it: {learner.__name__}()"
        )
    if not all(hasattr(learner, name) for name in ("fit", "predict")):
        fix = "supervised(model, likelihood, optimizer), or an estimator of scikit-learn"
        raise refused(type(learner).__name__, fix)
    from sklearn.base import is_classifier

    return "classification" if is_classifier(learner) else "regression"


def likelihood_of(algorithm: Algorithm) -> Likelihood:
    """What the outputs of an algorithm's models mean; refuses one where they mean nothing."""
    if algorithm.likelihood is None:
        raise refused(
            "an algorithm whose outputs have no meaning", "supervised(model, Gaussian(), …)"
        )
    return algorithm.likelihood


def refused(got: str, fix: str) -> InputError:
    """The refusal of something that is no learner."""
    expected = "an Algorithm with a likelihood, or an estimator with `fit` and `predict`"
    return InputError("learner", expected=expected, got=got, fix=fix)


def check_training(learner: Any, training: Mapping[str, Any]) -> None:
    """Refuse settings of the training that mean nothing to this learner."""
    for name in training:
        if name not in TRAINING:
            raise InputError(
                f"there is no setting {name!r}",
                expected=", ".join(TRAINING),
                got=name,
                fix=nearest(name, TRAINING),
            )
    if training and not isinstance(learner, Algorithm):
        raise InputError(
            f"{next(iter(training))}={next(iter(training.values()))!r}",
            expected="nothing: an estimator has its own settings",
            got=type(learner).__name__,
            fix="set it where the estimator is made",
        )
