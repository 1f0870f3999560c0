"""How finely a net of rectifiers divides its inputs: within one region it is an affine map."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.learn.checks import check_model
from gradus.nn import Layer
from gradus.report.axes import numeric
from gradus.report.html import Markup
from gradus.report.standalone import standalone
from gradus.report.style import ACCENT, INK, chart, layer, svg

POINTS = {1: 4001, 2: 161}  # along each axis
EQUAL = 1e-4  # slopes that differ by less, relative to the largest, are those of one map


class Grid(NamedTuple):
    """Inputs along each axis, and what the net says there.

    Arguments:
        places: the numbers along every axis.
        outputs: of all points, shape (P, K).
        slopes: ∂ outputs / ∂ inputs at all points, shape (P, K · d).
    """

    places: np.ndarray
    outputs: np.ndarray
    slopes: np.ndarray


class Regions:
    """The regions of a net over a grid of inputs; `count` says how many, `labels` which is where.

    Arguments:
        labels: the region of every point, one axis for each input.
        grid: the points.
    """

    def __init__(self, labels: np.ndarray, grid: Grid):
        self.labels, self.grid = labels, grid

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.labels.max()) + 1

    @cached_property
    def picture(self) -> Markup:
        """One input: the first output, with a dot where a region ends. Two: the borders."""
        draw = _line if self.labels.ndim == 1 else _map
        words = f"{self.count:,} linear regions."
        return svg(chart(draw(self), height=260), "Linear regions", words)

    def __str__(self) -> str:
        return f"{self.count:,} linear regions"

    def _repr_html_(self) -> str:
        return standalone(self.picture)


def linear_regions(model: Layer, low: float = -1.0, high: float = 1.0) -> Regions:
    """Count the regions of inputs in each of which a net is one affine map, and show them.

    Points of a fine grid belong to one region where slope and offset are the same, so regions
    finer than the grid are not seen. Deep nets fold their inputs: L layers can make a number of
    regions exponential in L.

    Arguments:
        model: a net with weights, of one or two inputs, whose activations are piecewise linear.
        low, high: the range of every input.

    Raises InputError for other models, and for smooth activations, whose slopes never agree.

    >>> from gradus import nn
    >>> fold = lambda w, b: nn.Dense(1, nn.absolute).replace(
    ...     weight=jnp.full((1, 1), w), bias=jnp.full((1,), b))
    >>> net = nn.Sequential(fold(2.0, -1.0), fold(-2.0, 1.0), fold(-2.0, 1.0))
    >>> linear_regions(net, 0.0, 1.0).count
    8

    Montúfar and others (2014), section 3; Goodfellow, Bengio and Courville (2016), section 6.4.1.
    """
    check_model(model)
    axes = inputs_of(model)
    places = np.linspace(low, high, POINTS[axes], dtype=np.float32)
    points = np.stack(np.meshgrid(*[places] * axes, indexing="ij"), axis=-1).reshape(-1, axes)

    def outputs(x: jax.Array) -> jax.Array:
        return model(x[None]).ravel()

    values = np.asarray(jax.jit(jax.vmap(outputs))(points))
    slopes = np.asarray(jax.jit(jax.vmap(jax.jacrev(outputs)))(points)).reshape(len(points), -1)
    parts = connected(slopes, (len(places),) * axes)
    if parts.max() + 1 > 0.25 * parts.size:
        raise InputError(
            "linear_regions",
            expected="activations that are piecewise linear, such as nn.relu",
            got="slopes that differ nearly everywhere",
            fix="replace smooth activations such as tanh",
        )
    by_output = slopes.reshape(*values.shape, axes)
    offsets = values - np.einsum("pkd,pd->pk", by_output, points)
    labels = merged(parts, np.concatenate([slopes, offsets], axis=1))
    return Regions(labels.reshape((len(places),) * axes), Grid(places, values, slopes))


def inputs_of(model: Layer) -> int:
    """How many inputs a model takes; raises InputError where these are not one or two."""
    for axes in (1, 2):
        try:
            jax.eval_shape(model, jax.ShapeDtypeStruct((1, axes), jnp.float32))
        except (TypeError, ValueError):
            continue
        return axes
    raise InputError(
        "linear_regions",
        expected="a model with weights and one or two inputs",
        got=type(model).__name__,
        fix="give it weights by init(key, (2,)), or look at a plane: nn.Sequential(plane, model)",
    )


def connected(slopes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of the connected parts of a grid in which the slopes are the same."""
    numbers = np.arange(len(slopes)).reshape(shape)
    limit = EQUAL * max(float(np.abs(slopes).max()), np.finfo(np.float32).tiny)
    pairs = []
    for axis in range(len(shape)):
        a = np.take(numbers, range(shape[axis] - 1), axis).ravel()
        b = np.take(numbers, range(1, shape[axis]), axis).ravel()
        same = np.abs(slopes[a] - slopes[b]).max(axis=1) <= limit
        pairs.append(np.stack([a[same], b[same]]))
    return joined(np.concatenate(pairs, axis=1), len(slopes))


def merged(parts: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Numbers of the parts again, with one number for parts in which the affine map is the same.

    A strip that is thinner than the grid falls into parts, which belong together.
    """
    first = np.unique(parts, return_index=True)[1]
    limit = EQUAL * np.maximum(np.abs(maps).max(axis=0), np.finfo(np.float32).tiny)
    known = maps[first] / limit
    same = [np.flatnonzero(np.abs(known - row).max(axis=1) <= 1) for row in known]
    ends = np.stack([np.repeat(np.arange(len(same)), list(map(len, same))), np.concatenate(same)])
    return joined(ends, len(first))[parts]


def joined(ends: np.ndarray, count: int) -> np.ndarray:
    """Numbers of the groups of things that edges, shape (2, E), join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(ends.shape[1]), ends), (count, count))
    return connected_components(edges, directed=False)[1]


def _line(regions: Regions) -> list[dict]:
    places, outputs = regions.grid.places, regions.grid.outputs[:, 0]
    rows = [{"x": float(x), "y": float(y)} for x, y in zip(places, outputs, strict=True)]
    ends = [rows[i + 1] for i in np.flatnonzero(np.diff(regions.labels))]
    kept = [r for i, r in enumerate(rows) if i % 20 == 0 or r in ends]
    x, y = numeric("x", "input"), numeric("y", "output", scale={"zero": False})
    return [
        layer(kept, {"type": "line", "color": ACCENT}, x=x, y=y),
        layer(ends, {"type": "circle", "color": INK, "size": 14, "opacity": 1}, x=x, y=y),
    ]


def _map(regions: Regions) -> list[dict]:
    places, labels = regions.grid.places, regions.labels
    border = np.zeros(labels.shape, bool)
    border[:-1] |= labels[:-1] != labels[1:]
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    rows: list[dict[str, Any]] = [
        {"x": float(places[i]), "y": float(places[j])} for i, j in np.argwhere(border)
    ]
    scale = {"zero": False, "nice": False}
    x, y = numeric("x", "x₁", scale=scale), numeric("y", "x₂", scale=scale)
    mark = {"type": "square", "color": ACCENT, "size": 5, "opacity": 0.8}
    return [layer(rows, mark, x=x, y=y)]
