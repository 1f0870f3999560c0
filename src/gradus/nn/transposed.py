"""Transposed convolution: from the outputs of a convolution back to the shape of its inputs."""

from __future__ import annotations

import jax

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.conv import check_kernel, turned
from gradus.nn.convolution import Steps, convolve
from gradus.nn.layer import INFERENCE, Forward, Shape
from gradus.nn.window import Window, check_positions, window_of
from gradus.nn.windowed import Windowed, check_groups


class ConvTranspose(Windowed):
    """Transposed convolution: y[s t + d i − p] += x[t] W[i], windows laid where `Conv` reads them.

    Its matrix is that of a convolution, transposed. Along an axis w inputs become
    s (w − 1) + d (k − 1) + 1 − p outputs, p counting both sides.

    Arguments:
        filters: number of outputs at every position.
        kernel_size: k, the taps of the window: one number, or one per axis.
        activation: elementwise function g, after a bias is added.
        stride: s, steps between windows: outputs are about s times as long as inputs.
        padding: what is cut off the outputs: "valid" nothing; "same" leaves s w; "full" all that
            not every tap reaches; a number on every side; or for each axis a number or a pair.
        dilation: d, steps from one tap of the window to the next.
        use_bias, weight_init, bias_init, groups: as in `Conv`; W is (*kernel_size, C / groups,
            filters).

    Raises InputError as `Conv`, for circular padding, and where nothing is left of the outputs.

    >>> import jax.numpy as jnp
    >>> layer = ConvTranspose(1, 2, stride=2).replace(weight=jnp.array([1.0, 10.0])[:, None, None])
    >>> layer(jnp.array([1.0, 2.0])[None, :, None])[0, :, 0]
    Array([ 1., 10.,  2., 20.], dtype=float32)
    >>> ConvTranspose(8, 3, stride=2, padding="same").output_shape((7, 7, 16))
    (14, 14, 8)

    Zeiler, Krishnan, Taylor and Fergus (2010); Goodfellow, Bengio and Courville (2016), section
    9.5. A stride that does not divide the window makes a chequered pattern: Odena, Dumoulin and
    Olah (2016). "same" is that of Keras; PyTorch asks for `output_padding`.
    """

    groups: int = static(1)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def init(self, key, shape):
        window = self.window(shape)
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
        edges = zip(window.margins, window.reach, strict=True)
        padding = tuple((reach - 1 - a, reach - 1 - b) for (a, b), reach in edges)
        steps = Steps((1,) * len(padding), window.dilation, padding, window.stride)
        y = convolve(x, turned(self.weight), steps, self.groups)
        return self.finished(y, self.bias)

    def output_shape(self, shape):
        return (*_lengths(self.window(shape), shape), self.filters)

    def window(self, shape: Shape) -> Window:
        """The window over the outputs; its margins are what is cut off."""
        check_positions(self, shape)
        if self.padding == "circular":
            raise InputError(
                "ConvTranspose: padding",
                expected='"valid", "same", "full", a number, or for each axis one or a pair',
                got="'circular'",
                fix='use nn.Upsample, then nn.Conv with padding="circular"',
            )
        padding = "valid" if self.padding == "same" else self.padding
        lengths = shape[:-1]
        window = window_of(self, lengths, self.kernel_size, self.stride, padding, self.dilation)
        if self.padding == "same":
            window = window._replace(margins=tuple(map(_same, window.reach, window.stride)))
        if min(_lengths(window, shape)) < 1:
            raise InputError(
                "ConvTranspose: nothing is left of the outputs",
                expected="one output or more along each axis",
                got=f"{_lengths(window, shape)} from inputs of shape {shape}",
                fix="cut off less by a smaller padding",
            )
        return window


def _lengths(window: Window, shape: Shape) -> tuple[int, ...]:
    parts = zip(shape[:-1], window.stride, window.reach, window.margins, strict=True)
    return tuple(s * (w - 1) + reach - sum(margin) for w, s, reach, margin in parts)


def _same(reach: int, stride: int) -> tuple[int, int]:
    """What is to be cut off for s w outputs; below 0 where zeros are missing at the end."""
    before = max(reach - stride, 0) // 2
    return before, reach - stride - before
