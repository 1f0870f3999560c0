"""What a differentiable computer knows of its memory: which slots are free, and their order."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def retained(free: jax.Array, weightings: jax.Array) -> jax.Array:
    """How much of each slot is not let go by the heads that have read it: ψ = ∏ᵣ (1 − fᵣ wᵣ).

    Arguments:
        free: f in [0, 1], shape (B, reads).
        weightings: w of the step before, shape (B, reads, slots).
    """
    return jnp.prod(1 - free[:, :, None] * weightings, axis=1)


def used(usage: jax.Array, written: jax.Array, kept: jax.Array) -> jax.Array:
    """Usage after a step: u ← (u + w − u ⊙ w) ⊙ ψ, each from 0, free, to 1.

    Arguments:
        usage: u, shape (B, slots).
        written: w, what the heads have written to at the step before, shape (B, slots).
        kept: ψ, shape (B, slots).

    >>> used(jnp.array([[0.0, 0.5]]), jnp.array([[1.0, 0.5]]), jnp.array([[1.0, 0.5]]))
    Array([[1.   , 0.375]], dtype=float32)
    """
    return (usage + written - usage * written) * kept


def allocation(usage: jax.Array) -> jax.Array:
    """The free slots, the least used first: a(φⱼ) = (1 − u(φⱼ)) ∏ᵢ₍₍ᵢ₌₁…ⱼ₋₁₎₎ u(φᵢ).

    φ are the slots in ascending order of usage; of equal ones the first comes first. Where all
    are used, nothing is allocated. The gradient takes the order as it is.

    Arguments:
        usage: u, shape (B, slots).

    >>> allocation(jnp.array([[1.0, 0.5, 0.25]]))
    Array([[0.   , 0.125, 0.75 ]], dtype=float32)
    """
    order = jnp.argsort(usage, axis=-1, stable=True)
    ascending = jnp.take_along_axis(usage, order, axis=-1)
    so_far = jnp.cumprod(ascending, axis=-1)
    before = jnp.concatenate([jnp.ones_like(so_far[:, :1]), so_far[:, :-1]], axis=-1)
    back = jnp.argsort(order, axis=-1)
    return jnp.take_along_axis((1 - ascending) * before, back, axis=-1)


def linked(links: jax.Array, precedence: jax.Array, written: jax.Array) -> jax.Array:
    """Which slot was written after which: L(i, j) ← (1 − w(i) − w(j)) L(i, j) + w(i) p(j), i ≠ j.

    Arguments:
        links: L, shape (B, slots, slots).
        precedence: p, where was written last, shape (B, slots).
        written: w, shape (B, slots).

    >>> last, now = jnp.array([[1.0, 0.0]]), jnp.array([[0.0, 1.0]])
    >>> linked(jnp.zeros((1, 2, 2)), last, now)
    Array([[[0., 0.],
            [1., 0.]]], dtype=float32)
    """
    to, of = written[:, :, None], written[:, None, :]
    new = (1 - to - of) * links + to * precedence[:, None, :]
    return new * (1 - jnp.eye(links.shape[-1], dtype=links.dtype))[None]


def preceding(precedence: jax.Array, written: jax.Array) -> jax.Array:
    """Where was written last: p ← (1 − Σ w) p + w, shapes (B, slots)."""
    return (1 - jnp.sum(written, axis=-1, keepdims=True)) * precedence + written
