"""The symbols of the functional way of writing a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradus.base.errors import InputError
from gradus.keras.shapes import Shape

if TYPE_CHECKING:
    from gradus.keras.layers.base import Layer


@dataclass(eq=False)
class Node:
    """One call of a layer: the same layer may be called in several places.

    Arguments:
        layer: what is called.
        sources: what it is called with; nothing for the beginning of a model.
        outputs: how many values it gives.
    """

    layer: Layer
    sources: tuple[KerasTensor, ...] = ()
    outputs: int = 1


@dataclass(eq=False)
class KerasTensor:
    """What a layer will give, before there are numbers.

    Arguments:
        node: the call that makes it.
        size: the shape of one example's part; unknown lengths are None.
        place: which of the call's outputs this is.
    """

    node: Node
    size: Shape
    place: int = 0

    @property
    def shape(self) -> Shape:
        """The shape with the batch axis, None, first."""
        return (None, *self.size)

    @property
    def name(self) -> str:
        """The name of its layer."""
        return self.node.layer.name

    def __array__(self, *_: Any, **__: Any):
        raise InputError(
            f"the output of layer {self.name!r} has no numbers yet",
            expected="a layer of keras.layers",
            got="a function of arrays",
            fix="put the function into a layer: layers.Lambda(function)(x)",
        )

    def __add__(self, other: Any) -> KerasTensor:
        return merged("Add", self, other)

    def __sub__(self, other: Any) -> KerasTensor:
        return merged("Subtract", self, other)

    def __mul__(self, other: Any) -> KerasTensor:
        return merged("Multiply", self, other)


def merged(kind: str, first: KerasTensor, second: Any) -> KerasTensor:
    """Two tensors through a merging layer, for `a + b`."""
    from gradus.keras.layers import merging

    if not isinstance(second, KerasTensor):
        raise InputError(
            f"{kind} of a tensor",
            expected="another output of a layer",
            got=repr(second),
            fix="write it as a layer: layers.Lambda(lambda x: 2 * x)(x)",
        )
    return getattr(merging, kind)()([first, second])


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    batch_shape: Any = None,
    name: str | None = None,
) -> Any:
    """The beginning of a model: a symbol for its inputs.

    Arguments:
        shape: the shape of one example; None for a length that may differ.
        batch_size: not needed; a batch may have any size.
        dtype: "int32" and the like for whole numbers such as tokens.
        batch_shape: the shape with the batch axis, in the place of `shape`.
        name: how targets and inputs are told apart in dicts.

    >>> Input((28, 28, 1)).shape
    (None, 28, 28, 1)
    """
    from gradus.keras.layers.base import InputLayer

    return InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name).output
