"""A model whose layers tell what they return, whatever its wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from jax import tree_util as jtu

from gradus.base.record import static
from gradus.base.tree import path_name
from gradus.nn.layer import INFERENCE, Forward, Layer


class Watched(Layer):
    """A layer that tells what it returns; in all else the layer itself."""

    inner: Layer
    tell: Callable = static()

    def __call__(self, x, forward: Forward = INFERENCE):
        y = self.inner(x, forward)
        self.tell(y)
        return y

    def replace(self, **changes: Any) -> Layer:
        return Watched(self.inner.replace(**changes), self.tell)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def watched(layer: Layer, tell: Callable[[tuple, Any], None], path: tuple = ()) -> Layer:
    """The layer with itself and every layer in it watched.

    Arguments:
        layer: a layer with its weights.
        tell: called with the path of a layer and its output, in the order of computation.
        path: where the layer is.
    """
    parts, structure = parts_of(layer)
    new = [watched(p, tell, path + at) if isinstance(p, Layer) else p for at, p in parts]
    return Watched(structure.unflatten(new), lambda y: tell(path, y))


def layers_of(layer: Layer, path: tuple = (), depth: int = 0) -> Iterator[tuple[tuple, int, Layer]]:
    """The layer and all layers in it, with their paths and depths."""
    yield path, depth, layer
    for at, part in parts_of(layer)[0]:
        if isinstance(part, Layer):
            yield from layers_of(part, path + at, depth + 1)


def layer_name(path: tuple) -> str:
    """The name of a layer, as in the names of its weights; empty for the model itself."""
    return path_name(path).removeprefix("value")


def parts_of(layer: Layer):
    """The layers and arrays directly in a layer, with their paths, and how to put them back."""
    return jtu.tree_flatten_with_path(
        layer, is_leaf=lambda node: isinstance(node, Layer) and node is not layer
    )
