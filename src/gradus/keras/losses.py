"""Keras' losses: what is averaged over a batch, with its settings.

>>> import jax.numpy as jnp
>>> float(Huber()(jnp.array([[0.0]]), jnp.array([[3.0]])))
2.5
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.keras import missing
from gradus.keras.activations import sigmoid, softmax
from gradus.keras.arguments import Described, pick
from gradus.keras.formulas import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
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


@dataclass(unsafe_hash=True)
class Loss(Described):
    """A loss with its settings; called with targets and predictions it gives the batch's mean."""

    _: KW_ONLY
    reduction: str = "sum_over_batch_size"
    name: str | None = None
    dtype: Any = None

    formula: ClassVar[Callable]
    fuses: ClassVar[Callable | None] = None  # the activation it has a stable form with

    def __post_init__(self):
        self.only(reduction=["sum_over_batch_size", "mean"], dtype=[None, "float32"])

    def check(self, y: np.ndarray, shape: tuple) -> None:
        """Refuse targets that this loss cannot take, naming the row, for outputs of a shape."""

    def call(self, y_true: Any, y_pred: Any) -> jax.Array:
        """One number for every example."""
        shared = {f.name for f in fields(Loss)}
        settings = {k: v for k, v in self.config().items() if k not in shared}
        return type(self).formula(y_true, y_pred, **settings)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> jax.Array:
        values = self.call(jnp.asarray(y_true), jnp.asarray(y_pred))
        if sample_weight is not None:
            weight = jnp.asarray(sample_weight).reshape(-1, *(1,) * (values.ndim - 1))
            values = values * jnp.broadcast_to(weight, values.shape)
        return jnp.mean(values)


@dataclass(unsafe_hash=True)
class MeanSquaredError(Loss):
    """mean (y − ŷ)²."""

    formula = staticmethod(mean_squared_error)


@dataclass(unsafe_hash=True)
class MeanAbsoluteError(Loss):
    """mean |y − ŷ|."""

    formula = staticmethod(mean_absolute_error)


@dataclass(unsafe_hash=True)
class MeanAbsolutePercentageError(Loss):
    """100 · mean |y − ŷ| / |y|."""

    formula = staticmethod(mean_absolute_percentage_error)


@dataclass(unsafe_hash=True)
class MeanSquaredLogarithmicError(Loss):
    """mean (log(1 + y) − log(1 + ŷ))²."""

    formula = staticmethod(mean_squared_logarithmic_error)


@dataclass(unsafe_hash=True)
class Huber(Loss):
    """½e² near 0, δ|e| − ½δ² beyond δ."""

    delta: float = 1.0
    formula = staticmethod(huber)


@dataclass(unsafe_hash=True)
class LogCosh(Loss):
    """mean log cosh(ŷ − y)."""

    formula = staticmethod(log_cosh)


@dataclass(unsafe_hash=True)
class Hinge(Loss):
    """mean max(0, 1 − yŷ)."""

    formula = staticmethod(hinge)


@dataclass(unsafe_hash=True)
class SquaredHinge(Loss):
    """mean max(0, 1 − yŷ)²."""

    formula = staticmethod(squared_hinge)


@dataclass(unsafe_hash=True)
class CategoricalHinge(Loss):
    """max(0, max((1 − y)ŷ) − Σyŷ + 1)."""

    formula = staticmethod(categorical_hinge)


@dataclass(unsafe_hash=True)
class Poisson(Loss):
    """mean ŷ − y log ŷ."""

    formula = staticmethod(poisson)


@dataclass(unsafe_hash=True)
class KLDivergence(Loss):
    """Σ y log(y/ŷ)."""

    formula = staticmethod(kl_divergence)


@dataclass(unsafe_hash=True)
class CosineSimilarity(Loss):
    """−Σ yŷ / (‖y‖ ‖ŷ‖)."""

    axis: int = -1
    formula = staticmethod(cosine_similarity)


@dataclass(unsafe_hash=True)
class BinaryCrossentropy(Loss):
    """−y log p − (1−y) log(1−p); after a sigmoid computed from its logits."""

    from_logits: bool = False
    label_smoothing: float = 0.0
    formula = staticmethod(binary_crossentropy)
    fuses = staticmethod(sigmoid)

    def check(self, y, shape):
        refuse(self, y, (y < 0) | (y > 1), "0, 1, or a probability between them")


@dataclass(unsafe_hash=True)
class CategoricalCrossentropy(Loss):
    """−Σ y log p for one-hot rows y; after a softmax computed from its logits."""

    from_logits: bool = False
    label_smoothing: float = 0.0
    formula = staticmethod(categorical_crossentropy)
    fuses = staticmethod(softmax)


@dataclass(unsafe_hash=True)
class SparseCategoricalCrossentropy(Loss):
    """−log p of class y; after a softmax computed from its logits."""

    from_logits: bool = False
    ignore_class: int | None = None
    formula = staticmethod(sparse_categorical_crossentropy)
    fuses = staticmethod(softmax)

    def __post_init__(self):
        super().__post_init__()
        self.only(ignore_class=None)

    def check(self, y, shape):
        wrong = (y != np.floor(y)) | (y < 0) | (y >= shape[-1])
        refuse(self, y, wrong, f"class numbers from 0 to {shape[-1] - 1}")


@dataclass(unsafe_hash=True)
class Written(Loss):
    """A function of your own, of targets and predictions, with one number for every example."""

    function: Callable | None = None

    def call(self, y_true, y_pred):
        assert self.function is not None
        values = jnp.asarray(self.function(y_true, y_pred))
        if values.ndim == 0 or values.shape[0] != y_pred.shape[0]:
            raise InputError(
                f"the loss {self.function.__name__}",
                expected=f"one number per example, shape ({y_pred.shape[0]},)",
                got=f"shape {values.shape}",
                fix="average over the last axis alone: jnp.mean(…, axis=-1)",
            )
        return values


def refuse(loss: Loss, y: np.ndarray, wrong: np.ndarray, expected: str) -> None:
    """Refuse targets, naming the first row that is wrong."""
    if np.any(wrong):
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise InputError(
            f"{type(loss).__name__}: the target in row {place[0]}",
            expected=expected,
            got=y[place],
            fix="number classes from 0, or change the last layer and the loss",
        )


CLASSES: list[type[Loss]] = [
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
]
SHORT = {
    "mse": MeanSquaredError,
    "mae": MeanAbsoluteError,
    "mape": MeanAbsolutePercentageError,
    "msle": MeanSquaredLogarithmicError,
    "logcosh": LogCosh,
    "kld": KLDivergence,
}
BY_NAME: dict[str, type[Loss]] = {
    **{cls.formula.__name__: cls for cls in CLASSES},
    **{cls.__name__: cls for cls in CLASSES},
    **SHORT,
    **{name.upper(): cls for name, cls in SHORT.items()},
}
MSE = mse = mean_squared_error
MAE = mae = mean_absolute_error


def get(loss: Any) -> Loss:
    """The loss of a name or a function; a loss is itself."""
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss()
    by_function = {cls.formula: cls for cls in CLASSES}
    if callable(loss):
        return by_function[loss]() if loss in by_function else Written(loss)
    return BY_NAME[pick("losses", loss, BY_NAME)]()


def __getattr__(name: str) -> Any:
    raise missing.refusal("losses", name)
