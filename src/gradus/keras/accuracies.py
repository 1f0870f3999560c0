"""How often predictions are right: 1 or 0 for every example."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from gradus.keras.formulas import alike, class_numbers


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
