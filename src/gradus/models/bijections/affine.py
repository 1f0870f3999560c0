"""Columns moved and stretched by numbers that a network says."""

from __future__ import annotations

import jax
import jax.numpy as jnp

STEEPEST = 3.0  # |s| of one layer stays below this: no column is stretched more than 20-fold


def standardized(x: jax.Array, outputs: jax.Array) -> tuple[jax.Array, jax.Array]:
    """y = (x − μ) e^(−s) and log|det| = −Σ s.

    Arguments:
        x: shape (B, D).
        outputs: μ of every column, shape (B, D), with s = 0; or pairs μ, a with
            s = 3 tanh(a / 3), shape (B, 2 D).

    >>> standardized(jnp.array([[5.0, 5.0]]), jnp.array([[1.0, 2.0]]))[0]
    Array([[4., 3.]], dtype=float32)
    """
    mean, log_scale = _read(outputs, x.shape)
    return (x - mean) * jnp.exp(-log_scale), -jnp.sum(log_scale, axis=1)


def restored(y: jax.Array, outputs: jax.Array) -> tuple[jax.Array, jax.Array]:
    """x = y eˢ + μ and log|det| = Σ s: `standardized` undone.

    >>> restored(jnp.array([[4.0, 3.0]]), jnp.array([[1.0, 2.0]]))[0]
    Array([[5., 5.]], dtype=float32)
    """
    mean, log_scale = _read(outputs, y.shape)
    return y * jnp.exp(log_scale) + mean, jnp.sum(log_scale, axis=1)


def _read(outputs: jax.Array, shape: tuple[int, ...]) -> tuple[jax.Array, jax.Array]:
    """μ and s."""
    if outputs.shape == shape:
        return outputs, jnp.zeros_like(outputs)
    pairs = outputs.reshape(*shape, 2)
    return pairs[..., 0], STEEPEST * jnp.tanh(pairs[..., 1] / STEEPEST)
