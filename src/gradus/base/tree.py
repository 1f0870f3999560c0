"""Pytree helpers: which leaves are learned, what they are called, how long they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import tree_util as jtu

from gradus.base.record import Record


class Leaf(NamedTuple):
    """One array of a model: where it is, what it is, and how it is learned."""

    name: str
    value: Any
    kind: str  # "weight", "param", "state" or "frozen"

    @property
    def trainable(self) -> bool:
        return self.kind in ("weight", "param")


def leaves(model: Any) -> list[Leaf]:
    """Every array of `model`, in flattening order, with its path and kind.

    >>> from gradus import nn
    >>> import jax
    >>> model = nn.Sequential(nn.Dense(4), nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> [(leaf.name, leaf.kind) for leaf in leaves(model)][:2]
    [('0.weight', 'weight'), ('0.bias', 'param')]
    """
    paths, _ = jtu.tree_flatten_with_path(model)
    return [Leaf(path_name(path), value, _kind(model, path, value)) for path, value in paths]


def path_name(path: tuple) -> str:
    """A readable name for a path into a model: `.layers[0].weight` becomes `0.weight`."""
    kept = [key for key in path if getattr(key, "name", "") not in ("layers", "inner")]
    keys = [getattr(k, "name", getattr(k, "key", getattr(k, "idx", k))) for k in kept]
    return ".".join(map(str, keys)) or "value"


def map_leaves(function: Callable[[Leaf], Any], model: Any) -> Any:
    """A pytree of `model`'s structure with `function(leaf)` in the place of every array."""
    return jtu.tree_structure(model).unflatten([function(leaf) for leaf in leaves(model)])


def split(model: Any) -> tuple[Any, Any]:
    """Split a model into its trainable arrays and the rest; `merge` puts them together again."""
    return eqx.partition(model, map_leaves(lambda leaf: leaf.trainable, model))


def merge(params: Any, rest: Any) -> Any:
    """The model that `split` took apart."""
    return eqx.combine(params, rest)


def count(model: Any, *, trainable: bool = False) -> int:
    """How many numbers a model holds; only the trainable ones on request."""
    return sum(int(a.value.size) for a in leaves(model) if a.trainable or not trainable)


def by_name(tree: Any) -> dict[str, jax.Array]:
    """Every array of a tree under its name.

    >>> by_name({"w": jnp.ones(2)})
    {'w': Array([1., 1.], dtype=float32)}
    """
    paths, _ = jtu.tree_flatten_with_path(tree)
    return {path_name(path): value for path, value in paths}


def layout(tree: Any) -> tuple:
    """Structure, shapes and types of a tree: all that a compiled program knows of its arguments.

    >>> layout({"w": jnp.ones(2)}) == layout({"w": jnp.zeros(2)}) != layout({"w": jnp.ones(3)})
    True
    """
    arrays, structure = jtu.tree_flatten(tree)
    return structure, tuple((a.shape, a.dtype) for a in arrays)


def children(node: Any) -> tuple[list, Callable[[list], Any]]:
    """The direct children of a pytree node, and the function that puts new ones in their place."""
    found, structure = jtu.tree_flatten(node, is_leaf=lambda other: other is not node)
    return found, structure.unflatten


def _kind(model: Any, path, value: Any) -> str:
    """Walk down to a leaf: the field that holds it says how it is learned, `frozen` overrules."""
    kind = "weight" if getattr(value, "ndim", 0) >= 2 else "param"
    node = model
    for key in path:
        if getattr(node, "is_frozen", False):
            return "frozen"
        if isinstance(node, Record) and hasattr(key, "name"):
            field = {f.name: f for f in dataclasses.fields(node)}[key.name]
            kind = field.metadata.get("kind", kind)
        node = _child(node, key)
    return kind if jnp.issubdtype(value.dtype, jnp.inexact) else "state"


def _child(node: Any, key) -> Any:
    if hasattr(key, "name"):
        return getattr(node, key.name)
    return node[key.key if hasattr(key, "key") else key.idx]
