"""Lines of equal height on a surface."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

Edge = tuple[int, int]  # two neighbouring points of the grid, between which a line passes


def level_lines(x: np.ndarray, y: np.ndarray, z: np.ndarray, level: float) -> list[np.ndarray]:
    """Where a surface has a certain height: lines of points, each of shape (k, 2).

    Every square of the grid is cut into two triangles; a line crosses two sides of a triangle or
    none, and goes on in the triangle next door.

    Arguments:
        x, y: coordinates of the grid, shapes (n,) and (m,).
        z: heights, shape (m, n).
        level: the height of the lines.

    >>> x = np.array([0.0, 1.0])
    >>> [line] = level_lines(x, x, np.array([[0.0, 1.0], [0.0, 1.0]]), 0.25)
    >>> line
    array([[0.25, 0.  ],
           [0.25, 0.25],
           [0.25, 1.  ]])
    """
    corners = triangles(*z.shape)
    above = z.ravel()[corners] > level
    crossed = above.any(axis=1) & ~above.all(axis=1)
    corners, above = corners[crossed], above[crossed]
    alone = above == (above.sum(axis=1, keepdims=True) == 1)  # the corner on its side of the line
    apex, base = corners[alone], corners[~alone].reshape(-1, 2)
    ends = [list(zip(*np.sort([apex, base[:, i]], axis=0).tolist(), strict=True)) for i in (0, 1)]
    points = np.stack([np.tile(x, len(y)), np.repeat(y, len(x))], axis=1)
    return [
        crossing(points, z.ravel(), np.array(chain), level)
        for chain in chains(zip(*ends, strict=True))
    ]


def triangles(rows: int, columns: int) -> np.ndarray:
    """The corners of all triangles of a grid, as numbers of its points, shape (T, 3)."""
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, :-1], number[1:, 1:]
    return np.stack([np.stack([a, b, d], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)


def chains(segments: Iterable[tuple[Edge, Edge]]) -> list[list[Edge]]:
    """Pieces of lines joined at their common ends; open lines begin at one of their ends."""
    neighbours: dict[Edge, list[Edge]] = defaultdict(list)
    for one, other in segments:
        neighbours[one].append(other)
        neighbours[other].append(one)
    found = []
    for start in sorted(neighbours, key=lambda edge: (len(neighbours[edge]), edge)):
        chain = [start]
        while neighbours[chain[-1]]:
            after = neighbours[chain[-1]].pop()
            neighbours[after].remove(chain[-1])
            chain.append(after)
        found += [chain] if len(chain) > 1 else []
    return found


def crossing(points: np.ndarray, heights: np.ndarray, edges: np.ndarray, level: float):
    """Where a line of some height passes between the two points of each edge, shape (k, 2)."""
    below, above = heights[edges[:, 0]], heights[edges[:, 1]]
    share = ((level - below) / (above - below))[:, None]
    return (1 - share) * points[edges[:, 0]] + share * points[edges[:, 1]]
