"""Networks with connections cut by degrees, so that columns depend on each other in one order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from gradus import nn
from gradus.nn.initializers import Initializer

Degrees = tuple[tuple[int, ...], ...]  # of the columns, and of the units of each hidden layer


def spread(units: int, columns: int) -> tuple[int, ...]:
    """Degrees from 1 to D − 1, one for each unit, spread evenly where there are fewer units.

    >>> spread(5, 4), spread(3, 10)
    ((1, 1, 2, 2, 3), (1, 4, 7))
    """
    return tuple(1 + k * max(columns - 1, 1) // units for k in range(units))


def masked_network(
    degrees: Degrees,
    size: int,
    activation: Callable,
    *,
    last: int | None = None,
    last_init: Initializer | None = None,
) -> nn.Sequential:
    """Dense layers cut by degrees, with `size` outputs for each column.

    Arguments:
        degrees: of the columns, and of the units of each hidden layer.
        size: outputs of one column, which have its degree.
        activation: of the hidden units.
        last: a degree for all outputs instead.
        last_init: initialiser of the last layer.
    """
    *below, top = rows_of(degrees, size)
    if last is not None:
        top = (last,) * len(top)
    layers = [nn.MaskedDense(a, b, activation) for a, b in pairwise(below)]
    return nn.Sequential(
        *layers, nn.MaskedDense(below[-1], top, strict=True, weight_init=last_init)
    )


def rows_of(degrees: Degrees, size: int) -> list[tuple[int, ...]]:
    """The degrees of the inputs, of each hidden layer, and of the outputs."""
    return [*degrees, tuple(d for d in degrees[0] for _ in range(size))]
