"""Banks of filters, and the convolutions that use them.

A bank is an array (height, width, C, count), as `nn.Conv` keeps its weights: `bank[..., 0, i]` is
filter i for grey images, a picture that can be drawn. As in `nn.Conv` a filter is laid over the
image as it is drawn (cross-correlation).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError


def conv(
    bank: Any,
    *,
    channels: int | None = None,
    trainable: bool = False,
    bias: Any = None,
    **options: Any,
) -> nn.Layer:
    """The convolution whose weights are a bank: fixed, or where training starts.

    Arguments:
        bank: filters, shape (height, width, C, count); or (time, C, count) for series.
        channels: of the images, where the bank has one channel: every channel is seen by every
            filter on its own (depthwise), outputs channel · count + filter. By default C.
        trainable: whether training changes the filters.
        bias: b, shape (count,); None: there is none, trained or not.
        options: activation, stride, padding, dilation and flip, as in `nn.Conv`.

    Returns an `nn.Conv` that has its weights, in `nn.frozen` unless it is trainable. Raises
    InputError for what is no bank, and for channels that it does not fit.

    >>> from gradus import filters
    >>> blur = conv(filters.box_blur(3), channels=3, padding="same")
    >>> blur(jnp.ones((1, 8, 8, 3))).shape, blur.output_shape((8, 8, 3))
    ((1, 8, 8, 3), (8, 8, 3))
    >>> from gradus.base.tree import count
    >>> start = conv(filters.sobel(), trainable=True, activation=nn.absolute)
    >>> count(blur, trainable=True), count(start, trainable=True)
    (0, 18)
    """
    bank = _checked(bank)
    bias = None if bias is None else jnp.asarray(bias, bank.dtype)
    if bias is not None and bias.shape != bank.shape[-1:]:
        got, fix = bias.shape, "give one number for each filter, or none"
        raise InputError("bias of a bank", expected=bank.shape[-1:], got=got, fix=fix)
    groups = 1
    if channels not in (None, bank.shape[-2]):
        groups = _checked_channels(bank, channels)
        bank = jnp.tile(bank, groups)
        bias = None if bias is None else jnp.tile(bias, groups)
    layer = nn.Conv(
        bank.shape[-1], bank.shape[:-2], groups=groups, use_bias=bias is not None, **options
    ).replace(weight=bank, bias=bias)
    return layer if trainable else nn.frozen(layer)


def random(count: int, size: int, channels: int = 1, *, key: jax.Array) -> jax.Array:
    """Random numbers of mean 0 and variance 1 / (size² channels), (size, size, channels, count).

    With a rectifier, pooling and a trained last layer they do better than the pixels themselves:
    how a net is wired is worth something before anything is learned.

    Arguments:
        count: number of filters.
        size: height and width.
        channels: of the images.
        key: a JAX key.

    Raises InputError for numbers that are not whole or below 1.

    >>> random(8, 5, key=jax.random.key(0)).shape
    (5, 5, 1, 8)

    Jarrett, Kavukcuoglu, Ranzato and LeCun (2009); Saxe, Koh, Chen, Bhand, Suresh and Ng (2011).
    """
    for name, value in (("count", count), ("size", size), ("channels", channels)):
        check_whole(name, value, 1)
    return nn.LeCunNormal()(key, (size, size, channels, count))


def bank_of(*filters: Any) -> jax.Array:
    """The bank of some filters for grey images, each of shape (height, width)."""
    return jnp.asarray(np.stack(filters, axis=-1)[:, :, None], jnp.result_type(float))


def check_whole(name: str, value: Any, least: int) -> None:
    """Refuse what is not a whole number from `least` up."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    check(name, whole and value >= least, f"a whole number from {least} up", value)


def check(name: str, good: bool | np.bool_, expected: str, got: Any) -> None:
    """Refuse a setting of a bank."""
    if not good:
        fix = f"choose another {name}"
        raise InputError(f"filters: {name}", expected=expected, got=repr(got), fix=fix)


def _checked(bank: Any) -> jax.Array:
    """The bank as an array of floats."""
    shape = np.shape(bank)
    if not 3 <= len(shape) <= 5 or 0 in shape:
        raise InputError(
            "this is no bank of filters",
            expected="an array (height, width, channels, count)",
            got=f"{type(bank).__name__} of shape {shape}",
            fix="take one such as filters.sobel(); one window w (height, width) becomes a bank by "
            "w[:, :, None, None]",
        )
    return jnp.asarray(bank, jnp.result_type(float))


def _checked_channels(bank: jax.Array, channels: Any) -> int:
    check_whole("channels", channels, 1)
    if bank.shape[-2] != 1:
        raise InputError(
            "filters: channels",
            expected=f"{bank.shape[-2]}, as the bank has",
            got=channels,
            fix="only a bank with one channel can be used for each channel on its own",
        )
    return channels
