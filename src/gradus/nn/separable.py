"""Separable convolution: a window for each channel, then a mixture of channels at each position."""

from __future__ import annotations

import jax

from gradus.base.record import param, static, weight
from gradus.nn.checks import check_units
from gradus.nn.conv import check_kernel, slide
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.windowed import Windowed


class SeparableConv(Windowed):
    """Depthwise, then pointwise: y[t] = g(Σ_c P[c] Σᵢ x[s t + d i − p, c] D[i, c] + b).

    It has k² C + C M weights for a window of k × k and M filters, where a convolution has k² C M.

    Arguments:
        filters: M, number of outputs at every position.
        kernel_size, activation, stride, padding, dilation, use_bias, bias_init: as in `Conv`.
        weight_init: initialiser of D, shape (*kernel_size, 1, C m), and P, shape (C m, filters); by
            default the one that keeps the variance of `activation`, as in `Dense`.
        multiplier: m, how many windows each channel gets.

    Raises InputError as `Conv`.

    >>> from gradus import nn
    >>> layers = nn.Conv(64, 3), SeparableConv(64, 3)
    >>> [nn.summary(layer, (32, 32, 16)).weights for layer in layers]
    [9216, 1168]

    Chollet (2017).
    """

    multiplier: int = static(1)
    depthwise: jax.Array = weight()
    pointwise: jax.Array = weight()
    bias: jax.Array | None = param()

    def __check_init__(self):
        check_units(self, self.multiplier)

    def init(self, key, shape):
        window = self.first_window(shape)
        if self.depthwise is not None:
            return self
        depth_key, point_key, bias_key = jax.random.split(key, 3)
        wide = shape[-1] * self.multiplier
        return self.replace(
            depthwise=self.start_weight(depth_key, (*window.size, 1, wide)),
            pointwise=self.start_weight(point_key, (wide, self.filters)),
            bias=self.start_bias(bias_key, (self.filters,)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        channels = 0 if self.depthwise is None else self.depthwise.shape[-1] // self.multiplier
        check_kernel(self, x, self.depthwise, channels)
        y = slide(x, self.depthwise, self.window(x.shape[1:]), channels) @ self.pointwise
        return self.finished(y, self.bias)
