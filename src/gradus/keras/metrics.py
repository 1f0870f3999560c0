"""Keras' metrics: what is averaged over the examples, and what is made of the averages.

>>> accuracy = BinaryAccuracy()
>>> accuracy.update_state([[1], [0]], [[0.7], [0.6]])
>>> accuracy.result()
0.5
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.keras import losses, missing
from gradus.keras.arguments import Described, pick
from gradus.keras.losses import (
    alike,
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    class_numbers,
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


def accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """y = ŷ."""
    y_true, y_pred = alike(y_true, y_pred)
    return (y_true == y_pred).astype(y_pred.dtype)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> jax.Array:
    """y = (p > threshold)."""
    y_true, y_pred = alike(y_true, y_pred)
    return (y_true == (y_pred > threshold).astype(y_pred.dtype)).astype(y_pred.dtype)


def categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """argmax y = argmax p, for one-hot rows y."""
    y_true, y_pred = alike(y_true, y_pred)
    return (y_true.argmax(-1) == y_pred.argmax(-1)).astype(y_pred.dtype)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> jax.Array:
    """y = argmax p, for class numbers y."""
    y_pred = jnp.asarray(y_pred)
    return (class_numbers(y_true, y_pred) == y_pred.argmax(-1)).astype(y_pred.dtype)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Whether fewer than k classes are more probable than the one of the one-hot row."""
    y_true, y_pred = alike(y_true, y_pred)
    return sparse_top_k_categorical_accuracy(y_true.argmax(-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> jax.Array:
    """Whether fewer than k classes are more probable than class y."""
    y_pred = jnp.asarray(y_pred)
    right = jnp.take_along_axis(y_pred, class_numbers(y_true, y_pred)[..., None], axis=-1)
    return (jnp.sum(y_pred > right, axis=-1) < k).astype(y_pred.dtype)


@dataclass(unsafe_hash=True)
class Metric(Described):
    """Averages over examples, and a number made of them: exact over batches of any lengths."""

    _: KW_ONLY
    name: str | None = None
    dtype: Any = None

    up: ClassVar[bool | None] = None  # whether higher is better; None: not known

    def __post_init__(self):
        self.only(dtype=[None, "float32"])
        self.reset_state()

    def parts(self, y_true: jax.Array, y_pred: jax.Array) -> dict[str, jax.Array]:
        """What is averaged, numbers for every example."""
        raise InputError(
            f"metric {type(self).__name__}",
            expected="a metric of gradus.keras.metrics, or a function of targets and predictions",
            got="a class of your own",
            fix="def share_hit(y_true, y_pred): return one number per example",
        )

    def of(self, averages: dict[str, Any]) -> Any:
        """The number, from the averages."""
        return averages["mean"]

    def label(self) -> str:
        """The name in the history."""
        return self.name or snake(type(self).__name__)

    def reset_state(self) -> None:
        """Forget what was seen."""
        self._seen, self._sums = 0, {}

    def update_state(self, y_true: Any, y_pred: Any) -> None:
        """Count some examples in."""
        y_true, y_pred = jnp.asarray(y_true), jnp.asarray(y_pred)
        if y_pred.ndim == 1:  # one number for each example
            y_true, y_pred = y_true[:, None], y_pred[:, None]
        found = self.parts(y_true, y_pred)
        values = {name: v.reshape(v.shape[0], -1).mean(axis=1) for name, v in found.items()}
        self._seen += len(next(iter(values.values())))
        for name, value in values.items():
            self._sums[name] = self._sums.get(name, 0.0) + float(value.sum())

    def result(self) -> float:
        """The number over all examples since `reset_state`."""
        if not self._seen:
            return 0.0
        return float(self.of({name: v / self._seen for name, v in self._sums.items()}))


@dataclass(unsafe_hash=True)
class Mean(Metric):
    """The mean of a formula over all examples."""

    formula: ClassVar[Callable]

    def parts(self, y_true, y_pred):
        shared = {f.name for f in fields(Metric)}
        settings = {k: v for k, v in self.config().items() if k not in shared}
        return {"mean": type(self).formula(y_true, y_pred, **settings)}


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
class MeanMetricWrapper(Metric):
    """The mean of a function of targets and predictions."""

    fn: Callable | None = None

    def parts(self, y_true, y_pred):
        assert self.fn is not None
        values = jnp.asarray(self.fn(y_true, y_pred))
        if values.ndim == 0:
            raise InputError(
                f"metric {self.label()}",
                expected=f"one number per example, shape ({y_pred.shape[0]},)",
                got="a single number",
                fix="average over the last axis alone: jnp.mean(…, axis=-1)",
            )
        return {"mean": values}

    def label(self):
        return self.name or getattr(self.fn, "__name__", "metric")


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


@dataclass(unsafe_hash=True)
class RootMeanSquaredError(Metric):
    """√mean (y − ŷ)²."""

    up = False

    def parts(self, y_true, y_pred):
        return {"mean": mean_squared_error(y_true, y_pred)}

    def of(self, averages):
        return averages["mean"] ** 0.5


@dataclass(unsafe_hash=True)
class R2Score(Metric):
    """1 − Σ(y − ŷ)² / Σ(y − ȳ)², for one target."""

    up = True

    def parts(self, y_true, y_pred):
        y, guess = alike(y_true, y_pred)
        return {"error": jnp.square(y - guess), "square": jnp.square(y), "y": y}

    def of(self, averages):
        spread = averages["square"] - averages["y"] ** 2
        return 1 - averages["error"] / spread if spread > 0 else 0.0


@dataclass(unsafe_hash=True)
class Ratio(Metric):
    """A ratio of counts of (y, p > threshold)."""

    thresholds: float | None = None
    up = True

    def hits(self, y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
        """What is true and what is said, as booleans."""
        y, p = alike(y_true, y_pred)
        return y > 0.5, p > (0.5 if self.thresholds is None else self.thresholds)

    def parts(self, y_true, y_pred):
        true, said = self.hits(y_true, y_pred)
        counted = {"both": true & said, "true": true, "said": said}
        return {name: value.astype(y_pred.dtype) for name, value in counted.items()}


@dataclass(unsafe_hash=True)
class Precision(Ratio):
    """Share of what is said to be 1 that is 1."""

    def of(self, averages):
        return averages["both"] / averages["said"] if averages["said"] > 0 else 0.0


@dataclass(unsafe_hash=True)
class Recall(Ratio):
    """Share of what is 1 that is said to be 1."""

    def of(self, averages):
        return averages["both"] / averages["true"] if averages["true"] > 0 else 0.0


def snake(name: str) -> str:
    """`BinaryAccuracy` → `binary_accuracy`, as Keras names its metrics."""
    if name in ("R2Score", "KLDivergence"):
        return {"R2Score": "r2_score", "KLDivergence": "kl_divergence"}[name]
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


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
