"""Random hidden units and an output layer in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.nn.initializers import Normal


def extreme_learning_machine(
    x: Any,
    y: Any,
    hidden: int = 100,
    *,
    activation: Callable = nn.tanh,
    penalty: float = 1e-3,
    classes: int | None = None,
    seed: int = 0,
) -> nn.Sequential:
    """A random hidden layer that stays as it is, and the best output layer for it:
    h = g(x W + b), outputs = h B + c with (B, c) = argmin ‖h B + c − Y‖²/n + λ‖B‖².

    One system of equations takes the place of training. Standardise the inputs first, so that the
    units of g are neither straight lines nor steps.

    Arguments:
        x: inputs, shape (n, …); further axes are flattened.
        y: numbers, shape (n,) or (n, K), or with `classes` the numbers 0 … k−1.
        hidden: how many random units.
        activation: g.
        penalty: λ ≥ 0.
        classes: k, for classification; Y then has 1 for the class and 0 elsewhere, and the largest
            output is the prediction, as `Categorical(k).predict` takes it.
        seed: of W ~ N(0, 1/inputs) and b ~ N(0, 1).

    Gives a model with its hidden layer frozen, ready for use or for training the output layer.

    Raises InputError for a penalty below 0 and targets that do not fit.

    >>> x = np.linspace(-2, 2, 80)[:, None]
    >>> model = extreme_learning_machine(x, np.sin(3 * x[:, 0]), penalty=1e-6)
    >>> error = model(jnp.asarray(x, jnp.float32))[:, 0] - np.sin(3 * x[:, 0])
    >>> bool(jnp.abs(error).max() < 0.05)
    True

    Huang, Zhu and Siew (2006); the idea is Schmidt, Kraaijveld and Duin's (1992).
    """
    x, y, _ = check_arrays(x, y)
    random = nn.Sequential(
        nn.Flatten(),
        nn.Dense(hidden, activation, weight_init=spread(x), bias_init=Normal(1.0)),
    ).init(jax.random.key(seed), x.shape[1:])
    return with_ridge_output(nn.frozen(random), x, y, penalty=penalty, classes=classes)


def with_ridge_output(
    hidden: nn.Layer, x: Any, y: Any, *, penalty: float = 1e-3, classes: int | None = None
) -> nn.Sequential:
    """Any hidden layers as they are, with the best output layer in closed form.

    Arguments:
        hidden: layers that have their weights.
        x, y, penalty, classes: as of `extreme_learning_machine`.

    >>> hidden = nn.Lambda(jnp.square)
    >>> model = with_ridge_output(hidden, [[1.0], [2.0], [3.0]], [2.0, 5.0, 10.0], penalty=0.0)
    >>> model(jnp.array([[4.0]])).round(3)
    Array([[17.]], dtype=float32)
    """
    x, y, _ = check_arrays(x, y)
    features = np.asarray(hidden(jnp.asarray(x, jnp.result_type(float))), np.float64)
    weight, bias = ridge_output(features, targets(y, classes), penalty)
    output = nn.Dense(weight.shape[1]).replace(
        weight=jnp.asarray(weight, jnp.result_type(float)),
        bias=jnp.asarray(bias, jnp.result_type(float)),
    )
    return nn.Sequential(hidden, output)


def ridge_output(
    features: np.ndarray, y: np.ndarray, penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    """Weights and biases of least squares with the price λ‖B‖², biases free.

    Arguments:
        features: h, shape (n, F).
        y: Y, shape (n, K).
        penalty: λ ≥ 0; at 0 the shortest of the best.

    >>> weight, bias = ridge_output(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]]), 1.0)
    >>> weight.round(9), bias.round(9)
    (array([[1.]]), array([2.]))
    """
    if not penalty >= 0:
        raise InputError("penalty", expected="a number from 0", got=penalty, fix="take 1e-3")
    centre, middle = features.mean(axis=0), y.mean(axis=0)
    # The singular values say how much of every direction is kept: s²/(s² + nλ).
    u, s, vt = np.linalg.svd(features - centre, full_matrices=False)
    kept = s > s.max(initial=0.0) * len(features) * np.finfo(float).eps
    shrunk = np.where(kept, s / np.where(kept, s**2 + len(features) * penalty, 1), 0)
    weight = vt.T @ (shrunk[:, None] * (u.T @ (y - middle)))
    return weight, middle - centre @ weight


def targets(y: np.ndarray, classes: int | None) -> np.ndarray:
    """Targets as a table of numbers, shape (n, K); for classes 1 for the class and 0 elsewhere."""
    if classes is None:
        return y.reshape(len(y), -1).astype(np.float64)
    if y.ndim != 1 or np.any((y < 0) | (y >= classes) | (y != np.floor(y))):
        raise InputError(
            "targets",
            expected=f"the classes 0 … {classes - 1}, shape (n,)",
            got=f"shape {y.shape}, from {y.min()} to {y.max()}",
            fix="number the classes, or leave `classes` out for numbers",
        )
    return np.eye(classes)[y.astype(int)]


def spread(x: np.ndarray) -> Normal:
    """Weights that give standardised inputs a sum of variance 1."""
    return Normal(1 / max(1, int(np.prod(x.shape[1:]))) ** 0.5)
