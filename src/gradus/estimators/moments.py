"""Mean and spread of columns, by which they are brought to one scale and back."""

from __future__ import annotations

import numpy as np


def moments(table: np.ndarray, weight: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of every column; 1 in the place of that of a constant.

    Arguments:
        table: numbers, examples first.
        weight: how much each example counts; None: all alike.

    >>> mean, std = moments(np.array([[1.0, 5.0], [3.0, 5.0], [9.0, 9.0]]), np.array([1, 1, 0]))
    >>> mean.tolist(), std.tolist()
    ([2.0, 5.0], [1.0, 1.0])
    """
    if weight is not None:
        table, weight = table[weight > 0], weight[weight > 0]
    table = table.astype(np.float64)
    mean = np.average(table, axis=0, weights=weight)
    variance = np.average((table - mean) ** 2, axis=0, weights=weight)
    varies = table.min(axis=0) < table.max(axis=0)  # rounding gives constants a variance too
    return mean, np.where(varies, np.sqrt(variance), 1.0)
