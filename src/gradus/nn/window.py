"""Where a window stands over an image: its lengths, how it moves, and what is beyond the edge."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.base.errors import InputError
from gradus.nn.layer import Layer, Shape, is_shape

AXES = (("time",), ("height", "width"), ("depth", "height", "width"))
PADDINGS = ("valid", "same", "full", "circular")
Lengths = int | tuple[int, ...]
Padding = str | int | tuple[int, ...] | tuple[tuple[int, int], ...]


class Window(NamedTuple):
    """A window over one, two or three axes of positions; every field has one entry per axis.

    Arguments:
        size: k, its taps.
        stride: s, from one position of the window to the next.
        dilation: d, from one tap to the next.
        margins: what is added before and after the inputs.
        around: whether the margins are the opposite edge; zeros otherwise.
    """

    size: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    margins: tuple[tuple[int, int], ...] = ()
    around: bool = False

    @property
    def reach(self) -> tuple[int, ...]:
        """d (k − 1) + 1: how far the window reaches."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def positions(self, lengths: tuple[int, ...]) -> tuple[int, ...]:
        """⌊(w + p − d (k − 1) − 1) / s⌋ + 1: where it can stand on inputs of these lengths."""
        parts = zip(lengths, self.margins, self.reach, self.stride, strict=True)
        return tuple((w + sum(margin) - reach) // s + 1 for w, margin, reach, s in parts)

    def padded(self, x: jax.Array, fill: float = 0.0) -> jax.Array:
        """The inputs with their margins."""
        margins = ((0, 0), *self.margins, (0, 0))
        if self.around:
            return jnp.pad(x, margins, mode="wrap")
        return jnp.pad(x, margins, constant_values=fill) if np.any(margins) else x

    def taps(self, x: jax.Array) -> Iterator[jax.Array]:
        """What each tap of the window sees of inputs that have their margins already."""
        lengths = zip(x.shape[1:-1], self.reach, self.stride, strict=True)
        spans = [(n - reach) // s * s + 1 for n, reach, s in lengths]
        for tap in itertools.product(*map(range, self.size)):
            start = [i * d for i, d in zip(tap, self.dilation, strict=True)]
            stop = [i + span for i, span in zip(start, spans, strict=True)]
            limits = (x.shape[0], *stop, x.shape[-1])
            yield lax.slice(x, (0, *start, 0), limits, (1, *self.stride, 1))


def window_over(
    layer: Layer,
    shape: Shape,
    size: Lengths,
    stride: Lengths,
    padding: Padding,
    dilation: Lengths = 1,
) -> Window:
    """The window of a layer over examples of `shape`, (*lengths, channels).

    Raises InputError for a shape or settings that make no window, and for a window that is larger
    than the padded inputs.
    """
    check_positions(layer, shape)
    window = window_of(layer, shape[:-1], size, stride, padding, dilation)
    _check_fit(layer, window, shape)
    return window


def window_of(
    layer: Layer,
    lengths: tuple[int, ...],
    size: Lengths,
    stride: Lengths,
    padding: Padding,
    dilation: Lengths,
) -> Window:
    """The same for inputs of any `lengths`, whether the window fits or not."""
    axes = len(lengths)
    window = Window(
        per_axis(layer, "window", size, axes),
        per_axis(layer, "stride", stride, axes),
        per_axis(layer, "dilation", dilation, axes),
    )
    margins = _margins(layer, padding, window, lengths)
    return window._replace(margins=margins, around=padding == "circular")


def per_axis(layer: Layer, what: str, value: Any, axes: int) -> tuple[int, ...]:
    """One whole number from 1 up for each axis; a single one counts for all."""
    many = value if isinstance(value, tuple) else (value,) * axes
    if len(many) == axes and all(is_whole(n, 1) for n in many):
        return many
    fix = f"give one number, such as 3, or {axes}, such as {(3,) * axes}"
    if isinstance(value, tuple) and len(value) == axes + 1:
        fix = "give examples a channel axis at their end, as by x[..., None]"
    elif isinstance(value, list):
        fix = f"write a tuple: {tuple(value)}"
    raise InputError(
        f"{type(layer).__name__}: {what}",
        expected=f"a whole number from 1 up, or {axes} of them for {' × '.join(AXES[axes - 1])}",
        got=repr(value),
        fix=fix,
    )


def check_positions(layer: Layer, shape: Shape) -> None:
    """Refuse shapes that are not one to three axes of positions, then the channels."""
    if not is_shape(shape) or not 2 <= len(shape) <= 4:
        raise InputError(
            f"{type(layer).__name__}: shape of one input",
            expected="(time, channels), (height, width, channels) or (depth, height, width, "
            "channels)",
            got=shape,
            fix="grey images get a channel axis by x[..., None], flat ones by nn.Reshape((28, 28, "
            "1)); nn.Flatten goes after the last convolution, not before",
        )


def warn_of_gaps(layer: Layer, window: Window) -> None:
    """Say that inputs between the positions of a window are never seen.

    A window of one tap is meant to: it thins out, as at the shortcuts of residual nets.
    """
    for axis, (size, stride, reach) in enumerate(
        zip(window.size, window.stride, window.reach, strict=True)
    ):
        if size > 1 and reach < stride:
            name = AXES[len(window.size) - 1][axis]
            warnings.warn(
                f"{type(layer).__name__}: of every {stride} inputs along {name} the window sees "
                f"{reach}; a stride of at most {reach} would skip none",
                stacklevel=3,
            )


def pairs_of(layer: Layer, padding: Any, axes: int) -> tuple[tuple[int, int], ...]:
    """Margins (before, after) of each axis, given as a number, or for each axis one or a pair."""
    many = padding if isinstance(padding, tuple) else (padding,) * axes
    pairs = tuple(p if isinstance(p, tuple) else (p, p) for p in many)
    if len(pairs) == axes and all(len(p) == 2 and all(is_whole(n, 0) for n in p) for p in pairs):
        return pairs
    words = f" (convolution and pooling take {', '.join(map(repr, PADDINGS))}, too)"
    raise InputError(
        f"{type(layer).__name__}: margins",
        expected=f"a whole number, or for each of {axes} axes a number or a pair (before, after)"
        + words * isinstance(padding, str),
        got=repr(padding),
        fix=f"write 1, or {((1, 1),) * axes}",
    )


def _margins(layer: Layer, padding: Any, window: Window, lengths: tuple[int, ...]):
    if padding == "valid":
        return ((0, 0),) * len(lengths)
    if padding == "full":
        return tuple((reach - 1, reach - 1) for reach in window.reach)
    if padding in ("same", "circular"):
        return tuple(map(_same, lengths, window.reach, window.stride))
    return pairs_of(layer, padding, len(lengths))


def _same(length: int, reach: int, stride: int) -> tuple[int, int]:
    """Margins that give ⌈w / s⌉ outputs; an odd one is added at the end."""
    total = max((math.ceil(length / stride) - 1) * stride + reach - length, 0)
    return total // 2, total - total // 2


def _check_fit(layer: Layer, window: Window, shape: Shape) -> None:
    lengths = shape[:-1]
    fits = [w + sum(m) >= r for w, m, r in zip(lengths, window.margins, window.reach, strict=True)]
    if all(fits):
        return
    padded = tuple(w + sum(m) for w, m in zip(lengths, window.margins, strict=True))
    raise InputError(
        f"{type(layer).__name__}: the window is larger than its input",
        expected=f"at least {' × '.join(map(str, window.reach))} with padding",
        got=f"{' × '.join(map(str, padded))} with padding, from inputs of shape {shape}",
        fix='pad by padding="same", take a smaller window, or pool less before; channels stand '
        "last: (height, width, channels)",
    )


def is_whole(n: Any, least: int) -> bool:
    """Whether n is a whole number from `least` up."""
    return isinstance(n, int | np.integer) and not isinstance(n, bool) and bool(n >= least)
