"""Convolution over time, images and volumes: `nn.Conv`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from gradus import nn
from gradus.base.errors import InputError
from gradus.keras import activations, initializers
from gradus.keras.arguments import pair, pick
from gradus.keras.layers.base import Layer
from gradus.keras.layers.mapped import Mapped


@dataclass(eq=False)
class Conv(Layer):
    """What the convolutions share."""

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: Any = None
    dilation_rate: Any = 1
    groups: int = 1
    activation: Any = None
    use_bias: bool = True
    kernel_initializer: Any = "glorot_uniform"
    bias_initializer: Any = "zeros"
    kernel_regularizer: Any = None
    bias_regularizer: Any = None
    activity_regularizer: Any = None
    kernel_constraint: Any = None
    bias_constraint: Any = None

    arrays = {"kernel": "weight", "bias": "bias"}  # noqa: RUF012
    head = "activation"
    axes: ClassVar[int]

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"])

    def build(self, size):
        if len(size) != self.axes + 1:
            raise InputError(
                f"layer {self.name!r}: inputs",
                expected=f"{self.axes} axes and then channels, without the batch axis",
                got=size,
                fix="give images a last axis of channels: x[..., None]",
            )
        super().build(size)

    def translated(self):
        kernel = pair(self.kernel_size, self.axes, self.name, "kernel_size")
        dilation = pair(self.dilation_rate, self.axes, self.name, "dilation_rate")
        return nn.Conv(
            self.filters,
            kernel,
            activations.get(self.activation),
            stride=pair(self.strides, self.axes, self.name, "strides"),
            padding=self.margins(kernel, dilation),
            dilation=dilation,
            groups=self.groups,
            use_bias=self.use_bias,
            weight_init=initializers.get(self.kernel_initializer),
            bias_init=initializers.get(self.bias_initializer),
        )

    def margins(self, kernel: tuple, dilation: tuple) -> Any:
        """What is added around; "causal" puts all of it before."""
        known = ("valid", "same", "causal") if self.axes == 1 else ("valid", "same")
        if pick("padding", self.padding.lower(), known) == "causal":
            return ((dilation[0] * (kernel[0] - 1), 0),)
        return self.padding.lower()


@dataclass(eq=False)
class Conv1D(Conv):
    """y[t] = g(Σᵢ x[s t + i] W[i] + b) over (time, channels).

    >>> import numpy as np
    >>> Conv1D(4, 3, padding="causal")(np.ones((2, 7, 3))).shape
    (2, 7, 4)
    """

    axes = 1


@dataclass(eq=False)
class Conv2D(Conv):
    """The same over (height, width, channels).

    >>> import numpy as np
    >>> layer = Conv2D(32, (3, 3), activation="relu")
    >>> layer(np.ones((1, 28, 28, 1))).shape, layer.count_params()
    ((1, 26, 26, 32), 320)
    """

    axes = 2


@dataclass(eq=False)
class Conv3D(Conv):
    """The same over (depth, height, width, channels)."""

    axes = 3


@dataclass(eq=False)
class ZeroPadding1D(Layer):
    """Zeros before and after a sequence."""

    padding: Any = 1

    def translated(self):
        return Mapped(surrounded, (around(self.padding, 1),))


@dataclass(eq=False)
class ZeroPadding2D(Layer):
    """Zeros around an image: one number, (rows, columns), or ((top, bottom), (left, right))."""

    padding: Any = 1
    data_format: Any = None

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"])

    def translated(self):
        return Mapped(surrounded, (around(self.padding, 2),))


@dataclass(eq=False)
class UpSampling1D(Layer):
    """Every step `size` times."""

    size: int = 2

    def translated(self):
        return Mapped(enlarged, ((self.size,),))


@dataclass(eq=False)
class UpSampling2D(Layer):
    """Every pixel as often as `size` says, along both sides."""

    size: Any = 2
    data_format: Any = None
    interpolation: str = "nearest"

    def __post_init__(self):
        super().__post_init__()
        self.only(data_format=[None, "channels_last"], interpolation="nearest")

    def translated(self):
        return Mapped(enlarged, (pair(self.size, 2, self.name, "size"),))


def around(padding: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """What to add before and after each axis.

    >>> around(1, 2), around((1, 2), 2), around((1, 2), 1)
    (((1, 1), (1, 1)), ((1, 1), (2, 2)), ((1, 2),))
    """
    if isinstance(padding, int):
        return ((padding, padding),) * axes
    if axes == 1:
        return (tuple(padding),)
    return tuple((p, p) if isinstance(p, int) else tuple(p) for p in padding)


def surrounded(x: Any, margins: tuple) -> Any:
    """x with zeros around all axes but the first and the last."""
    return jnp.pad(x, ((0, 0), *margins, (0, 0)))


def enlarged(x: Any, times: tuple) -> Any:
    """x with every number repeated along the axes between the first and the last."""
    for axis, count in enumerate(times, 1):
        x = jnp.repeat(x, count, axis=axis)
    return x
