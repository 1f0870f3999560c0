"""A net with just enough weights to know any targets by heart."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import param
from gradus.nn.layer import INFERENCE


class Bends(nn.Layer):
    """A rectifier for each place bⱼ along a line: max(z − bⱼ, 0), from shape (B, 1) to (B, n)."""

    places: jax.Array = param()

    def __call__(self, x, forward=INFERENCE):
        return jnp.maximum(x - self.places[None], 0)


def memorizer(x: Any, y: Any, seed: int = 0) -> nn.Sequential:
    """A net of 2n + d weights that gives any n targets: c(x) = Σⱼ wⱼ max(a·x − bⱼ, 0).

    A random direction a tells the examples apart; along it a rectifier bends the line at every
    example, so that the next one gets its target. All n hidden units share a, so that the weights
    are a (d), b (n) and w (n).

    Arguments:
        x: n different inputs, shape (n, d).
        y: targets, shape (n,).
        seed: of the direction.

    Raises InputError for other shapes, and for inputs that are equal.

    >>> from gradus.base.tree import count
    >>> x = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 3.0]])
    >>> net = memorizer(x, [5.0, -1.0, 2.0])
    >>> net(jnp.asarray(x, jnp.float32)).ravel().round(3), count(net)
    (Array([ 5., -1.,  2.], dtype=float32), 8)

    Zhang and others (2017), theorem 1.
    """
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if x.ndim != 2 or y.shape != (len(x),):
        raise InputError(
            "memorizer",
            expected="x of shape (n, d) and y of shape (n,)",
            got=f"{x.shape} and {y.shape}",
            fix="flatten the inputs: x.reshape(len(x), -1)",
        )
    a, order, z = direction(x, seed)
    b = np.concatenate([[z[0] - 1], z[:-1]])
    slopes = np.diff(y[order], prepend=0) / (z - b)
    w = np.diff(slopes, prepend=0)
    return nn.Sequential(
        nn.Dense(1, use_bias=False).replace(weight=narrow(a[:, None])),
        Bends().replace(places=narrow(b)),
        nn.Dense(1, use_bias=False).replace(weight=narrow(w[:, None])),
    )


def direction(x: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A random direction, the rows in their order along it, and where they lie; none coincide."""
    a = np.random.default_rng(seed).normal(size=x.shape[1])
    order = np.argsort(x @ a)
    z = (x @ a)[order]
    if np.any(np.diff(z) == 0):
        row = order[int(np.argmin(np.diff(z)))]
        raise InputError(
            "memorizer", expected="inputs that differ", got=f"row {row} twice", fix="leave one out"
        )
    return a, order, z


def narrow(array: np.ndarray) -> jax.Array:
    """The array in the precision that models have."""
    return jnp.asarray(array, jnp.result_type(float))
