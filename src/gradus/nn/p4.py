"""Convolution that turns with its input: equivariant under translation and quarter turns."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.base.record import param, static, weight
from gradus.nn.conv import slide
from gradus.nn.layer import INFERENCE, Forward, Shape
from gradus.nn.windowed import Windowed, check_channels

TURNS = 4


class P4Conv(Windowed):
    """Convolution over the group p4: every filter is seen under four quarter turns.

    An image turned by 90° gives outputs that are turned, with the four turns of each filter moved
    on by one. The turns of a filter are neighbouring channels, filter · 4 + turn, so that
    `ChannelMaxPool(4)` forgets how an image was turned.

    Arguments:
        filters: number of filters; there are 4 · filters outputs at every position.
        kernel_size: k, one number: the window is a square.
        activation, padding, use_bias, weight_init: as in `Conv`; a filter has one bias for all its
            turns. Strides and dilations keep the property where the window starts at both edges.
        lifting: whether inputs are plain images, as at the first layer; otherwise they are the
            outputs of another P4Conv.

    Raises InputError as `Conv`, for inputs other than (height, width, C), and for a number of
    channels that four does not divide, unless they are lifted.

    >>> layer = P4Conv(2, 3, lifting=True).init(jax.random.key(0), (8, 8, 1))
    >>> x = jax.random.normal(jax.random.key(1), (1, 8, 8, 1))
    >>> y, turned = layer(x), layer(jnp.rot90(x, axes=(1, 2)))
    >>> expected = jnp.roll(jnp.rot90(y, axes=(1, 2)).reshape(1, 6, 6, 2, 4), 1, axis=-1)
    >>> bool(jnp.allclose(turned, expected.reshape(1, 6, 6, 8), atol=1e-5))
    True

    Cohen and Welling (2016). Layers with numbers for each channel (BatchNorm, PReLU) break the
    property between the turns of a filter; ReLU, dropout of whole filters and pooling keep it.
    """

    lifting: bool = static(False)
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def init(self, key, shape):
        self._check(shape)
        window = self.first_window(shape)
        if self.weight is not None:
            return self
        weight_key, bias_key = jax.random.split(key)
        return self.replace(
            weight=self.start_weight(weight_key, (*window.size, shape[-1], self.filters)),
            bias=self.start_bias(bias_key, (self.filters,)),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        check_channels(self, x, self.weight, 2, 0 if self.weight is None else self.weight.shape[-2])
        turns = [self._turned(turn) for turn in range(TURNS)]
        kernel = jnp.stack(turns, axis=-1).reshape(*self.weight.shape[:-1], -1)
        y = slide(x, kernel, self.window(x.shape[1:]))
        return self.finished(y, None if self.bias is None else jnp.repeat(self.bias, TURNS))

    def output_shape(self, shape):
        self._check(shape)
        return (*self.window(shape).positions(shape[:-1]), TURNS * self.filters)

    def _turned(self, turn: int) -> jax.Array:
        """The filters under some quarter turns, which also move on the turns of their inputs."""
        kernel = self.weight
        if not self.lifting:
            groups = kernel.reshape(*kernel.shape[:2], -1, TURNS, self.filters)
            kernel = jnp.roll(groups, turn, axis=3).reshape(kernel.shape)
        return jnp.rot90(kernel, turn)

    def _check(self, shape: Shape) -> None:
        if len(shape) != 3 or not isinstance(self.kernel_size, int):
            raise InputError(
                "P4Conv",
                expected="images (height, width, channels) and one length of a square window",
                got=f"inputs of shape {shape}, kernel_size {self.kernel_size}",
                fix="give images a channel axis by x[..., None], and kernel_size as one number",
            )
        if not self.lifting and shape[-1] % TURNS:
            raise InputError(
                "P4Conv: channels",
                expected="four for each filter of the P4Conv before",
                got=shape[-1],
                fix="take lifting=True for the first layer, whose inputs are plain images",
            )
