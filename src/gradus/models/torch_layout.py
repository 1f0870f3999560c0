"""How PyTorch names the weights of a layer, and in which order it keeps their axes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jax import tree_util as jtu

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.tree import leaves, path_name
from gradus.nn.watched import parts_of


class Slot(NamedTuple):
    """A place for an array in a model.

    Arguments:
        name: its name in the model.
        theirs: its name in the file.
        like: the array that is there.
        axes: which axis of the file's array comes first, second …
        channels: of the maps that a dense layer sees flattened; 1 where there are none.
    """

    name: str
    theirs: str
    like: Any
    axes: tuple[int, ...]
    channels: int = 1

    @property
    def shape(self) -> tuple[int, ...]:
        """What the file's array must look like."""
        return tuple(self.like.shape[self.axes.index(i)] for i in range(len(self.axes)))

    def turned(self, array: np.ndarray) -> np.ndarray:
        """The file's array as the model needs it: (channels, pixels) of a row change places."""
        if self.channels > 1:
            rows = array.reshape(len(array), self.channels, -1)
            array = rows.swapaxes(1, 2).reshape(array.shape)
        return array.transpose(self.axes)


AVERAGES = {"gain": "weight", "mean": "running_mean", "variance": "running_var"}
FIELDS: dict[type, dict[str, str]] = {  # our names -> PyTorch's, where they differ
    nn.BatchNorm: AVERAGES,
    nn.Conv: {},
    nn.Dense: {},
    nn.Embedding: {},
    nn.GroupNorm: AVERAGES,
    nn.LayerNorm: AVERAGES,
}
PARTS = {"shortcut": "downsample"}  # a residual block's way around, in torchvision's nets


def own_slots(model: nn.Layer) -> list[Slot]:
    """The arrays of a model under their own names, as they are."""
    return [Slot(a.name, a.name, a.value, tuple(range(a.value.ndim))) for a in leaves(model)]


def torch_slots(model: nn.Layer) -> list[Slot]:
    """The arrays of a model as PyTorch has them.

    Raises InputError for layers with weights that are not in `FIELDS`.

    >>> import jax
    >>> net = nn.Sequential(nn.Conv(6, 3), nn.BatchNorm()).init(jax.random.key(0), (8, 8, 4))
    >>> for slot in torch_slots(net)[:3]:
    ...     print(slot.name, slot.theirs, slot.shape)
    0.weight 0.weight (6, 4, 3, 3)
    0.bias 0.bias (6,)
    1.gain 1.weight (6,)
    """
    slots, channels, flattened = [], 1, 1
    for path, layer in jtu.tree_flatten_with_path(model, is_leaf=_is_bottom)[0]:
        if isinstance(layer, nn.Flatten):
            flattened = channels
        for at, array in jtu.tree_flatten_with_path(layer)[0]:
            slots.append(_slot(layer, path_name(path + at), array, flattened))
        if isinstance(layer, nn.Conv):
            channels = layer.filters
        if isinstance(layer, nn.Dense):
            channels = flattened = 1
    return slots


def _slot(layer: nn.Layer, name: str, value: Any, flattened: int) -> Slot:
    place, _, field = name.rpartition(".")
    kind = next((kind for kind in FIELDS if isinstance(layer, kind)), None)
    if kind is None:
        raise InputError(
            f"load_weights: {place} is a {type(layer).__name__}",
            expected="layers with weights that are " + ", ".join(k.__name__ for k in FIELDS),
            got=type(layer).__name__,
            fix="load the other parts one by one; PyTorch lays its weights out in another way",
        )
    parts = [PARTS.get(part, part) for part in place.split(".") if part]
    theirs = ".".join([*parts, FIELDS[kind].get(field, field)])
    turned = field == "weight" and kind is not nn.Embedding
    axes = (*range(2, value.ndim), 1, 0) if turned else tuple(range(value.ndim))
    dense = kind is nn.Dense and field == "weight"
    return Slot(name, theirs, value, axes, flattened if dense else 1)


def _is_bottom(node: Any) -> bool:
    """Whether a node is a layer that holds no other."""
    return isinstance(node, nn.Layer) and not any(
        isinstance(part, nn.Layer) for _, part in parts_of(node)[0]
    )
