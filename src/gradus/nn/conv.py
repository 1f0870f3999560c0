"""Convolution: the same small window of weights at every position."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.record import param, static, weight
from gradus.nn.convolution import Steps, convolve
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.window import Window
from gradus.nn.windowed import Windowed, check_channels, check_groups


class Conv(Windowed):
    """Convolution over time, images or volumes: y[t] = g(Σᵢ x[s t + d i − p] W[i] + b).

    Inputs are (time, C), (height, width, C) or (depth, height, width, C); C channels become
    `filters`. Along an axis w inputs become ⌊(w + p − d (k − 1) − 1) / s⌋ + 1 outputs, p counting
    both sides.

    Arguments:
        filters: number of outputs at every position.
        kernel_size: k, the taps of the window: one number, or one per axis.
        activation: elementwise function g.
        stride: s, steps from one position of the window to the next.
        padding: what is added around the inputs: "valid" nothing; "same" zeros, for ⌈w / s⌉
            outputs; "full" zeros, for every position that touches the inputs; "circular" as many
            as "same", but from the opposite edge; a number of zeros on every side; or for each
            axis a number or a pair (before, after).
        dilation: d, steps from one tap of the window to the next.
        use_bias: whether b is added.
        weight_init: initialiser of W, shape (*kernel_size, C / groups, filters); by default the
            one that keeps the variance of `activation`, as in `Dense`.
        bias_init: initialiser of b, shape (filters,).
        groups: channels and filters fall into as many parts, each on its own; as many as there
            are channels is a depthwise convolution.
        flip: turn the window round, as in the convolution of mathematics, y[t] = Σᵢ x[t − i] W[i];
            the default is cross-correlation.

    Raises InputError for settings that make no window, for groups that do not divide channels and
    filters, for a window that is larger than the padded inputs, for pictures whose channels stand
    first, and for inputs of another number of axes or channels than at `init`. Warns where a
    stride leaves inputs out that no position sees.

    >>> layer = Conv(6, 5).init(jax.random.key(0), (32, 32, 3))
    >>> layer(jnp.ones((1, 32, 32, 3))).shape
    (1, 28, 28, 6)
    >>> Conv(6, 5, stride=2, padding="same").output_shape((32, 32, 3))
    (16, 16, 6)

    Goodfellow, Bengio and Courville (2016), sections 9.1 and 9.5. As in Keras "same" is possible
    with a stride, and an odd margin is longer at the end; PyTorch pads both sides alike.
    """

    groups: int = static(1)
    flip: bool = static(False)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def init(self, key, shape):
        window = self.first_window(shape)
        if self.weight is not None:
            return self
        check_groups(self, self.groups, shape[-1], self.filters)
        weight_key, bias_key = jax.random.split(key)
        kernel = (*window.size, shape[-1] // self.groups, self.filters)
        return self.replace(
            weight=self.start_weight(weight_key, kernel),
            bias=self.start_bias(bias_key, (self.filters,)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        check_kernel(self, x, self.weight, self.groups)
        window = self.window(x.shape[1:])
        kernel = turned(self.weight) if self.flip else self.weight
        y = slide(x, kernel, window, self.groups)
        return self.finished(y, self.bias)


def slide(x: jax.Array, kernel: jax.Array, window: Window, groups: int = 1) -> jax.Array:
    """The products of a window of weights with the inputs at every position."""
    margins, ones = window.margins, (1,) * len(window.size)
    if window.around:
        x, margins = window.padded(x), ((0, 0),) * len(margins)
    return convolve(x, kernel, Steps(window.stride, window.dilation, margins, ones), groups)


def turned(kernel: jax.Array) -> jax.Array:
    """A window of weights, shape (*window, C, filters), with its last tap first."""
    return jnp.flip(kernel, tuple(range(kernel.ndim - 2)))


def check_kernel(layer: Windowed, x: jax.Array, kernel: jax.Array | None, groups: int) -> None:
    """Refuse inputs that do not fit a kernel of shape (*window, C / groups, filters)."""
    axes, channels = (0, 0) if kernel is None else (kernel.ndim - 2, kernel.shape[-2] * groups)
    check_channels(layer, x, kernel, axes, channels)
