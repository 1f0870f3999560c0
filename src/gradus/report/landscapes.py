"""Optimisers at work: their ways over a surface, drawn on a map of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.optim.optimizer import Optimizer
from gradus.optim.surfaces import SURFACES, Surface
from gradus.report.axes import numeric
from gradus.report.contours import level_lines
from gradus.report.html import Markup
from gradus.report.style import ACCENT, DEPTH, GRID, INK, MUTED, SECOND, chart, layer, svg

GRID_POINTS = 61  # along each side of the map
LEVELS = np.linspace(0.02, 0.98, 13)  # shares of the map that lie below its lines
COLORS = (ACCENT, SECOND, DEPTH[4], DEPTH[0], DEPTH[7], DEPTH[2])
HEIGHT = 300
ORDER = {"field": "step", "type": "quantitative"}  # in which the points of a line are joined


def landscape(
    surface: str | Surface,
    optimizers: Mapping[str, Optimizer],
    *,
    steps: int = 100,
    start: tuple[float, float] | None = None,
) -> Markup:
    """A map of a surface with the ways that optimisers take over it, as SVG for a page.

    Between two lines lies an equal part of the map. A dot is where all begin, crosses are minima.
    `standalone` makes a file of the picture.

    Arguments:
        surface: a name in `gradus.optim.surfaces.SURFACES`, or a `Surface` of your own.
        optimizers: up to six, by the names to be written on the map.
        steps: how many steps each takes.
        start: where they begin; by default where the surface is hard.

    Raises InputError for an unknown surface, no or too many optimisers, things that are none,
    steps that are no whole number above 0, and a start that is no point.

    >>> from gradus.optim import momentum, sgd
    >>> picture = landscape("ravine", {"sgd": sgd(1e-3), "momentum": momentum(1e-3)})
    >>> picture[:4], "after 100 steps: sgd at height 3.8, momentum at height 0.143" in picture
    ('<svg', True)
    """
    surface = find(surface)
    begin = surface.start if start is None else start
    check(optimizers, steps)
    check_start(begin, surface)
    ways = {name: descend(surface, o, begin, steps) for name, o in optimizers.items()}
    x, y = _axis("x", "x₀", surface, 0), _axis("y", "x₁", surface, 1)
    layers = [*_map(surface, x, y), *_ways(surface, ways, x, y)]
    ends = [f"{name} at height {_height(surface, way[-1])}" for name, way in ways.items()]
    words = f"Ways of optimisers over a map; after {steps} steps: {', '.join(ends)}."
    return svg(chart(layers, height=HEIGHT), "Ways of optimisers", words)


def descend(
    surface: Surface, optimizer: Optimizer, start: tuple[float, float], steps: int
) -> np.ndarray:
    """The points an optimiser passes, shape (steps + 1, 2)."""
    x = jnp.asarray(start, jnp.result_type(float))

    def step(carry: tuple, _: None) -> tuple:
        x, state = carry
        change, state = optimizer.update(jax.grad(surface.height)(x), state, x)
        return (x + change, state), x + change

    run = jax.jit(lambda x: jax.lax.scan(step, (x, optimizer.init(x)), None, length=steps)[1])
    return np.concatenate([np.asarray(x)[None], np.asarray(run(x))])


def find(surface: str | Surface) -> Surface:
    """A surface by its name."""
    if isinstance(surface, Surface):
        return surface
    if surface not in SURFACES:
        raise InputError(
            "landscape: surface",
            expected="a name in gradus.optim.surfaces.SURFACES, or a Surface",
            got=repr(surface),
            fix=nearest(str(surface), SURFACES),
        )
    return SURFACES[surface]


def check(optimizers: Any, steps: Any) -> None:
    """Refuse what cannot be drawn."""
    named = isinstance(optimizers, Mapping) and 0 < len(optimizers) <= len(COLORS)
    if not named or not all(isinstance(o, Optimizer) for o in optimizers.values()):
        raise InputError(
            "landscape: optimisers",
            expected=f"one to {len(COLORS)} of them, in a dict by name",
            got=repr(optimizers),
            fix='write {"sgd": sgd(1e-3), "adam": adam(1e-2)}',
        )
    if not isinstance(steps, int) or steps < 1:
        raise InputError(
            "landscape: steps", expected="a whole number above 0", got=steps, fix="take 100"
        )


def check_start(start: Any, surface: Surface) -> None:
    """Refuse a start that is no point of the map."""
    if np.shape(start) != (2,) or not np.all(on_map(np.asarray(start), surface)):
        raise InputError(
            "landscape: start",
            expected=f"two numbers between {surface.low} and {surface.high}",
            got=start,
            fix=f"write start={surface.start}, or leave it out",
        )


def on_map(points: np.ndarray, surface: Surface) -> np.ndarray:
    """Which points, shape (…, 2), the map shows; NaN is nowhere."""
    return np.all((points >= surface.low) & (points <= surface.high), axis=-1)


def _map(surface: Surface, x: dict, y: dict) -> list[dict]:
    """Lines of equal height, and the minima."""
    across, up = (np.linspace(surface.low[i], surface.high[i], GRID_POINTS) for i in (0, 1))
    points = np.stack(np.meshgrid(across, up), axis=-1)
    flat = jnp.asarray(points.reshape(-1, 2), jnp.result_type(float))
    z = np.asarray(jax.vmap(surface.height)(flat), float).reshape(points.shape[:2])
    lines = [line for level in np.quantile(z, LEVELS) for line in level_lines(across, up, z, level)]
    rows = [
        {"line": i, "step": k, "x": round(float(a), 3), "y": round(float(b), 3)}
        for i, line in enumerate(lines)
        for k, (a, b) in enumerate(line)
    ]
    detail = {"field": "line", "type": "nominal"}
    thin = {"type": "line", "color": GRID, "strokeWidth": 1}
    cross = {"type": "point", "shape": "cross", "color": INK, "size": 60}
    minima = [{"x": a, "y": b} for a, b in surface.minima]
    return [layer(rows, thin, x=x, y=y, detail=detail, order=ORDER), layer(minima, cross, x=x, y=y)]


def _ways(surface: Surface, ways: Mapping[str, np.ndarray], x: dict, y: dict) -> list[dict]:
    """The ways, as far as they lie on the map, and their names."""
    layers = []
    for place, (color, (name, way)) in enumerate(zip(COLORS, ways.items(), strict=False)):
        rows = [
            {"step": k, "x": float(a) if seen else None, "y": float(b) if seen else None}
            for k, ((a, b), seen) in enumerate(zip(way, on_map(way, surface), strict=True))
        ]
        point = {"size": 8, "color": color}
        line = {"type": "line", "color": color, "strokeWidth": 1.5, "point": point}
        layers.append(layer(rows, line, x=x, y=y, order=ORDER))
        words = {"type": "text", "color": color, "align": "left", "fontSize": 12}
        at = {"x": {"value": 8}, "y": {"value": 14 + 16 * place}}
        layers.append(layer([{"name": name}], words, **at, text={"field": "name"}))
    begin = next(iter(ways.values()))[0]
    dot = {"type": "circle", "color": MUTED, "size": 70, "opacity": 1}
    return [layer([{"x": float(begin[0]), "y": float(begin[1])}], dot, x=x, y=y), *layers]


def _axis(field: str, title: str, surface: Surface, axis: int) -> dict:
    domain = {"domain": [surface.low[axis], surface.high[axis]]}
    return numeric(field, title, scale=domain, grid=False)


def _height(surface: Surface, point: np.ndarray) -> str:
    return f"{float(surface.height(jnp.asarray(point))):.3g}"
