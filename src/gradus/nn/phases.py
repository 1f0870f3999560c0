"""A convolution over inputs with zeros between them, without multiplying by the zeros.

With e − 1 zeros between inputs, an output sees every e-th tap of the window, the same few for all
outputs e m + r of one phase r:

    y[e m + r] = Σₐ x[m + a + o] w[e a + c],    c = (p − r) mod e,    o = (c + r − p) / e

So every phase is a convolution without zeros. Few taps are taken phase by phase; many in one
convolution that has a set of filters for each phase, where filling these up costs less.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import prod
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from gradus.nn.taps import woven

MOST_FILLED = 1.5  # up to so many taps for each that is not zero


class Phase(NamedTuple):
    """The outputs e m + r along one axis: which taps they see, and of which inputs.

    Arguments:
        tap: c, the first tap.
        offset: o, from m to the input under that tap.
        taps: how many.
    """

    tap: int
    offset: int
    taps: int


def by_phases(
    x: jax.Array,
    w: jax.Array,
    padding: tuple[tuple[int, int], ...],
    inflation: tuple[int, ...],
    convolve: Callable,
) -> jax.Array:
    """Slide a window in steps of 1 over inputs with e − 1 zeros between them.

    Arguments:
        x: (B, *positions, C).
        w: (*window, C, filters).
        padding: zeros before and after.
        inflation: e, for each axis.
        convolve: (x, w, padding) -> the convolution without zeros between the inputs.
    """
    inputs, window = x.shape[1:-1], w.shape[:-2]
    axes = tuple(zip(inputs, window, padding, inflation, strict=True))
    lengths = [e * (n - 1) + 2 + sum(p) - k for n, k, p, e in axes]
    counts = [-(-n // e) for n, e in zip(lengths, inflation, strict=True)]
    phases = [[phase(r, k, p[0], e) for r in range(e)] for _, k, p, e in axes]
    spans = [span(along) for along in phases]
    filled = prod(s.taps * e / k for s, e, k in zip(spans, inflation, window, strict=True))
    follow = together if filled <= MOST_FILLED else apart
    y = follow(x, w, phases, spans, counts, convolve)
    return lax.slice(y, (0,) * y.ndim, (x.shape[0], *lengths, w.shape[-1]))


def phase(r: int, k: int, p: int, e: int) -> Phase:
    """Phase r of a window of k taps with padding p over inputs that are e apart.

    >>> phase(0, 3, 1, 2), phase(1, 3, 1, 2)  # the outer two taps; the middle one
    (Phase(tap=1, offset=0, taps=1), Phase(tap=0, offset=0, taps=2))
    """
    tap = (p - r) % e
    return Phase(tap, (tap + r - p) // e, max(-(-(k - tap) // e), 0))


def span(phases: list[Phase]) -> Phase:
    """From the first input that any of the phases sees to the last."""
    first = min(phase.offset for phase in phases)
    return Phase(0, first, max(phase.offset + phase.taps for phase in phases) - first)


def apart(x, w, phases, spans, counts, convolve) -> jax.Array:
    """One convolution for each phase, side by side."""
    nothing = jnp.zeros((x.shape[0], *counts, w.shape[-1]), x.dtype)
    parts = []
    for along in product(*phases):
        taps = seen(w, along, phases)
        parts.append(convolve(x, taps, margins(x, along, counts)) if taps.size else nothing)
    return woven(parts, tuple(map(len, phases)))


def together(x, w, phases, spans, counts, convolve) -> jax.Array:
    """One convolution whose filters are those of all phases, filled up to one size."""
    filters = []
    for along in product(*phases):
        fill = [
            (p.offset - s.offset, s.taps - p.taps - (p.offset - s.offset), 0)
            for p, s in zip(along, spans, strict=True)
        ]
        zero = jnp.zeros((), w.dtype)
        filters.append(lax.pad(seen(w, along, phases), zero, [*fill, (0, 0, 0), (0, 0, 0)]))
    y = convolve(x, jnp.concatenate(filters, axis=-1), margins(x, spans, counts))
    return side_by_side(y, tuple(map(len, phases)))


def seen(w: jax.Array, along: tuple[Phase, ...], phases: list[list[Phase]]) -> jax.Array:
    """The taps that a phase sees."""
    steps = map(len, phases)
    return w[tuple(slice(p.tap, None, e) for p, e in zip(along, steps, strict=True))]


def margins(x: jax.Array, along, counts) -> list[tuple[int, int]]:
    """What is added around the inputs so that so many outputs of a phase fit."""
    return [
        (-p.offset, m - n + p.offset + p.taps - 1)
        for p, m, n in zip(along, counts, x.shape[1:-1], strict=True)
    ]


def side_by_side(y: jax.Array, inflation: tuple[int, ...]) -> jax.Array:
    """(B, *counts, phases · filters) as (B, *(e · counts), filters)."""
    counts, axes = y.shape[1:-1], len(inflation)
    y = y.reshape(y.shape[0], *counts, *inflation, -1)
    order = [i for axis in range(axes) for i in (1 + axis, 1 + axes + axis)]
    y = y.transpose(0, *order, y.ndim - 1)
    return y.reshape(y.shape[0], *(m * e for m, e in zip(counts, inflation, strict=True)), -1)
