"""A window over each channel on its own: weighted sums, and maxima, of what its taps see.

What a tap sees is a slice. Backwards, an input gathers from all windows that see it, phase by phase
of the stride; the sum of padded slices that JAX would write takes up to ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from itertools import product
from math import prod
from operator import add
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.nn.bilinear import bilinear
from gradus.nn.channels import sums
from gradus.nn.layer import channelwise
from gradus.nn.window import Window


def weigh(x: jax.Array, w: jax.Array, window: Window) -> jax.Array:
    """The weighted sum of a window, for each channel: y[t] = Σᵢ x[s t + d i] w[i].

    Arguments:
        x: (B, *positions, C), with its margins.
        w: (*window, C).
        window: how it moves.

    >>> x, w = jnp.array([[[1.0], [2.0], [4.0]]]), jnp.array([[1.0], [-1.0]])
    >>> weigh(x, w, Window((2,), (1,), (1,)))[0, :, 0]
    Array([-1., -2.], dtype=float32)
    """
    return _weigh(x, w, window=window)


@partial(jax.custom_jvp, nondiff_argnums=(1,))
def largest(x: jax.Array, window: Window) -> jax.Array:
    """The largest number of a window, for each channel: y[t] = maxᵢ x[s t + d i].

    NaN counts as the largest. The gradient goes to the first of the largest, where that of
    `jnp.maximum` is halved between two equal ones.

    Arguments:
        x: (B, *positions, C), with its margins.
        window: how it moves.

    >>> x = jnp.array([[[1.0], [2.0], [4.0]]])
    >>> largest(x, Window((2,), (1,), (1,)))[0, :, 0]
    Array([2., 4.], dtype=float32)
    """
    return _largest_and_tap(x, window)[0]


@largest.defjvp
def _(window, primals, tangents):
    (x,), (direction,) = primals, tangents
    y, tap = _largest_and_tap(x, window)
    return y, _pick(direction, tap, window=window)


def _largest_and_tap(x: jax.Array, window: Window) -> tuple[jax.Array, jax.Array]:
    """The largest number of a window, and the number of the first tap that sees it."""
    best, *others = window.taps(x)
    tap = jnp.zeros(best.shape, np.min_scalar_type(len(others)))
    for n, seen in enumerate(others, 1):
        better = (seen > best) | jnp.isnan(seen)
        best, tap = jnp.where(better, seen, best), jnp.where(better, n, tap)
    return best, tap


def _weighed(x: jax.Array, w: jax.Array, window: Window) -> jax.Array:
    weights = w.reshape(-1, w.shape[-1])
    return reduce(
        add, (t * channelwise(v, t) for t, v in zip(window.taps(x), weights, strict=True))
    )


def _weighed_to_inputs(g: jax.Array, x: Any, w: jax.Array, window: Window) -> jax.Array:
    weights = w.reshape(-1, w.shape[-1])
    return _gathered(lambda n, g: g * channelwise(weights[n], g), (g,), x.shape, window)


def _weighed_to_weights(g: jax.Array, x: jax.Array, w: Any, window: Window) -> jax.Array:
    return jnp.stack([sums(seen * g) for seen in window.taps(x)]).reshape(w.shape)


def _picked(x: jax.Array, tap: jax.Array, window: Window) -> jax.Array:
    """What the tap of a given number sees."""
    return reduce(add, (jnp.where(tap == n, t, 0) for n, t in enumerate(window.taps(x))))


def _picked_to_inputs(g: jax.Array, x: Any, tap: jax.Array, window: Window) -> jax.Array:
    if window.size == window.stride and max(window.dilation) == 1:
        return _tiled(g, tap, x.shape, window.size)
    return _gathered(lambda n, g, tap: jnp.where(tap == n, g, 0), (g, tap), x.shape, window)


def _tiled(g: jax.Array, tap: jax.Array, shape: tuple, size: tuple[int, ...]) -> jax.Array:
    """The same for windows side by side: every input is seen by one tap of one window."""
    inside = tuple(range(2, 2 * len(size) + 1, 2))  # axes of a window, after those of positions
    numbers = jnp.arange(prod(size), dtype=tap.dtype).reshape(size)
    numbers = jnp.expand_dims(numbers, [i for i in range(2 * len(size) + 2) if i not in inside])
    g, tap = jnp.expand_dims(g, inside), jnp.expand_dims(tap, inside)
    seen = [t * k for t, k in zip(g.shape[1:-1:2], size, strict=True)]
    found = jnp.where(tap == numbers, g, 0).reshape(shape[0], *seen, shape[-1])
    missing = ((0, n - k) for n, k in zip(shape[1:-1], seen, strict=True))
    return jnp.pad(found, [(0, 0), *missing, (0, 0)])


_weigh = bilinear("weigh", _weighed, _weighed_to_inputs, _weighed_to_weights)
_pick = bilinear("pick", _picked, _picked_to_inputs)


def _gathered(give: Callable, arrays: tuple, shape: tuple, window: Window) -> jax.Array:
    """What every input gets from the windows that see it.

    Input s q + r is seen at position q − a by the taps with d i = s a + r: for each phase r of the
    stride the same few taps for all q.

    Arguments:
        give: (n, *arrays) -> what windows give to the input under their tap n.
        arrays: what is known of each window, (B, *outputs, C).
        shape: of the inputs.
        window: how it moves.
    """
    counts = [-(-n // s) for n, s in zip(shape[1:-1], window.stride, strict=True)]
    before = [(r - 1) // s for r, s in zip(window.reach, window.stride, strict=True)]
    outputs = arrays[0].shape[1:-1]
    margins = [(a, q - t) for a, q, t in zip(before, counts, outputs, strict=True)]
    arrays = tuple(jnp.pad(array, [(0, 0), *margins, (0, 0)]) for array in arrays)

    def back(array: jax.Array, steps: tuple[int, ...]) -> jax.Array:
        for axis, (a, m, q) in enumerate(zip(steps, before, counts, strict=True), 1):
            array = lax.slice_in_dim(array, m - a, m - a + q, axis=axis)
        return array

    gifts: dict[tuple, list] = {r: [] for r in product(*map(range, window.stride))}
    for n, tap in enumerate(product(*map(range, window.size))):
        places = zip(tap, window.dilation, window.stride, strict=True)
        steps, phase = zip(*(divmod(i * d, s) for i, d, s in places), strict=True)
        gifts[phase].append(give(n, *(back(array, steps) for array in arrays)))
    nothing = jnp.zeros((shape[0], *counts, shape[-1]), arrays[0].dtype)
    phases = [reduce(add, given) if given else nothing for given in gifts.values()]
    return lax.slice(woven(phases, window.stride), (0,) * len(shape), shape)


def woven(phases: list[jax.Array], counts: tuple[int, ...]) -> jax.Array:
    """Phases side by side: element n q + r of the result is element q of phase r.

    Arguments:
        phases: arrays (B, *positions, C), those along the last axis next to each other.
        counts: n, how many phases there are along each axis.

    >>> woven([jnp.array([[[0], [2]]]), jnp.array([[[1], [3]]])], (2,))[0, :, 0]
    Array([0, 1, 2, 3], dtype=int32)
    """
    for axis in reversed(range(len(counts))):
        n = counts[axis]
        groups = [phases[i : i + n] for i in range(0, len(phases), n)]
        phases = [_interleaved(group, axis + 1) for group in groups]
    return phases[0]


def _interleaved(arrays: list[jax.Array], axis: int) -> jax.Array:
    shape = list(arrays[0].shape)
    shape[axis] *= len(arrays)
    return jnp.stack(arrays, axis + 1).reshape(shape)
