"""Pooling: one number for a neighbourhood, so that small shifts matter little."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.nn.checks import check_shape
from gradus.nn.layer import INFERENCE, Forward, Layer, Shape
from gradus.nn.taps import largest, weigh
from gradus.nn.window import (
    Lengths,
    Padding,
    Window,
    check_positions,
    is_whole,
    warn_of_gaps,
    window_over,
)


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
        return _weighted_mean(x, jnp.ones(window.size, x.dtype), window)


class GaussianPool(Pool):
    """The mean weighted by nearness to the middle m of the window: wᵢ ∝ exp(−|i − m|² / 2 std²).

    Arguments:
        size, stride, padding: as in `MeanPool`.
        std: standard deviation of the weights, in steps between inputs.

    Raises InputError as `MeanPool`, and for a std of 0 or less.

    >>> y = GaussianPool(3, std=0.5)(jnp.array([[0.0, 1.0, 0.0]])[..., None])
    >>> print(f"{y[0, 0, 0]:.3f}")  # 1 / (1 + 2 exp(−2))
    0.787

    Goodfellow, Bengio and Courville (2016), section 9.3.
    """

    std: float = static(1.0)

    def __check_init__(self):
        _check(self, "std", self.std > 0, "a number above 0", self.std)

    def __call__(self, x, forward: Forward = INFERENCE):
        window = self._window(x.shape[1:])
        along = [np.arange(k) - (k - 1) / 2 for k in window.size]
        away = sum(np.square(axis) for axis in np.meshgrid(*along, indexing="ij"))
        weights = np.exp(-away / (2 * self.std**2))
        return _weighted_mean(x, jnp.asarray(weights, x.dtype), window)


class LpPool(Pool):
    """The p-norm of a window, for each channel: y[t] = (Σᵢ |x[s t + i]|ᵖ)^(1/p).

    Arguments:
        size, stride, padding: as in `MaxPool`; what is added is 0.
        p: the exponent, 1 or more: 1 sums, 2 is the Euclidean norm, the maximum is p → ∞.

    Raises InputError as `MaxPool`, and for p below 1.

    >>> LpPool(2)(jnp.array([[3.0, -4.0]])[..., None])
    Array([[[5.]]], dtype=float32)

    Sermanet, Chintala and LeCun (2012). The gradient at a window of zeros is 0, where PyTorch's
    is NaN.
    """

    p: float = static(2.0)

    def __check_init__(self):
        _check(self, "p", self.p >= 1, "a number from 1 up", self.p)

    def __call__(self, x, forward: Forward = INFERENCE):
        window = self._window(x.shape[1:])
        ones = jnp.ones((*window.size, x.shape[-1]), x.dtype)
        total = weigh(window.padded(jnp.abs(x) ** self.p), ones, window)
        some = total != 0
        return jnp.where(some, jnp.where(some, total, 1) ** (1 / self.p), 0)


class ChannelMaxPool(Layer):
    """The largest of neighbouring channels, at each position: (B, …, C) → (B, …, C / size).

    Where these are filters for turned copies of one pattern, it does not matter which is seen.

    Arguments:
        size: number of channels in a group.

    Raises InputError where the size does not divide the channels.

    >>> ChannelMaxPool(2)(jnp.array([[1.0, 3.0, 2.0, 0.0]]))
    Array([[3., 2.]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 9.3. The gradient goes to the first of the
    largest. `Maxout` is this after a `Dense`.
    """

    size: int = static()

    def __check_init__(self):
        _check(self, "size", is_whole(self.size, 1), "a whole number from 1 up", self.size)

    def __call__(self, x, forward: Forward = INFERENCE):
        shape = self.output_shape(x.shape[1:])
        groups = Window((self.size,), (self.size,), (1,))
        return largest(x.reshape(-1, x.shape[-1], 1), groups).reshape(x.shape[0], *shape)

    def output_shape(self, shape):
        check_shape(self, shape)
        channels = f"a size that divides {shape[-1]} channels"
        _check(self, "size", shape[-1] % self.size == 0, channels, self.size)
        return (*shape[:-1], shape[-1] // self.size)


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


def _weighted_mean(x: jax.Array, weights: jax.Array, window: Window) -> jax.Array:
    """The mean over what a window sees, weighted; what is added at the edges does not count."""
    weights = weights[..., None]
    inputs = window.padded(jnp.ones((1, *x.shape[1:-1], 1), x.dtype))
    share = weigh(inputs, weights, window)
    every = jnp.broadcast_to(weights, (*window.size, x.shape[-1]))
    total = weigh(window.padded(x), every, window)
    return total / jnp.broadcast_to(share, total.shape)


def _check(layer: Layer, name: str, good: bool, expected: str, got: object) -> None:
    if not good:
        fix = f"choose another {name}"
        raise InputError(f"{type(layer).__name__}: {name}", expected=expected, got=got, fix=fix)
