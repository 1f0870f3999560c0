"""Convolution: the same small window of weights at every position."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.activations import identity
from gradus.nn.checks import check_activation, check_units
from gradus.nn.convolution import Steps, convolve
from gradus.nn.initializers import Initializer, Zeros, suited_to
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape, channelwise, check_input
from gradus.nn.window import Lengths, Padding, Window, warn_of_gaps, window_over

PICTURE = 8  # pixels that a side of a picture has at least


class Conv(Layer):
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
        groups: channels and filters fall into as many parts, each on its own; as many as there
            are channels is a depthwise convolution.
        use_bias: whether b is added.
        weight_init: initialiser of W, shape (*kernel_size, C / groups, filters); by default the
            one that keeps the variance of `activation`, as in `Dense`.
        bias_init: initialiser of b, shape (filters,).
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

    filters: int = static()
    kernel_size: Lengths = static()
    activation: Callable = static(identity)
    stride: Lengths = static(1)
    padding: Padding = static("valid")
    dilation: Lengths = static(1)
    groups: int = static(1)
    use_bias: bool = static(True)
    weight_init: Initializer | None = static(None)
    bias_init: Initializer = static(Zeros())
    flip: bool = static(False)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def __check_init__(self):
        check_units(self, self.filters)
        check_activation(self, self.activation)

    def init(self, key, shape):
        window = self._window(shape)
        if self.weight is not None:
            return self
        check_picture(self, shape, self.kernel_size)
        check_groups(self, self.groups, shape[-1], self.filters)
        warn_of_gaps(self, window)
        weight_key, bias_key = jax.random.split(key)
        initializer = self.weight_init or suited_to(self.activation)
        kernel = (*window.size, shape[-1] // self.groups, self.filters)
        bias = self.bias_init(bias_key, (self.filters,)) if self.use_bias else None
        return self.replace(weight=initializer(weight_key, kernel), bias=bias)

    def __call__(self, x, forward: Forward = INFERENCE):
        check_channels(self, x, self.weight, self.groups)
        window = self._window(x.shape[1:])
        kernel = self.weight
        if self.flip:
            kernel = jnp.flip(kernel, tuple(range(len(window.size))))
        y = slide(x, kernel, window, self.groups)
        if self.bias is not None:
            y = y + channelwise(self.bias, y)
        return self.activation(y)

    def output_shape(self, shape):
        return (*self._window(shape).positions(shape[:-1]), self.filters)

    def with_output_bias(self, bias):
        fresh = self.weight is None and self.use_bias and self.bias_init == Zeros()
        if not fresh or self.activation is not identity or bias.shape != (self.filters,):
            return self
        return self.replace(bias=bias)

    def _window(self, shape: Shape) -> Window:
        return window_over(self, shape, self.kernel_size, self.stride, self.padding, self.dilation)


def slide(x: jax.Array, kernel: jax.Array, window: Window, groups: int = 1) -> jax.Array:
    """The products of a window of weights with the inputs at every position."""
    margins, ones = window.margins, (1,) * len(window.size)
    if window.around:
        x, margins = window.padded(x), ((0, 0),) * len(margins)
    return convolve(x, kernel, Steps(window.stride, window.dilation, margins, ones), groups)


def check_channels(layer: Layer, x: jax.Array, weights: jax.Array | None, groups: int = 1) -> None:
    """Refuse inputs that do not fit weights of shape (*window, C / groups, filters)."""
    if weights is None:
        raise InputError(
            f"{type(layer).__name__} has no weights yet",
            expected="a layer that has seen `init`",
            got="a layer straight from its constructor",
            fix="call `model = model.init(key, shape)`, with the shape of one example, first",
        )
    channels = weights.shape[-2] * groups
    fix = f"give inputs with {channels} channels on the last axis, or initialise a new layer"
    check_input(layer, x, ("B", *"TUV"[: weights.ndim - 2], channels), fix)


def check_groups(layer: Layer, groups: int, channels: int, filters: int) -> None:
    """Refuse groups that do not divide channels and filters."""
    if groups < 1 or channels % groups or filters % groups:
        raise InputError(
            f"{type(layer).__name__}: groups",
            expected=f"a number that divides {channels} channels and {filters} filters",
            got=groups,
            fix="choose another number of groups or filters; 1 always fits",
        )


def check_picture(layer: Layer, shape: Shape, kernel_size: Lengths) -> None:
    """Refuse what looks like a picture with its channels first: 1 or 3, then long alike sides.

    A window that is told its length along each axis shows that they are meant as they are.
    """
    first, *rest = shape
    told_apart = isinstance(kernel_size, tuple) and len(set(kernel_size)) > 1
    if len(shape) < 3 or first not in (1, 3) or told_apart:
        return
    if min(rest) >= PICTURE and max(rest) <= 2 * min(rest):
        order = (*range(2, len(shape) + 1), 1)
        raise InputError(
            f"{type(layer).__name__}: the channels seem to stand first",
            expected="examples (height, width, channels)",
            got=f"examples of shape {shape}",
            fix=f"put channels last by x.transpose(0, {', '.join(map(str, order))}); if the first "
            "axis is meant as it is, give kernel_size with a length for each axis, such as (1, 3)",
        )
