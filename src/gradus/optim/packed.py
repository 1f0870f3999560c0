"""Many small arrays updated as one: fewer and longer loops, the same numbers."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import optax

SMALL = 16_384  # array size; above it, copying costs more than a separate loop


def packed(direction: optax.GradientTransformation) -> optax.GradientTransformation:
    """The same direction, found for all small arrays at once, laid end to end in one vector.

    A compiled step runs a few loops per array, and on a bias of ten numbers the call costs more
    than the work. Arrays above `SMALL` are left alone.

    Arguments:
        direction: an elementwise transformation that does not look at the parameters.

    >>> import optax
    >>> params = {"weight": jnp.ones((2, 3)), "bias": jnp.zeros(3)}
    >>> packed(optax.trace(0.9)).init(params).trace[0]["float32"].shape
    (9,)
    """

    def init(params):
        return direction.init(_pack(params))

    def update(updates, state, params=None):
        found, state = direction.update(_pack(updates), state)
        return _unpack(found, updates), state

    return optax.GradientTransformation(init, update)


def _pack(tree: Any) -> tuple[dict[str, jax.Array], list[jax.Array]]:
    """One vector of the small arrays for each dtype, and the large arrays."""
    small: dict[str, list] = {}
    large = []
    for leaf in jax.tree.leaves(tree):
        if leaf.size > SMALL:
            large.append(leaf)
        else:
            small.setdefault(leaf.dtype.name, []).append(leaf.reshape(-1))
    return {dtype: jnp.concatenate(parts) for dtype, parts in small.items()}, large


def _unpack(pack: Any, like: Any) -> Any:
    """The packed arrays in the shapes and places of `like`."""
    vectors, large = pack
    remaining = iter(large)
    used = dict.fromkeys(vectors, 0)
    leaves, structure = jax.tree.flatten(like)
    found = []
    for leaf in leaves:
        if leaf.size > SMALL:
            found.append(next(remaining))
            continue
        dtype, start = leaf.dtype.name, used[leaf.dtype.name]
        used[dtype] = start + leaf.size
        part = jax.lax.slice_in_dim(vectors[dtype], start, used[dtype])
        found.append(part.reshape(leaf.shape))
    return structure.unflatten(found)
