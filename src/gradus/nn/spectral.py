"""Spectral normalisation: a layer that cannot stretch its inputs."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from gradus.base.errors import InputError
from gradus.base.record import state, static
from gradus.nn.combine import as_layer
from gradus.nn.layer import INFERENCE, Forward, Layer

START = 15  # iterations at `init`, where there is nothing to go on from


class SpectralNorm(Layer):
    """A layer whose weight is divided by its largest singular value: W / σ(W).

    W is read as a matrix with one column for every output; σ(W) = uᵀ W v is found by power
    iteration, v ← W uᵀ / ‖·‖, u ← Wᵀ v / ‖·‖, which goes on from pass to pass in training.

    Arguments:
        inner: a layer with one weight, outputs on its last axis, such as `Dense` or `Conv`.
        iterations: of every training pass.

    Raises InputError for a layer without a weight, and for iterations below 1.

    >>> from gradus import nn
    >>> layer = SpectralNorm(nn.Dense(2, use_bias=False)).init(jax.random.key(0), (2,))
    >>> layer = layer.replace(inner=layer.inner.replace(weight=jnp.diag(jnp.array([4.0, 2.0]))))
    >>> layer.replace(direction=jnp.array([1.0, 0.0]))(jnp.ones((1, 2)))
    Array([[1. , 0.5]], dtype=float32)

    Miyato, Kataoka, Koyama and Yoshida (2018). As there, σ of a convolution is that of its kernel
    as a matrix, not of the whole map. u starts with 15 iterations, as in PyTorch.
    """

    inner: Layer
    iterations: int = static(1)
    direction: jax.Array = state()

    def __post_init__(self):
        self.inner = as_layer(self.inner)

    def __check_init__(self):
        if self.iterations < 1:
            raise InputError(
                "SpectralNorm: iterations", expected="1 or more", got=self.iterations, fix="take 1"
            )

    def init(self, key, shape):
        if self.direction is not None:
            return self
        inner_key, start_key = jax.random.split(key)
        inner = self.inner.init(inner_key, shape)
        matrix = as_columns(inner)
        start = unit(jax.random.normal(start_key, matrix.shape[1:], matrix.dtype))
        return self.replace(inner=inner, direction=turned(matrix, start, START))

    def __call__(self, x, forward: Forward = INFERENCE):
        matrix, u = lax.stop_gradient(as_columns(self.inner)), self.direction
        if forward.training:
            u = turned(matrix, u, self.iterations)
            forward.update(self, direction=u)
        v = unit(matrix @ u)
        sigma = v @ as_columns(self.inner) @ u
        return self.inner.replace(weight=weight_of(self.inner) / sigma)(x, forward)

    def check(self, x):
        self.inner.check(x)

    def output_shape(self, shape):
        return self.inner.output_shape(shape)


def weight_of(layer: Any) -> jax.Array:
    """The weight of a layer; raises InputError where there is none."""
    weight = getattr(layer, "weight", None)
    if weight is None:
        raise InputError(
            "SpectralNorm",
            expected="a layer with one weight, that has seen `init`",
            got=f"{type(layer).__name__} without",
            fix="wrap layers such as nn.Dense or nn.Conv one by one, not a Sequential",
        )
    return weight


def as_columns(layer: Any) -> jax.Array:
    """The weight of a layer as a matrix with one column for every output."""
    weight = weight_of(layer)
    return weight.reshape(-1, weight.shape[-1])


def turned(matrix: jax.Array, u: jax.Array, iterations: int) -> jax.Array:
    """u nearer to the first right singular vector, by power iteration."""
    for _ in range(iterations):
        u = unit(matrix.T @ unit(matrix @ u))
    return u


def unit(vector: jax.Array) -> jax.Array:
    """The vector of length 1 in the same direction; 0 stays 0."""
    return vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)
