"""How much codes move when inputs do."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus import nn
from gradus.nn.layer import Layer


def steepness(encoder: Layer, x: jax.Array, key: jax.Array) -> jax.Array:
    """‖∂f(x)/∂x‖²_F of every example, the squares of all slopes of its code, shape (B,).

    Exact for a single dense layer: Σⱼ g′(aⱼ)² ‖wⱼ‖². Deeper encoders f are asked one question
    of random signs v: ‖vᵀ ∂f/∂x‖² has the right mean, and costs one pass back.

    Arguments:
        encoder: f; its noise is off.
        x: examples, shape (B, …).
        key: of the signs.

    >>> layer = nn.Dense(2).replace(weight=jnp.array([[3.0, 0.0], [0.0, 4.0]]), bias=jnp.ones(2))
    >>> steepness(layer, jnp.ones((1, 2)), random.key(0))
    Array([25.], dtype=float32)

    Rifai, Vincent, Muller, Glorot and Bengio (2011); Hutchinson (1990).
    """
    layers = [part for part in parts(encoder) if not isinstance(part, nn.Flatten | nn.Note)]
    if len(layers) == 1 and isinstance(layers[0], nn.Dense):
        return of_dense(layers[0], x.reshape(len(x), -1))
    code, pull = jax.vjp(encoder, x)
    (slope,) = pull(random.rademacher(key, code.shape, code.dtype))
    return squares(slope)


def of_dense(layer: nn.Dense, x: jax.Array) -> jax.Array:
    """The exact number for one dense layer on a table."""
    before = layer.replace(activation=nn.identity)(x)
    _, slope = jax.jvp(layer.activation, (before,), (jnp.ones_like(before),))
    return jnp.square(slope) @ jnp.sum(jnp.square(layer.weight), axis=0)


def squares(slope: jax.Array) -> jax.Array:
    """Σ of squares, for every example."""
    return jnp.sum(jnp.square(slope).reshape(len(slope), -1), axis=1)


def parts(encoder: Layer) -> list[Layer]:
    """The layers of a chain, the chains in it opened."""
    if isinstance(encoder, nn.Sequential):
        return [part for layer in encoder.layers for part in parts(layer)]
    return [encoder]
