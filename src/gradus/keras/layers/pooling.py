"""Pooling: `nn.MaxPool`, `nn.MeanPool`, `nn.GlobalMaxPool`, `nn.GlobalMeanPool`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from gradus import nn
from gradus.base.errors import InputError
from gradus.keras.arguments import pair, pick
from gradus.keras.layers.base import Layer


@dataclass(eq=False)
class Pooling(Layer):
    """What the poolings share."""

    pool_size: Any = 2
    strides: Any = None
    padding: str = "valid"
    data_format: Any = None

    axes: ClassVar[int]
    kind: ClassVar[type[nn.MaxPool] | type[nn.MeanPool]]

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"])
        pick("padding", self.padding.lower(), ("valid", "same"))

    def build(self, size):
        check_axes(self, size, self.axes)
        super().build(size)

    def translated(self):
        size = pair(self.pool_size, self.axes, self.name, "pool_size")
        strides = self.pool_size if self.strides is None else self.strides
        steps = pair(strides, self.axes, self.name, "strides")
        return type(self).kind(size, steps, self.padding.lower())


@dataclass(eq=False)
class MaxPooling1D(Pooling):
    """The largest number in a window, over (time, channels)."""

    axes, kind = 1, nn.MaxPool


@dataclass(eq=False)
class MaxPooling2D(Pooling):
    """The largest number in a window, over (height, width, channels).

    >>> import numpy as np
    >>> MaxPooling2D((2, 2))(np.ones((1, 13, 13, 8))).shape
    (1, 6, 6, 8)
    """

    axes, kind = 2, nn.MaxPool


@dataclass(eq=False)
class MaxPooling3D(Pooling):
    """The largest number in a window, over (depth, height, width, channels)."""

    axes, kind = 3, nn.MaxPool


@dataclass(eq=False)
class AveragePooling1D(Pooling):
    """The mean of a window, over (time, channels)."""

    axes, kind = 1, nn.MeanPool


@dataclass(eq=False)
class AveragePooling2D(Pooling):
    """The mean of a window, over (height, width, channels)."""

    axes, kind = 2, nn.MeanPool


@dataclass(eq=False)
class AveragePooling3D(Pooling):
    """The mean of a window, over (depth, height, width, channels)."""

    axes, kind = 3, nn.MeanPool


@dataclass(eq=False)
class GlobalPooling(Layer):
    """What the global poolings share."""

    data_format: Any = None
    keepdims: bool = False

    axes: ClassVar[int]
    kind: ClassVar[type[nn.GlobalMaxPool] | type[nn.GlobalMeanPool]]

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"], keepdims=False)

    def build(self, size):
        check_axes(self, size, self.axes)
        super().build(size)

    def translated(self):
        return type(self).kind()


@dataclass(eq=False)
class GlobalMaxPooling1D(GlobalPooling):
    """The largest number of each channel, over (time, channels)."""

    axes, kind = 1, nn.GlobalMaxPool


@dataclass(eq=False)
class GlobalMaxPooling2D(GlobalPooling):
    """The largest number of each channel, over (height, width, channels)."""

    axes, kind = 2, nn.GlobalMaxPool


@dataclass(eq=False)
class GlobalMaxPooling3D(GlobalPooling):
    """The largest number of each channel, over (depth, height, width, channels)."""

    axes, kind = 3, nn.GlobalMaxPool


@dataclass(eq=False)
class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each channel, over (time, channels)."""

    axes, kind = 1, nn.GlobalMeanPool


@dataclass(eq=False)
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel, over (height, width, channels)."""

    axes, kind = 2, nn.GlobalMeanPool


@dataclass(eq=False)
class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel, over (depth, height, width, channels)."""

    axes, kind = 3, nn.GlobalMeanPool


def check_axes(layer: Layer, size: Any, axes: int) -> None:
    """Refuse inputs of another number of axes."""
    if len(size) != axes + 1:
        raise InputError(
            f"layer {layer.name!r}: inputs",
            expected=f"{axes} axes and then channels, without the batch axis",
            got=size,
            fix=f"take {type(layer).__name__[:-2]}{len(size) - 1}D, or reshape the inputs",
        )
