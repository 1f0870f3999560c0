"""Where in a memory to read and write: by what is there, and by where it is.

A memory is (B, slots, width); weightings are (B, heads, slots), each a share for every slot.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp

SMALL = 1e-6  # what counts as nothing beside the squared length of a key or of a slot


def oneplus(z: jax.Array) -> jax.Array:
    """1 + ζ(z) = 1 + log(1 + eᶻ): numbers from 1 up.

    >>> oneplus(jnp.array([-50.0, 0.0, 50.0]))
    Array([ 1.       ,  1.6931472, 51.       ], dtype=float32)
    """
    return 1 + jax.nn.softplus(z)


def similarity(memory: jax.Array, keys: jax.Array) -> jax.Array:
    """The cosine of each key with each slot: k·m / (‖k‖ ‖m‖), with ‖v‖ = √(v·v + 10⁻⁶).

    An empty slot is like no key: its cosine is 0, and its gradient stays finite.

    Arguments:
        memory: M, shape (B, slots, width).
        keys: k, shape (B, heads, width).

    >>> memory = jnp.array([[[3.0, 4.0], [0.0, 0.0], [-1.0, 0.0]]])
    >>> similarity(memory, jnp.array([[[2.0, 0.0]]])).round(3) + 0.0
    Array([[[ 0.6,  0. , -1. ]]], dtype=float32)
    """
    dots = jnp.einsum("bhm,bnm->bhn", keys, memory)
    of_slots = jnp.sqrt(jnp.sum(jnp.square(memory), axis=-1) + SMALL)
    of_keys = jnp.sqrt(jnp.sum(jnp.square(keys), axis=-1) + SMALL)
    return dots / (of_keys[:, :, None] * of_slots[:, None, :])


def by_content(memory: jax.Array, keys: jax.Array, strengths: jax.Array) -> jax.Array:
    """The slots that are like a key: w = softmax over slots of β cos(k, m).

    Arguments:
        memory, keys: as of `similarity`.
        strengths: β, shape (B, heads): at 0 all slots alike, the larger the sharper.

    >>> memory = jnp.array([[[1.0, 0.0], [0.0, 1.0]]])
    >>> by_content(memory, jnp.array([[[1.0, 0.0]]]), jnp.array([[2.0]])).round(2)
    Array([[[0.88, 0.12]]], dtype=float32)
    """
    return jax.nn.softmax(strengths[:, :, None] * similarity(memory, keys), axis=-1)


def between(gate: jax.Array, one: jax.Array, other: jax.Array) -> jax.Array:
    """g w₁ + (1 − g) w₂, one gate for each head."""
    return gate[:, :, None] * one + (1 - gate[:, :, None]) * other


def shifted(weighting: jax.Array, shares: jax.Array) -> jax.Array:
    """Weightings turned around the ring of slots: w̃(i) = Σₖ s(k) w(i − k), k = −S … S.

    Arguments:
        weighting: w, shape (B, heads, slots).
        shares: s, shape (B, heads, 2S + 1): how much moves by −S, …, S slots.

    >>> first = jnp.array([[[1.0, 0.0, 0.0, 0.0]]])
    >>> shifted(first, jnp.array([[[0.25, 0.0, 0.75]]]))
    Array([[[0.  , 0.75, 0.  , 0.25]]], dtype=float32)
    """
    most = shares.shape[-1] // 2
    turned = [
        shares[..., k + most, None] * jnp.roll(weighting, k, axis=-1)
        for k in range(-most, most + 1)
    ]
    return sum(turned[1:], turned[0])


def sharpened(weighting: jax.Array, power: jax.Array) -> jax.Array:
    """w(i)^γ / Σⱼ w(j)^γ, as the softmax of γ log w: it never divides by 0.

    Arguments:
        weighting: w, shape (B, heads, slots).
        power: γ ≥ 1, shape (B, heads).

    >>> sharpened(jnp.array([[[0.8, 0.2, 0.0]]]), jnp.array([[2.0]])).round(2)
    Array([[[0.94, 0.06, 0.  ]]], dtype=float32)
    """
    tiny = 1e-16  # far below what 32 bits tell from 1, and its logarithm is finite
    return jax.nn.softmax(power[:, :, None] * jnp.log(weighting + tiny), axis=-1)


def read(memory: jax.Array, weighting: jax.Array) -> jax.Array:
    """What the heads see: r = Σᵢ w(i) M(i), shape (B, heads, width)."""
    return jnp.einsum("bhn,bnm->bhm", weighting, memory)


def written(memory: jax.Array, weighting: jax.Array, erase: jax.Array, add: jax.Array) -> jax.Array:
    """The memory after writing: M(i) ← M(i) ∏ₕ (1 − wₕ(i) eₕ) + Σₕ wₕ(i) aₕ.

    Arguments:
        memory: M, shape (B, slots, width).
        weighting: w, shape (B, heads, slots).
        erase: e, in [0, 1], shape (B, heads, width).
        add: a, shape (B, heads, width).

    >>> memory = jnp.ones((1, 2, 2))
    >>> first, half, new = (jnp.array([[v]]) for v in ([1.0, 0.0], [0.5, 1.0], [0.0, 3.0]))
    >>> written(memory, first, half, new)
    Array([[[0.5, 3. ],
            [1. , 1. ]]], dtype=float32)
    """
    for head in range(weighting.shape[1]):
        at = weighting[:, head, :, None]
        memory = memory * (1 - at * erase[:, head, None, :])
    return memory + jnp.einsum("bhn,bhm->bnm", weighting, add)


def parts(x: jax.Array, sizes: Sequence[int]) -> list[jax.Array]:
    """The last axis cut into parts of these sizes.

    >>> [part.tolist() for part in parts(jnp.arange(4), (1, 3))]
    [[0], [1, 2, 3]]
    """
    ends = [sum(sizes[: i + 1]) for i in range(len(sizes))]
    return [x[..., end - size : end] for size, end in zip(sizes, ends, strict=True)]
