"""The sums of a convolution, y[t] = Σᵢ x[s t + d i − p] w[i], fast forwards and backwards on a CPU.

Inside a loop, and training is one, XLA takes its fast path for CPUs only where the axes of both
factors stand in the one order it computes in: examples, positions, channels against window,
channels, filters. The derivatives that JAX writes stand in another, and run up to 100 times as
long there as outside. So the convolution is a product of its own here. It is linear in each factor,
and both derivatives are convolutions again, with the stride s, the dilation d and the inflation e
of the inputs changing places; each is written in the fast order.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.nn.bilinear import bilinear
from gradus.nn.phases import by_phases
from gradus.nn.taps import weigh
from gradus.nn.window import Window

LETTERS = ("W", "HW", "DHW")
FEW_CHANNELS, FEW_TAPS = 2, 50  # as in grey images: up to here one product of matrices is faster


class Steps(NamedTuple):
    """How a window moves, one entry per axis.

    Arguments:
        stride: s, from one position of the window to the next.
        dilation: d, from one tap of the window to the next.
        padding: how many zeros stand before and after the inputs.
        inflation: e, from one input to the next: e − 1 zeros stand between them.
    """

    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    inflation: tuple[int, ...]


def convolve(x: jax.Array, w: jax.Array, steps: Steps, groups: int = 1) -> jax.Array:
    """Slide a window over x: y[t] = Σᵢ x[s t + d i − p] w[i], products of matrices over channels.

    Arguments:
        x: (B, *positions, C), with one, two or three axes of positions; whole numbers count as
            the numbers that they are.
        w: (*window, C / groups, filters).
        steps: how the window moves.
        groups: channels and filters fall into as many parts, each on its own.

    >>> one = Steps((1,), (1,), ((0, 0),), (1,))
    >>> convolve(jnp.array([[[1.0], [2.0], [4.0]]]), jnp.array([[[1.0]], [[-1.0]]]), one)[0, :, 0]
    Array([-1., -2.], dtype=float32)
    """
    if not jnp.issubdtype(x.dtype, jnp.inexact):
        x = x.astype(w.dtype)  # such as the bytes of images
    if jax.default_backend() != "cpu":
        return by_lax(x, w, *steps, groups=groups)
    if groups == x.shape[-1] > 1:
        return _of_each_channel(x, w, steps)
    if groups > 1:
        return _of_each_group(x, w, steps, groups)
    if np.prod(w.shape[:-2]) == 1:
        return _of_one_tap(x, w, steps)
    if x.ndim == 5:
        return _of_each_slice(x, w, steps)
    return _convolve(x, w, **steps._asdict())


def by_lax(
    x: jax.Array, w: jax.Array, stride, dilation, padding, inflation, groups: int = 1
) -> jax.Array:
    """The same by XLA's operation, whose derivatives are fast on GPUs and TPUs."""
    letters = LETTERS[x.ndim - 3]
    return lax.conv_general_dilated(
        x,
        w,
        stride,
        padding,
        lhs_dilation=inflation,
        rhs_dilation=dilation,
        dimension_numbers=(f"N{letters}C", f"{letters}IO", f"N{letters}C"),
        feature_group_count=groups,
    )


def _to_inputs(g: jax.Array, x: Any, w: jax.Array, **steps: Any) -> jax.Array:
    """∂/∂x: the gradient, inflated by the stride, under the window turned round."""
    s = Steps(**steps)
    padding = []
    for axis, (before, _) in enumerate(s.padding):
        reach, inputs, outputs = _lengths(axis, g, x, w, s)
        padding.append((reach - before, inputs - outputs + before))
    turned = jnp.flip(w, tuple(range(w.ndim - 2))).swapaxes(-1, -2)
    turned_steps = Steps(s.inflation, s.dilation, tuple(padding), s.stride)
    return _convolve(g, turned, **turned_steps._asdict())


def _to_window(g: jax.Array, x: jax.Array, w: Any, **steps: Any) -> jax.Array:
    """∂/∂w: the gradient as a window over x, channels in the place of examples."""
    s = Steps(**steps)
    padding = []
    for axis, (before, _) in enumerate(s.padding):
        reach, inputs, outputs = _lengths(axis, g, x, w, s)
        padding.append((before, reach + outputs - inputs - before))
    by_channel, window = jnp.swapaxes(x, 0, -1), jnp.moveaxis(g, 0, -2)
    turned_steps = Steps(s.dilation, s.stride, tuple(padding), s.inflation)
    return jnp.moveaxis(_convolve(by_channel, window, **turned_steps._asdict()), 0, -2)


