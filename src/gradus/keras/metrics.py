"""Keras' metrics: what is averaged over the examples, and what is made of the averages.

>>> accuracy = BinaryAccuracy()
>>> accuracy.update_state([[1], [0]], [[0.7], [0.6]])
>>> accuracy.result()
0.5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gradus.keras import losses, missing
from gradus.keras.accuracies import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from gradus.keras.arguments import pick
from gradus.keras.formulas import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from gradus.keras.metric import (
    Mean,
    MeanMetricWrapper,
    Metric,
    Precision,
    R2Score,
    Recall,
    RootMeanSquaredError,
    snake,
)


@dataclass(unsafe_hash=True)
class Accuracy(Mean):
    """Share of y = ŷ."""

    formula, up = staticmethod(accuracy), True


@dataclass(unsafe_hash=True)
class BinaryAccuracy(Mean):
    """Share of y = (p > threshold)."""

    threshold: float = 0.5
    formula, up = staticmethod(binary_accuracy), True


@dataclass(unsafe_hash=True)
class CategoricalAccuracy(Mean):
    """Share of argmax y = argmax p."""

    formula, up = staticmethod(categorical_accuracy), True


@dataclass(unsafe_hash=True)
class SparseCategoricalAccuracy(Mean):
    """Share of y = argmax p."""

    formula, up = staticmethod(sparse_categorical_accuracy), True


@dataclass(unsafe_hash=True)
class TopKCategoricalAccuracy(Mean):
    """Share of examples with the class of the one-hot row among the k most probable."""

    k: int = 5
    formula, up = staticmethod(top_k_categorical_accuracy), True


@dataclass(unsafe_hash=True)
class SparseTopKCategoricalAccuracy(Mean):
    """Share of examples with class y among the k most probable."""

    k: int = 5
    formula, up = staticmethod(sparse_top_k_categorical_accuracy), True


@dataclass(unsafe_hash=True)
class MeanSquaredError(Mean):
    """mean (y − ŷ)²."""

    formula, up = staticmethod(mean_squared_error), False


@dataclass(unsafe_hash=True)
class MeanAbsoluteError(Mean):
    """mean |y − ŷ|."""

    formula, up = staticmethod(mean_absolute_error), False


@dataclass(unsafe_hash=True)
class MeanAbsolutePercentageError(Mean):
    """100 · mean |y − ŷ| / |y|."""

    formula, up = staticmethod(mean_absolute_percentage_error), False


@dataclass(unsafe_hash=True)
class MeanSquaredLogarithmicError(Mean):
    """mean (log(1 + y) − log(1 + ŷ))²."""

    formula, up = staticmethod(mean_squared_logarithmic_error), False


@dataclass(unsafe_hash=True)
class LogCoshError(Mean):
    """mean log cosh(ŷ − y)."""

    formula, up = staticmethod(log_cosh), False


@dataclass(unsafe_hash=True)
class Hinge(Mean):
    """mean max(0, 1 − yŷ)."""

    formula, up = staticmethod(hinge), False


@dataclass(unsafe_hash=True)
class SquaredHinge(Mean):
    """mean max(0, 1 − yŷ)²."""

    formula, up = staticmethod(squared_hinge), False


@dataclass(unsafe_hash=True)
class CategoricalHinge(Mean):
    """max(0, max((1 − y)ŷ) − Σyŷ + 1)."""

    formula, up = staticmethod(categorical_hinge), False


@dataclass(unsafe_hash=True)
class Poisson(Mean):
    """mean ŷ − y log ŷ."""

    formula, up = staticmethod(poisson), False


@dataclass(unsafe_hash=True)
class KLDivergence(Mean):
    """Σ y log(y/ŷ)."""

    formula, up = staticmethod(kl_divergence), False


@dataclass(unsafe_hash=True)
class CosineSimilarity(Mean):
    """Σ yŷ / (‖y‖ ‖ŷ‖): the loss with the other sign."""

    axis: int = -1
    up = True

    def parts(self, y_true, y_pred):
        return {"mean": -cosine_similarity(y_true, y_pred, self.axis)}


@dataclass(unsafe_hash=True)
class BinaryCrossentropy(Mean):
    """−y log p − (1−y) log(1−p)."""

    from_logits: bool = False
    label_smoothing: float = 0.0
    formula, up = staticmethod(binary_crossentropy), False


@dataclass(unsafe_hash=True)
class CategoricalCrossentropy(Mean):
    """−Σ y log p for one-hot rows y."""

    from_logits: bool = False
    label_smoothing: float = 0.0
    formula, up = staticmethod(categorical_crossentropy), False


@dataclass(unsafe_hash=True)
class SparseCategoricalCrossentropy(Mean):
    """−log p of class y."""

    from_logits: bool = False
    formula, up = staticmethod(sparse_categorical_crossentropy), False


CLASSES: list[type[Metric]] = [
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    Precision,
    R2Score,
    Recall,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
    TopKCategoricalAccuracy,
]
SHORT: dict[str, type[Metric]] = {
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
    "log_cosh": LogCoshError,
    "logcosh": LogCoshError,
}
BY_NAME: dict[str, type[Metric]] = {
    **{snake(cls.__name__): cls for cls in CLASSES},
    **{cls.__name__: cls for cls in CLASSES},
    **SHORT,
    **{name.upper(): cls for name, cls in SHORT.items()},
}
huber = losses.huber
ACCURACY = ("accuracy", "acc")


def get(metric: Any) -> Metric:
    """The metric of a name or a function; a metric is itself, a loss its mean."""
    if isinstance(metric, Metric):
        return metric
    if isinstance(metric, type) and issubclass(metric, Metric):
        return metric()
    if isinstance(metric, losses.Loss):
        return MeanMetricWrapper(metric.call, name=metric.name or snake(type(metric).__name__))
    if callable(metric):
        return MeanMetricWrapper(metric)
    return BY_NAME[pick("metrics", metric, [*ACCURACY, *BY_NAME])](name=metric)


def resolved(metric: Any, y_shape: tuple, out_shape: tuple) -> Metric:
    """`get`, and for "accuracy" the kind that fits targets and outputs of these shapes."""
    if not (isinstance(metric, str) and metric in ACCURACY):
        return get(metric)
    if out_shape[-1] == 1:
        return BinaryAccuracy(name=metric)
    if len(y_shape) < len(out_shape) or y_shape[-1] == 1:
        return SparseCategoricalAccuracy(name=metric)
    return CategoricalAccuracy(name=metric)


def __getattr__(name: str) -> Any:
    raise missing.refusal("metrics", name)
