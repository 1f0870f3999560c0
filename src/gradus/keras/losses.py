"""Keras' losses: one number for every example, the mean over the last axis, and the batch's mean.

>>> import jax.numpy as jnp
import numpy as np
>>> mean_squared_error(jnp.array([[0.0, 1.0]]), jnp.array([[0.0, 3.0]]))
Array([2.], dtype=float32)
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
from gradus.penalties import absolute

EPSILON = 1e-7


def mean_squared_error(y_true: Any, y_pred: Any) -> jax.Array:
    """mean (y − ŷ)²."""
    y_true, y_pred = alike(y_true, y_pred)
    return jnp.mean(jnp.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> jax.Array:
    """mean |y − ŷ|; its slope is 0 where an example is hit."""
    y_true, y_pred = alike(y_true, y_pred)
    return jnp.mean(absolute(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> jax.Array:
    """100 · mean |y − ŷ| / max(|y|, 1e-7)."""
    y_true, y_pred = alike(y_true, y_pred)
    share = absolute((y_true - y_pred) / jnp.maximum(jnp.abs(y_true), EPSILON))
    return 100 * jnp.mean(share, axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> jax.Array:
    """mean (log(1 + y) − log(1 + ŷ))², both at least 1e-7."""
    y_true, y_pred = alike(y_true, y_pred)
    logs = [jnp.log(jnp.maximum(a, EPSILON) + 1) for a in (y_true, y_pred)]
    return jnp.mean(jnp.square(logs[1] - logs[0]), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> jax.Array:
    """mean of ½e² for |e| ≤ δ, δ|e| − ½δ² otherwise."""
    y_true, y_pred = alike(y_true, y_pred)
    error = y_pred - y_true
    near, size = 0.5 * jnp.square(error), absolute(error)
    return jnp.mean(jnp.where(size <= delta, near, delta * size - 0.5 * delta**2), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> jax.Array:
    """mean log cosh(ŷ − y)."""
    y_true, y_pred = alike(y_true, y_pred)
    error = y_pred - y_true
    return jnp.mean(error + jax.nn.softplus(-2 * error) - jnp.log(2.0), axis=-1)


def hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """mean max(0, 1 − yŷ), for y of ±1; 0 and 1 are taken as such."""
    y_true, y_pred = signs(y_true, y_pred)
    return jnp.mean(jnp.maximum(1 - y_true * y_pred, 0), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """mean max(0, 1 − yŷ)²."""
    y_true, y_pred = signs(y_true, y_pred)
    return jnp.mean(jnp.square(jnp.maximum(1 - y_true * y_pred, 0)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> jax.Array:
    """max(0, max((1 − y)ŷ) − Σyŷ + 1)."""
    y_true, y_pred = alike(y_true, y_pred)
    right, wrong = jnp.sum(y_true * y_pred, -1), jnp.max((1 - y_true) * y_pred, -1)
    return jnp.maximum(wrong - right + 1, 0)


def poisson(y_true: Any, y_pred: Any) -> jax.Array:
    """mean ŷ − y log(ŷ + 1e-7)."""
    y_true, y_pred = alike(y_true, y_pred)
    return jnp.mean(y_pred - y_true * jnp.log(y_pred + EPSILON), axis=-1)


def kl_divergence(y_true: Any, y_pred: Any) -> jax.Array:
    """Σ y log(y/ŷ), both at least 1e-7."""
    y_true, y_pred = alike(y_true, y_pred)
    y_true, y_pred = (jnp.clip(a, EPSILON, 1) for a in (y_true, y_pred))
    return jnp.sum(y_true * jnp.log(y_true / y_pred), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> jax.Array:
    """−Σ yŷ / (‖y‖ ‖ŷ‖)."""
    y_true, y_pred = alike(y_true, y_pred)
    return -jnp.sum(unit(y_true, axis) * unit(y_pred, axis), axis=axis)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0
) -> jax.Array:
    """mean −y log p − (1−y) log(1−p), p within 1e-7 of the bounds; from logits exactly."""
    y_true, y_pred = alike(y_true, y_pred)
    y_true = y_true * (1 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        yes, no = jax.nn.log_sigmoid(y_pred), jax.nn.log_sigmoid(-y_pred)
    else:
        p = jnp.clip(y_pred, EPSILON, 1 - EPSILON)
        yes, no = jnp.log(p), jnp.log(1 - p)
    return jnp.mean(-y_true * yes - (1 - y_true) * no, axis=-1)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0
) -> jax.Array:
    """−Σ y log p, p within 1e-7 of the bounds; from logits exactly. y are rows, one-hot say."""
    y_true, y_pred = alike(y_true, y_pred)
    y_true = y_true * (1 - label_smoothing) + label_smoothing / y_pred.shape[-1]
    return -jnp.sum(y_true * log_probabilities(y_pred, from_logits), axis=-1)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: None = None
) -> jax.Array:
    """−log p of class y, a whole number from 0."""
    y_pred = jnp.asarray(y_pred)
    y_true = class_numbers(y_true, y_pred)
    log_p = log_probabilities(y_pred, from_logits)
    return -jnp.take_along_axis(log_p, y_true[..., None], axis=-1)[..., 0]


def alike(y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    """Targets and predictions as floats of one shape; a last axis of 1 is added or taken away.

    Raises InputError where shapes differ otherwise: nothing is broadcast.
    """
    y_pred = jnp.asarray(y_pred)
    y_true = jnp.asarray(y_true).astype(y_pred.dtype)
    if y_true.ndim + 1 == y_pred.ndim and y_pred.shape[-1] == 1:
        y_true = y_true[..., None]
    elif y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape:
        fix = f"end the model with {y_true.shape[-1]} units"
        if y_true.ndim < y_pred.ndim:
            fix = (
                "for class numbers take 'sparse_categorical_crossentropy', or to_categorical(y); "
                "for one number per example end the model with 1 unit"
            )
        raise InputError(
            "targets and outputs of different shapes",
            expected=f"targets of shape {y_pred.shape}, as the outputs",
            got=y_true.shape,
            fix=fix,
        )
    return y_true, y_pred


def signs(y_true: Any, y_pred: Any) -> tuple[jax.Array, jax.Array]:
    """Targets of ±1, also where they are given as 0 and 1."""
    y_true, y_pred = alike(y_true, y_pred)
    binary = jnp.all((y_true == 0) | (y_true == 1))
    return jnp.where(binary, 2 * y_true - 1, y_true), y_pred


def class_numbers(y_true: Any, y_pred: jax.Array) -> jax.Array:
    """Targets (B, …) as whole numbers, for predictions (B, …, k)."""
    y_true = jnp.asarray(y_true).astype(jnp.int32)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape[:-1]:
        raise InputError(
            "targets that are not class numbers",
            expected=f"class numbers of shape {y_pred.shape[:-1]}",
            got=y_true.shape,
            fix="for one-hot rows take 'categorical_crossentropy', or y.argmax(-1)",
        )
    return y_true


def log_probabilities(y_pred: jax.Array, from_logits: bool) -> jax.Array:
    """log p, from logits or from probabilities."""
    if from_logits:
        return jax.nn.log_softmax(y_pred)
    p = y_pred / jnp.sum(y_pred, axis=-1, keepdims=True)
    return jnp.log(jnp.clip(p, EPSILON, 1 - EPSILON))


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


def unit(x: jax.Array, axis: int) -> jax.Array:
    """x / ‖x‖, and 0 where x is 0."""
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-12))


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
