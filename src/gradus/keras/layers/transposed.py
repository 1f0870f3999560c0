"""Convolutions of other forms: transposed ones, and those that are depthwise first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradus import nn
from gradus.keras import activations, initializers
from gradus.keras.arguments import pair, pick
from gradus.keras.layers.convolution import Conv


@dataclass(eq=False)
class ConvTranspose(Conv):
    """What the transposed convolutions share: `nn.ConvTranspose`, filters before channels."""

    output_padding: Any = field(default=None, kw_only=True)

    def __post_init__(self):
        super().__post_init__()
        self.only(output_padding=None, groups=1)

    def translated(self):
        return nn.ConvTranspose(
            self.filters,
            pair(self.kernel_size, self.axes, self.name, "kernel_size"),
            activations.get(self.activation),
            stride=pair(self.strides, self.axes, self.name, "strides"),
            padding=pick("padding", self.padding.lower(), ("valid", "same")),
            dilation=pair(self.dilation_rate, self.axes, self.name, "dilation_rate"),
            use_bias=self.use_bias,
            weight_init=initializers.get(self.kernel_initializer),
            bias_init=initializers.get(self.bias_initializer),
        )

    def entries(self, core):
        (name, shape), *others = super().entries(core)
        return [(name, (*shape[:-2], shape[-1], shape[-2])), *others]

    def read(self, core):
        kernel, *others = super().read(core)
        return [np.swapaxes(kernel, -1, -2), *others]

    def write(self, core, weights):
        kernel, *others = weights
        return super().write(core, [np.swapaxes(np.asarray(kernel), -1, -2), *others])


@dataclass(eq=False)
class Conv1DTranspose(ConvTranspose):
    """From the outputs of a `Conv1D` back to the shape of its inputs."""

    axes = 1


@dataclass(eq=False)
class Conv2DTranspose(ConvTranspose):
    """From the outputs of a `Conv2D` back to the shape of its inputs.

    >>> Conv2DTranspose(3, 3, strides=2, padding="same")(np.ones((1, 7, 7, 2))).shape
    (1, 14, 14, 3)
    """

    axes = 2


@dataclass(eq=False)
class Conv3DTranspose(ConvTranspose):
    """From the outputs of a `Conv3D` back to the shape of its inputs."""

    axes = 3


@dataclass(eq=False)
class SeparableConv(Conv):
    """What the separable convolutions share: a window for each channel, then a mixture of them."""

    depth_multiplier: int = field(default=1, kw_only=True)
    depthwise_initializer: Any = field(default="glorot_uniform", kw_only=True)
    pointwise_initializer: Any = field(default="glorot_uniform", kw_only=True)
    depthwise_regularizer: Any = field(default=None, kw_only=True)
    pointwise_regularizer: Any = field(default=None, kw_only=True)
    depthwise_constraint: Any = field(default=None, kw_only=True)
    pointwise_constraint: Any = field(default=None, kw_only=True)

    arrays = {  # noqa: RUF012
        "depthwise": "depthwise",
        "pointwise": "pointwise",
        "bias": "bias",
    }

    def __post_init__(self):
        super().__post_init__()
        self.only(
            groups=1,
            kernel_initializer="glorot_uniform",
            kernel_regularizer=None,
            kernel_constraint=None,
            pointwise_initializer=self.depthwise_initializer,
        )

    def translated(self):
        kernel = pair(self.kernel_size, self.axes, self.name, "kernel_size")
        dilation = pair(self.dilation_rate, self.axes, self.name, "dilation_rate")
        return nn.SeparableConv(
            self.filters,
            kernel,
            activations.get(self.activation),
            stride=pair(self.strides, self.axes, self.name, "strides"),
            padding=self.margins(kernel, dilation),
            dilation=dilation,
            use_bias=self.use_bias,
            weight_init=initializers.get(self.depthwise_initializer),
            bias_init=initializers.get(self.bias_initializer),
            multiplier=self.depth_multiplier,
        )

    def entries(self, core):
        (first, shape), (second, mixture), *others = super().entries(core)
        channels = shape[-1] // self.depth_multiplier
        window = (first, (*shape[:-2], channels, self.depth_multiplier))
        return [window, (second, (*(1,) * self.axes, *mixture)), *others]

    def read(self, core):
        shapes = [shape for _, shape in self.entries(core)]
        return [a.reshape(shape) for a, shape in zip(super().read(core), shapes, strict=True)]

    def write(self, core, weights):
        shapes = [shape for _, shape in super().entries(core)]
        arrays = [np.reshape(w, shape) for w, shape in zip(weights, shapes, strict=True)]
        return super().write(core, arrays)


@dataclass(eq=False)
class SeparableConv1D(SeparableConv):
    """A window over time for each channel, then a mixture of channels: `nn.SeparableConv`."""

    axes = 1


@dataclass(eq=False)
class SeparableConv2D(SeparableConv):
    """A window over the image for each channel, then a mixture of channels: `nn.SeparableConv`."""

    axes = 2
