"""Keras' losses as formulas: one number for every example, the mean over the last axis.

>>> import jax.numpy as jnp
>>> mean_squared_error(jnp.array([[0.0, 1.0]]), jnp.array([[0.0, 3.0]]))
Array([2.], dtype=float32)
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
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


def unit(x: jax.Array, axis: int) -> jax.Array:
    """x / ‖x‖, and 0 where x is 0."""
    squares = jnp.sum(jnp.square(x), axis=axis, keepdims=True)
    return x * jax.lax.rsqrt(jnp.maximum(squares, 1e-12))