def _lengths(axis: int, g: Any, x: Any, w: Any, steps: Steps) -> tuple[int, int, int]:
    """From the first tap to the last, from the first input to the last, and of the outputs."""
    return (
        steps.dilation[axis] * (w.shape[axis] - 1),
        steps.inflation[axis] * (x.shape[1 + axis] - 1),
        steps.stride[axis] * (g.shape[1 + axis] - 1),
    )


def _product(x: jax.Array, w: jax.Array, **steps: Any) -> jax.Array:
    s, axes = Steps(**steps), x.ndim - 2
    if max(s.inflation) > 1 and max(*s.stride, *s.dilation) == 1:
        return by_phases(x, w, s.padding, s.inflation, _without_gaps)
    window = Window(w.shape[:-2], s.stride, s.dilation)
    if w.shape[-2] <= FEW_CHANNELS and np.prod(window.size) <= FEW_TAPS:
        seen = jnp.concatenate(list(window.taps(_spaced(x, s))), axis=-1)
        return seen @ w.reshape(-1, w.shape[-1])
    if np.any(np.greater(window.reach, x.shape[1:-1])):  # XLA has no fast path for these
        x = lax.optimization_barrier(_spaced(x, s))  # lest it puts the padding back
        s = Steps(s.stride, s.dilation, ((0, 0),) * axes, (1,) * axes)
    return by_lax(x, w, *s)


def _without_gaps(x: jax.Array, w: jax.Array, padding: list[tuple[int, int]]) -> jax.Array:
    """A window in steps of 1; what is beyond negative padding is cut off first."""
    ones, none = (1,) * len(padding), (0, 0, 0)
    cut = [(min(before, 0), min(after, 0), 0) for before, after in padding]
    x = lax.pad(x, jnp.zeros((), x.dtype), [none, *cut, none])
    rest = tuple((max(before, 0), max(after, 0)) for before, after in padding)
    return _product(x, w, stride=ones, dilation=ones, padding=rest, inflation=ones)


_convolve = bilinear("convolve", _product, _to_inputs, _to_window)


def _of_each_channel(x: jax.Array, w: jax.Array, steps: Steps) -> jax.Array:
    """A window for each channel: no matrices to multiply."""
    x = jnp.repeat(_spaced(x, steps), w.shape[-1] // x.shape[-1], axis=-1)
    return weigh(x, w[..., 0, :], Window(w.shape[:-2], steps.stride, steps.dilation))


def _of_each_group(x: jax.Array, w: jax.Array, steps: Steps, groups: int) -> jax.Array:
    x = x.reshape(*x.shape[:-1], groups, -1)
    w = w.reshape(*w.shape[:-1], groups, -1)
    y = jax.vmap(lambda x, w: convolve(x, w, steps), (-2, -2), -2)(x, w)
    return y.reshape(*y.shape[:-2], -1)


def _of_one_tap(x: jax.Array, w: jax.Array, steps: Steps) -> jax.Array:
    """One product of matrices."""
    strided = (slice(None, None, s) for s in steps.stride)
    return _spaced(x, steps)[:, *strided] @ w.reshape(w.shape[-2:])


def _of_each_slice(x: jax.Array, w: jax.Array, steps: Steps) -> jax.Array:
    """A volume as a stack of images: the sum, over taps in depth, of their convolutions.

    XLA has no fast path for volumes.
    """
    x = _spaced(x, steps)
    in_depth = Window(w.shape[:1], steps.stride[:1], steps.dilation[:1])
    in_images = Steps(steps.stride[1:], steps.dilation[1:], ((0, 0),) * 2, (1,) * 2)
    slices = in_depth.taps(x.reshape(*x.shape[:2], -1))
    parts = [
        convolve(seen.reshape(-1, *x.shape[2:]), tap, in_images)
        for seen, tap in zip(slices, w, strict=True)
    ]
    y = reduce(add, parts)
    return y.reshape(x.shape[0], -1, *y.shape[1:])


def _spaced(x: jax.Array, steps: Steps) -> jax.Array:
    """The inputs with zeros around them and between them."""
    around = [(*pair, e - 1) for pair, e in zip(steps.padding, steps.inflation, strict=True)]
    return lax.pad(x, jnp.zeros((), x.dtype), [(0, 0, 0), *around, (0, 0, 0)])
