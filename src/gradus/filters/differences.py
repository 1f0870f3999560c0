"""Filters that find edges: differences between neighbours, some of them smoothed along the edge.

Of the banks of two, the first filter is positive where it gets brighter to the right, the second
where it gets brighter downwards; flat areas give 0.
"""

from __future__ import annotations

import jax
import numpy as np

from gradus.filters.bank import bank_of

# Around the middle of a square, from the right on against the clock: east, north-east, north, …
RING = ((1, 2), (0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (2, 1), (2, 2))


def edges() -> jax.Array:
    """Each pixel taken from its neighbour: x[i, j + 1] − x[i, j] and x[i + 1, j] − x[i, j].

    Shape (2, 2, 1, 2).

    >>> print(edges()[:, :, 0, 0])
    [[-1.  1.]
     [ 0.  0.]]

    Goodfellow, Bengio and Courville (2016), section 9.2.
    """
    across = np.array([[-1, 1], [0, 0]])
    return bank_of(across, across.T)


def prewitt() -> jax.Array:
    """Differences two pixels apart, summed over three along the edge, shape (3, 3, 1, 2).

    >>> print(prewitt()[:, :, 0, 0])
    [[-1.  0.  1.]
     [-1.  0.  1.]
     [-1.  0.  1.]]

    Prewitt (1970).
    """
    across = np.outer([1, 1, 1], [-1, 0, 1])
    return bank_of(across, across.T)


def sobel() -> jax.Array:
    """Differences two pixels apart, the middle of the edge counting twice, shape (3, 3, 1, 2).

    >>> print(sobel()[:, :, 0, 1])
    [[-1. -2. -1.]
     [ 0.  0.  0.]
     [ 1.  2.  1.]]

    Sobel and Feldman (1968). On a ramp of slope 1 per pixel it gives 8.
    """
    across = np.outer([1, 2, 1], [-1, 0, 1])
    return bank_of(across, across.T)


def kirsch() -> jax.Array:
    """Eight directions, from east on against the clock: 5 on that side, −3 elsewhere around.

    Shape (3, 3, 1, 8). The largest of the eight is the strength of an edge, whatever its
    direction: `Sequential(filters.conv(filters.kirsch()), nn.ChannelMaxPool(8))`.

    >>> print(kirsch()[:, :, 0, 1])
    [[-3.  5.  5.]
     [-3.  0.  5.]
     [-3. -3. -3.]]

    Kirsch (1971).
    """
    east = np.array([5, 5, -3, -3, -3, -3, -3, 5])
    windows = np.zeros((8, 3, 3))
    for direction, window in enumerate(windows):
        window[*zip(*RING, strict=True)] = np.roll(east, direction)
    return bank_of(*windows)
