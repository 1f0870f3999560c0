"""How much a way of learning can memorise: it is given labels that mean nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.base.tree import count, split
from gradus.data.batch import Batch
from gradus.data.dataset import Dataset
from gradus.evaluation.assessment import shown
from gradus.evaluation.cross_validation import aligned, classes_in
from gradus.evaluation.examples import Examples, examples_of
from gradus.evaluation.given import Given, as_given
from gradus.evaluation.learners import answers, kind_of
from gradus.evaluation.measures import measure
from gradus.evaluation.tasks import How, Task
from gradus.learn.algorithm import Algorithm

MUCH, LITTLE = 0.9, 0.1  # memorised, as a share of what there is to memorise


@dataclass(frozen=True, eq=False)
class Memory:
    """What a learner makes of labels that say nothing about the inputs.

    Arguments:
        examples: how many there are, n.
        features: numbers of an example, d.
        weights: of the model; None for estimators.
        classes: k.
        accuracy: on the training examples with their true labels.
        random: on training examples with labels drawn at random, one number for each draw.
        signs: the same for labels that are one of two classes, one number for each draw.
    """

    examples: int
    features: int
    weights: int | None
    classes: int
    accuracy: float
    random: np.ndarray
    signs: np.ndarray

    @property
    def memorised(self) -> float:
        """The share of random labels it knows beyond guessing: (accuracy − 1/k) / (1 − 1/k)."""
        return (float(self.random.mean()) - 1 / self.classes) / (1 - 1 / self.classes)

    @property
    def rademacher(self) -> float:
        """E sup_h Σ σᵢ h(xᵢ) / n for random signs σ, h = ±1, as far as training reaches it.

        That is 2 · accuracy − 1 on random signs: 1 for what fits any labels, 0 for what fits none.
        """
        return float(2 * self.signs.mean() - 1)

    @property
    def enough(self) -> int:
        """2n + d weights suffice for any n labels; see `memorizer`."""
        return 2 * self.examples + self.features

    @property
    def verdict(self) -> str:
        """What it means, as a sentence."""
        if self.memorised > MUCH:
            return (
                "it memorises nearly any labels: a low training error proves nothing here; only "
                "examples held out can."
            )
        if self.memorised < LITTLE:
            return "it hardly memorises: what it learns from true labels is in the examples."
        return f"it memorises {self.memorised:.0%} of what chance leaves to be learned by heart."

    def table(self) -> list[tuple[str, ...]]:
        """Names and numbers."""
        rows: list[tuple[str, ...]] = [
            ("training accuracy, true labels", shown(self.accuracy)),
            ("training accuracy, random labels", shown(float(self.random.mean()))),
            ("memorised", shown(self.memorised)),
            ("Rademacher complexity, estimated", shown(self.rademacher)),
            ("weights that suffice, 2n + d", f"{self.enough:,}"),
        ]
        if self.weights is not None:
            rows.append(("weights of the model", f"{self.weights:,}"))
        return rows

    def __str__(self) -> str:
        return "\n".join([aligned(self.table()), self.verdict])


def random_labels(
    learner: Any,
    data: Any,
    draws: int = 3,
    *,
    seed: int = 0,
    n_jobs: int | None = None,
    progress: Any = None,
    **training: Any,
) -> Memory:
    """How much a learner memorises: it is trained on labels drawn at random.

    An `Algorithm` learns true labels, random labels and random signs in one program.

    Arguments:
        learner: an `Algorithm` or estimator for classes.
        data: (x, y) or a `Dataset`; all of it is learned from.
        draws: how often labels are drawn.
        training: `epochs`, `batch`, as for `fit`; memorising takes more epochs than learning.

    Raises InputError for targets that are no classes, for fewer than one draw, and as `evaluate`.

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> data = (x, (x[:, 0] > 0).astype(int))
    >>> memories = [random_labels(m, data) for m in (LogisticRegression(), KNeighborsClassifier(1))]
    >>> [round(memory.rademacher, 1) for memory in memories]
    [0.1, 1.0]

    Zhang and others, "Understanding deep learning requires rethinking generalization" (2017);
    Bartlett and Mendelson, "Rademacher and Gaussian complexities" (2002).
    """
    kind, examples = kind_of(learner), examples_of(learner, data)
    y = true_classes(kind, examples)
    if not isinstance(draws, int) or draws < 1:
        raise InputError("draws", expected="a whole number from 1 on", got=draws, fix="draws=3")
    k, rows = int(y.max()) + 1, np.arange(len(y))
    whole = examples.prepared(rows).data
    random = np.random.default_rng(seed)
    labels = [y, *(random.integers(0, c, y.shape, y.dtype) for c in (k, 2) for _ in range(draws))]
    names = ["true labels", *("random labels",) * draws, *("random signs",) * draws]
    tasks = [
        Task(name, replace(whole, y=own), rows, rows)
        for name, own in zip(names, labels, strict=True)
    ]
    said = answers(learner, tasks, How(training, seed, n_jobs, progress))
    found = [
        measure("classification", task.data.y, answer.test, k)["accuracy"]
        for task, answer in zip(tasks, said, strict=True)
    ]
    return Memory(
        examples=len(y),
        features=math.prod(as_given(whole).inputs(rows[:1]).shape),
        weights=weights_of(learner, whole) if isinstance(learner, Algorithm) else None,
        classes=k,
        accuracy=found[0],
        random=np.array(found[1 : 1 + draws]),
        signs=np.array(found[1 + draws :]),
    )


def true_classes(kind: str, examples: Examples) -> np.ndarray:
    """The true labels; refuses targets that are no classes."""
    y = classes_in(kind, examples)
    if y is None:
        raise InputError(
            "random labels",
            expected="a learner for classes, one per example",
            got=f"{kind}, targets of shape {examples.y.shape}",
            fix="use a classifier",
        )
    return y


def weights_of(algorithm: Algorithm, data: Dataset | Given) -> int:
    """How many numbers the algorithm's model learns."""
    state = jax.eval_shape(algorithm.init, jax.random.key(0), Batch(data.x, data.y))
    return count(split(state.model)[0])
