"""How good a model is on examples that it has not learned from, beside simple baselines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.data.dataset import Dataset
from gradus.learn.checks import check_likelihood, check_model, described
from gradus.likelihoods import Likelihood
from gradus.metrics import classification, regression
from gradus.models.baselines import Prediction, baselines
from gradus.training.run import outputs

WORST = 12  # examples with the highest loss that are kept to look at
SAMPLE, SAMPLE_BYTES = 200, 2_000_000  # of other examples that are kept, at most


@dataclass(frozen=True, eq=False)
class Assessment:
    """Predictions for examples, what they are worth, and what baselines reach on the same ones.

    Arguments:
        kind: "classification", "regression" or "counts".
        y: targets, shape (B,) or (B, …).
        predicted: the best single guess for every target, shape `y.shape`.
        probabilities: p(class) for every target, shape (*y.shape, k); None unless it classifies.
        loss_per_row: −log p(y | x) of every example, the mean over its targets, shape (B,).
        measures: name -> value over all examples.
        baselines: name of a baseline -> its measures.
        labels: names of the classes, or of the columns of `y`.
        columns: names of the inputs' columns; empty where they have none.
        worst: the rows with the highest loss, the highest first.
        worst_inputs: the inputs of those rows.
        sample: other rows, spread evenly, at most 200.
        sample_inputs: the inputs of those rows, at most 2 MB.
    """

    noun: ClassVar[str] = "row"
    kind: str
    y: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    loss_per_row: np.ndarray
    measures: dict[str, float]
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    worst: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    worst_inputs: Any = None
    sample: np.ndarray = field(default_factory=lambda: np.zeros(0, int))
    sample_inputs: Any = None

    def table(self) -> list[tuple[str, dict[str, float]]]:
        """The model and then its baselines, each with its measures."""
        return [("model", self.measures), *self.baselines.items()]

    @property
    def rows(self) -> int:
        """How many examples there are."""
        return len(self.y)

    def __str__(self) -> str:
        return as_text(self.table())


def assess(
    model: Any,
    likelihood: Likelihood,
    x: Any,
    y: Any,
    *,
    labels: Sequence[str] | None = None,
    columns: Sequence[str] = (),
    train: tuple[Any, Any] | Dataset | None = None,
    decode: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Assessment:
    """Measure a model on examples, best on ones that no decision has been based on.

    Arguments:
        model: a trained layer.
        likelihood: what its outputs mean.
        x: inputs with the batch axis first.
        y: targets, in the form that the likelihood takes.
        labels: names of the classes, or of the columns of `y`.
        columns: names of the inputs' columns, for people to read.
        train: `(x, y)` of the training part, or a `Dataset`; with it baselines are fitted and
            measured too.
        decode: from standardised numbers to the user's units, such as `NumberTarget.decode`;
            targets, predictions, measures and baselines are in these units then, the losses
            stay as they are.

    Raises InputError for arguments of another kind, no examples, inputs and targets of different
    lengths, numbers that are not finite, targets that the likelihood cannot describe, and
    `decode` for targets that are no real numbers.

    >>> import jax, numpy as np
    >>> from gradus import nn
    >>> from gradus.likelihoods import Gaussian
    >>> model = nn.Dense(1, weight_init=nn.Zeros()).init(jax.random.key(0), (2,))
    >>> assessment = assess(model, Gaussian(), np.ones((2, 2)), np.array([3.0, -1.0]))
    >>> assessment.kind, assessment.worst
    ('regression', array([0, 1]))
    """
    check_model(model)
    check_likelihood(likelihood)
    refuse_dataset(x)
    x, y, _ = check_arrays(x, y)
    likelihood.check(y)
    raw = jnp.asarray(outputs(model, x))
    kind = kind_of(likelihood, y)
    probabilities = None
    if kind == "classification":
        probabilities = np.asarray(likelihood.probabilities(raw)).reshape(*y.shape, -1)
    loss = -np.asarray(likelihood.log_prob(raw, jnp.asarray(y)))
    loss = loss.reshape(len(y), -1).mean(axis=1)
    worst = np.argsort(-np.where(np.isnan(loss), np.inf, loss), kind="stable")[:WORST]
    sample = spread_rows(x, len(y))
    labels = tuple(map(str, default_labels(probabilities) if labels is None else labels))
    predicted, known = guesses(likelihood, raw, y), training_part(train)
    if decode is not None:
        check_decodes(kind)
        y, predicted = decode(y), decode(predicted)
        known = known and (known[0], decode(np.asarray(known[1])))
    return Assessment(
        kind=kind,
        y=y,
        predicted=predicted,
        probabilities=probabilities,
        loss_per_row=loss,
        measures=measure(y, Prediction(predicted, probabilities)),
        baselines=measured_baselines(kind, known, x, y, len(labels)) if known else {},
        labels=labels,
        columns=tuple(map(str, columns)),
        worst=worst,
        worst_inputs=jax.tree.map(lambda a: np.asarray(a)[worst], x),
        sample=sample,
        sample_inputs=jax.tree.map(lambda a: np.asarray(a)[sample], x),
    )


def spread_rows(x: Any, n: int) -> np.ndarray:
    """Rows spread evenly over all `n`, as many as are light enough to keep with the run."""
    size = sum(np.asarray(a[0]).nbytes for a in jax.tree.leaves(x))
    most = min(n, SAMPLE, SAMPLE_BYTES // max(size, 1))
    return np.linspace(0, n - 1, most).round().astype(int)


def refuse_dataset(x: Any) -> None:
    """Refuse a dataset in the place of its inputs."""
    if isinstance(x, Dataset):
        raise InputError(
            "x",
            expected="an array, or a tuple or dict of arrays",
            got="a Dataset",
            fix="give inputs and targets apart: assess(model, likelihood, data.x, data.y)",
        )


def training_part(train: Any) -> tuple[Any, Any] | None:
    """Inputs and targets of the training part; raises InputError for another form."""
    if isinstance(train, Dataset):
        train = train.x, train.y
    if train is None or (isinstance(train, tuple) and len(train) == 2 and train[1] is not None):
        return train
    raise InputError(
        "train",
        expected="inputs and targets, (x, y), or a Dataset that has both",
        got=f"a tuple of {len(train)}" if isinstance(train, tuple) else described(train),
        fix="give train=(x_train, y_train)",
    )


def check_decodes(kind: str) -> None:
    """Refuse units for targets that have none."""
    if kind != "regression":
        raise InputError(
            "decode",
            expected="targets that are real numbers",
            got=f"targets of the kind {kind}",
            fix="leave decode out; classes and counts are measured as they are",
        )


def kind_of(likelihood: Likelihood, y: np.ndarray) -> str:
    """Whether targets are classes, counts or other numbers."""
    if likelihood.kind == "classification" and graded(y):
        return "regression"
    return likelihood.kind


def graded(y: np.ndarray) -> bool:
    """Whether targets lie between whole numbers: probabilities, where classes could be."""
    return y.dtype.kind == "f" and bool(np.any(y != np.floor(y)))


def guesses(likelihood: Likelihood, raw: jax.Array, y: np.ndarray) -> np.ndarray:
    """The best single guess for every target, a probability where the targets are some."""
    soft = likelihood.kind == "classification" and graded(y)
    guess = likelihood.probabilities(raw)[..., 1] if soft else likelihood.predict(raw)
    if guess.size != y.size:
        raise InputError(
            "predictions do not fit the targets",
            expected=f"one for each of {y.size} targets",
            got=f"predictions of shape {guess.shape}",
            fix="measure by a likelihood that says how outputs are read, such as Categorical(10)",
        )
    return np.asarray(guess).reshape(y.shape)


def default_labels(probabilities: np.ndarray | None) -> list[str]:
    """The numbers of the classes as their names."""
    return [] if probabilities is None else [str(k) for k in range(probabilities.shape[-1])]


def measure(y: np.ndarray, guess: Prediction) -> dict[str, float]:
    """All measures of a prediction; several classes per row count alike."""
    if guess.probabilities is None:
        return regression(y, guess.predicted)
    p = guess.probabilities.reshape(y.size, -1)
    return classification(y.reshape(-1), guess.predicted.reshape(-1), p, np.arange(p.shape[1]))


def measured_baselines(
    kind: str, train: tuple[Any, Any], x: Any, y: np.ndarray, classes: int
) -> dict[str, dict[str, float]]:
    """The measures of every baseline; none for several classes or counts per row."""
    if kind != "regression" and y.ndim > 1:
        return {}
    found = baselines(kind, *train, x, classes=classes)
    return {name: measure(y, guess) for name, guess in found.items()}


def as_text(table: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """Who reaches what, one line each; the first decides which measures are shown."""
    names = list(table[0][1])
    rows = [(who, *(shown(m[n]) if n in m else "" for n in names)) for who, m in table]
    lines = [("", *names), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        first.ljust(widths[0])
        + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        for first, *cells in lines
    )


def shown(value: float) -> str:
    """A number as people read it: four decimals, or five digits where it is large.

    >>> shown(0.98765), shown(1234.5678), shown(0.00001234)
    ('0.9877', '1234.6', '1.23e-05')
    """
    if abs(value) >= 10:
        return f"{value:.5g}"
    return f"{value:.4f}" if abs(value) >= 1e-3 or value == 0 else f"{value:.3g}"
