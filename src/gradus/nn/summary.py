"""What a model is made of: its layers, the shapes between them, and how much there is to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import tree_util as jtu

from gradus.base.tree import leaves
from gradus.nn.layer import Layer, Shape, is_shape
from gradus.nn.watched import layer_name, layers_of, watched


class Row(NamedTuple):
    """One layer of a summary.

    Arguments:
        name: where it is in the model, as in the names of its weights; empty for the model itself.
        layer: its class.
        depth: how many layers hold it.
        output: shape of one output; None for a layer that was not called.
        trainable: how many numbers in it are trained.
        fixed: how many are not: running averages and frozen weights.
    """

    name: str
    layer: str
    depth: int
    output: Shape | None
    trainable: int
    fixed: int

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        label = "  " * self.depth + f"{self.name} {self.layer}".lstrip()
        output = "" if self.output is None else str(self.output)
        return label, output, f"{self.trainable:,}", f"{self.fixed:,}"


@dataclass(frozen=True)
class Summary:
    """The layers of a model as rows; prints as a table.

    Arguments:
        rows: the model itself first, then its layers in order, nested ones after their holder.
        weights: how many trained numbers are weights, in contrast to biases and gains.
    """

    rows: tuple[Row, ...]
    weights: int

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return self.rows[0].trainable

    def __str__(self) -> str:
        table = [("Layer", "Output", "Trained", "Fixed"), *(row.cells() for row in self.rows)]
        a, b, c, d = (max(map(len, column)) for column in zip(*table, strict=True))
        lines = [f"{w:{a}}  {x:{b}}  {y:>{c}}  {z:>{d}}" for w, x, y, z in table]
        total = f"{self.parameters:,} parameters, {self.weights:,} of them weights"
        return "\n".join([*lines, total])

    __repr__ = __str__


def summary(model: Layer, shape: Shape, dtype: Any = None) -> Summary:
    """Layers, output shapes and numbers of parameters of a model, found without computing.

    Arguments:
        model: any layer, with or without weights.
        shape: the shape of one input (a tuple or dict of shapes for several inputs).
        dtype: what the inputs are, such as `jnp.int32` for tokens; by default the float type.

    Raises InputError where the layers do not fit the shape or each other.

    >>> from gradus import nn
    >>> summary(nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2)), (3,))
    Layer       Output  Trained  Fixed
    Sequential  (2,)         26      0
      0 Dense   (4,)         16      0
      1 Dense   (2,)         10      0
    26 parameters, 20 of them weights
    """
    ready = eqx.filter_eval_shape(lambda key: model.init(key, shape), jax.random.key(0))
    outputs = _outputs(ready, shape, dtype or jnp.result_type(float))
    paths = [path for path, _ in jtu.tree_flatten_with_path(ready)[0]]
    arrays = list(zip(paths, leaves(ready), strict=True))
    rows = []
    for path, depth, layer in layers_of(ready):
        inside = [leaf for at, leaf in arrays if at[: len(path)] == path]
        trained = sum(leaf.value.size for leaf in inside if leaf.trainable)
        fixed = sum(leaf.value.size for leaf in inside if not leaf.trainable)
        name = layer_name(path)
        rows.append(Row(name, type(layer).__name__, depth, outputs.get(path), trained, fixed))
    weights = sum(leaf.value.size for _, leaf in arrays if leaf.kind == "weight")
    return Summary(tuple(rows), weights)


def _outputs(model: Layer, shape: Shape, dtype: Any) -> dict[tuple, Shape]:
    """The shape of one output of every layer that is called, by its path."""
    found = {}

    def tell(path, y):
        found[path] = jax.tree.map(lambda a: a.shape[1:], y)

    example = jax.tree.map(lambda s: jax.ShapeDtypeStruct((1, *s), dtype), shape, is_leaf=is_shape)
    eqx.filter_eval_shape(lambda layer, x: watched(layer, tell)(x), model, example)
    return found
