"""Where the boxes of a graph stand: in layers from top to bottom, without overlaps.

Sugiyama, Tagawa and Toda (1981): layers by the longest path, order within a layer by the mean
place of the neighbours, long edges through invisible boxes of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

GAP_X, GAP_Y, THIN = 24.0, 44.0, 8.0
SWEEPS = 12


class Placed(NamedTuple):
    """The finished layout.

    Arguments:
        centres: of every box.
        paths: for every edge, the points from its source to its target.
        width: of the whole.
        height: of the whole.
    """

    centres: list[tuple[float, float]]
    paths: list[list[tuple[float, float]]]
    width: float
    height: float


@dataclass
class _Cell:
    """A box, or a place where an edge passes through a layer."""

    width: float
    layer: int
    x: float = 0.0


def place(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]) -> Placed:
    """Find a place for every box.

    Arguments:
        sizes: width and height of every box, sources before their targets.
        edges: source and target of every edge, as indices into `sizes`.

    >>> place([(40, 20), (40, 20), (40, 20)], [(0, 2), (1, 2)]).centres
    [(20.0, 10.0), (84.0, 10.0), (52.0, 74.0)]
    """
    layers = _layers(len(sizes), edges)
    cells = [_Cell(width, layer) for (width, _), layer in zip(sizes, layers, strict=True)]
    chains = [_chain(cells, source, target) for source, target in edges]
    rows: list[list[int]] = [[] for _ in range(max(layers, default=-1) + 1)]
    for i, cell in enumerate(cells):
        rows[cell.layer].append(i)
    links = [pair for chain in chains for pair in pairwise(chain)]
    above = _neighbours(len(cells), [(b, a) for a, b in links])
    below = _neighbours(len(cells), links)
    _order(rows, above, below)
    _spread(rows, cells, above, below)
    ys, height = _heights(rows, sizes)
    left = min((cell.x - cell.width / 2 for cell in cells), default=0.0)
    right = max((cell.x + cell.width / 2 for cell in cells), default=0.0)
    points = [(cell.x - left, ys[cell.layer]) for cell in cells]
    paths = [[points[i] for i in chain] for chain in chains]
    return Placed(points[: len(sizes)], paths, right - left, height)


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The longest way to every box from the top; boxes without sources as low as they can be."""
    layers = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        layers[target] = max(layers[target], layers[source] + 1)
    targets = _neighbours(count, edges)
    has_source = {target for _, target in edges}
    for i in range(count):
        if i not in has_source and targets[i]:
            layers[i] = min(layers[t] for t in targets[i]) - 1
    return layers


def _chain(cells: list[_Cell], source: int, target: int) -> list[int]:
    """The cells that an edge leads through; those between its ends are added to `cells`."""
    between = range(cells[source].layer + 1, cells[target].layer)
    start = len(cells)
    cells += [_Cell(THIN, layer) for layer in between]
    return [source, *range(start, len(cells)), target]


def _neighbours(count: int, links: Sequence[tuple[int, int]]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        found[a].append(b)
    return found


def _order(rows: list[list[int]], above: list[list[int]], below: list[list[int]]) -> None:
    """Sort every layer by where its neighbours stand, downward and upward in turn."""
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        neighbours = above if downward else below
        for row in rows if downward else reversed(rows):
            rank = {i: k for other in rows for k, i in enumerate(other)}
            old = {i: k for k, i in enumerate(row)}
            row.sort(key=lambda i: (_mean([rank[n] for n in neighbours[i]], old[i]), old[i]))


def _spread(rows: list[list[int]], cells: list[_Cell], above: list, below: list) -> None:
    """Move every cell towards the middle of its neighbours, keeping order and distance."""
    for row in rows:
        _settle(row, cells, [0.0] * len(row))
    for sweep in range(SWEEPS):
        downward = sweep % 2 == 0
        neighbours = above if downward else below
        for row in rows if downward else reversed(rows):
            wishes = [_mean([cells[n].x for n in neighbours[i]], cells[i].x) for i in row]
            _settle(row, cells, wishes)


def _settle(row: list[int], cells: list[_Cell], wishes: list[float]) -> None:
    """Give the cells of a layer the places nearest to their wishes that do not overlap.

    Neighbours that would overlap are put side by side around the mean of their wishes.
    """
    blocks: list[list[float]] = []  # [sum of wishes for the left end, count, width]
    for i, wish in zip(row, wishes, strict=True):
        width = cells[i].width + GAP_X
        blocks.append([wish - width / 2, 1, width])
        while len(blocks) > 1 and _left(blocks[-2]) + blocks[-2][2] > _left(blocks[-1]):
            total, count, width = blocks.pop()
            previous = blocks[-1]
            previous[0] += total - count * previous[2]
            previous[1] += count
            previous[2] += width
    position, block = iter(row), 0
    for block in blocks:
        x, end = _left(block), _left(block) + block[2]
        while x < end - 1e-6:
            cell = cells[next(position)]
            cell.x = x + (cell.width + GAP_X) / 2
            x += cell.width + GAP_X


def _left(block: list[float]) -> float:
    return block[0] / block[1]


def _heights(rows: list[list[int]], sizes: Sequence[tuple[float, float]]) -> tuple[list, float]:
    """The vertical middle of every layer, and the height of all."""
    ys, top = [], 0.0
    for row in rows:
        height = max((sizes[i][1] for i in row if i < len(sizes)), default=0.0)
        ys.append(top + height / 2)
        top += height + GAP_Y
    return ys, max(top - GAP_Y, 0.0)


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
