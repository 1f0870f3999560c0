"""Pooling: one number for a neighbourhood, so that small shifts matter little."""

from __future__ import annotations

import jax.numpy as jnp

from gradus.base.record import static
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape
from gradus.nn.taps import largest, weigh
from gradus.nn.window import Lengths, Padding, Window, check_positions, warn_of_gaps, window_over


class Pool(Layer):
    """What poolings share: a window that moves by its own size, and channels that stay apart."""

    size: Lengths = static(2)
    stride: Lengths | None = static(None)
    padding: Padding = static("valid")

    def init(self, key, shape):
        warn_of_gaps(self, self._window(shape))
        return self

    def output_shape(self, shape):
        return (*self._window(shape).positions(shape[:-1]), shape[-1])

    def _window(self, shape: Shape) -> Window:
        stride = self.size if self.stride is None else self.stride
        return window_over(self, shape, self.size, stride, self.padding)


class MaxPool(Pool):
    """The largest number in a window: y[t] = maxᵢ x[s t + i], for each channel.

    The gradient goes to the largest number, to the first one if several are as large.

    Arguments:
        size: k, the lengths of the window: one number, or one per axis.
        stride: s, steps from one position to the next; by default the size, so that windows tile.
        padding: as in `Conv`; what is added is −∞.

    Raises InputError for settings that make no window, and for a window that is larger than the
    padded inputs. Warns where a stride leaves inputs out.

    >>> x = jnp.array([[1.0, 3.0, 2.0, 0.0]])[..., None]
    >>> MaxPool(2)(x)[0, :, 0]
    Array([3., 2.], dtype=float32)
    >>> MaxPool(2, stride=1)(x)[0, :, 0]
    Array([3., 3., 2.], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 9.3.
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        window = self._window(x.shape[1:])
        return largest(window.padded(x, -jnp.inf), window)


class MeanPool(Pool):
    """The mean of the numbers in a window, for each channel.

    Arguments:
        size: k, the lengths of the window: one number, or one per axis.
        stride: s, steps from one position to the next; by default the size, so that windows tile.
        padding: as in `Conv`; what is added does not count.

    Raises InputError for settings that make no window, and for a window that is larger than the
    padded inputs. Warns where a stride leaves inputs out.

    >>> x = jnp.array([[1.0, 3.0, 2.0, 0.0]])[..., None]
    >>> MeanPool(2)(x)[0, :, 0]
    Array([2., 1.], dtype=float32)
    >>> MeanPool(2, padding="same", stride=1)(x)[0, :, 0]
    Array([2. , 2.5, 1. , 0. ], dtype=float32)

    LeCun, Bottou, Bengio and Haffner (1998). As in Keras the mean is over inputs alone; PyTorch
    counts zeros of the padding in, unless told otherwise.
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        window = self._window(x.shape[1:])
        total = weigh(window.padded(x), jnp.ones((*window.size, x.shape[-1]), x.dtype), window)
        inputs = window.padded(jnp.ones((1, *x.shape[1:-1], 1), x.dtype))
        count = weigh(inputs, jnp.ones((*window.size, 1), x.dtype), window)
        return total / jnp.broadcast_to(count, total.shape)


class GlobalMaxPool(Layer):
    """The largest number of each channel over all positions: (B, *positions, C) → (B, C).

    Raises InputError for inputs without positions.

    >>> GlobalMaxPool()(jnp.array([[1.0, 3.0, 2.0]])[..., None])
    Array([[3.]], dtype=float32)

    The gradient goes to the first of the largest.
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        check_positions(self, x.shape[1:])
        flat = x.reshape(x.shape[0], -1, x.shape[-1])
        first = jnp.argmax(flat, axis=1, keepdims=True)
        return jnp.take_along_axis(flat, first, axis=1)[:, 0]

    def output_shape(self, shape):
        check_positions(self, shape)
        return shape[-1:]


class GlobalMeanPool(Layer):
    """The mean of each channel over all positions: (B, *positions, C) → (B, C).

    Raises InputError for inputs without positions.

    >>> GlobalMeanPool()(jnp.array([[1.0, 3.0, 2.0]])[..., None])
    Array([[2.]], dtype=float32)

    Lin, Chen and Yan (2014): with it a net takes images of any size.
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        check_positions(self, x.shape[1:])
        return x.mean(axis=tuple(range(1, x.ndim - 1)))

    def output_shape(self, shape):
        check_positions(self, shape)
        return shape[-1:]
