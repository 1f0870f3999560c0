"""How many mistakes the perceptron can make before it has learned."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.data.checks import check_arrays
from gradus.learn.perceptron import check

TOUCHING = 1e-6  # a margin below this part of the radius is rounding


class MistakeBound(NamedTuple):
    """At most (R/γ)² mistakes, in any order of the examples and however often they are seen.

    Arguments:
        mistakes: (R/γ)².
        radius: R, the length of the longest input, with the 1 of the bias.
        margin: γ, the distance of the nearest input from the best separating plane.
        plane: that plane, of length 1: the weights, then the bias.

    >>> MistakeBound(mistakes=25.0, radius=1.0, margin=0.2, plane=np.array([1.0, 0.0])).mistakes
    25.0
    """

    mistakes: float
    radius: float
    margin: float
    plane: np.ndarray


def mistake_bound(x: Any, y: Any) -> MistakeBound:
    """Novikoff's bound (R/γ)² on the mistakes of the perceptron on separable data.

    The best plane w, of which the nearest input is farthest, is the shortest w with
    yᵢ w·xᵢ ≥ 1 for all i; then γ = 1/‖w‖. It is found by non-negative least squares.

    Arguments:
        x: inputs, shape (n, D).
        y: −1 or +1, shape (n,).

    Raises InputError for other targets, and where no plane separates: there is no bound then, and
    the rule never ends.

    >>> x = np.array([[2.0, 1.0], [1.0, 3.0], [-1.0, -2.0], [-3.0, 1.0]])
    >>> bound = mistake_bound(x, np.array([1, 1, -1, -1]))
    >>> round(bound.radius**2, 4), round(bound.margin, 4), round(bound.mistakes, 4)
    (11.0, 2.0604, 2.5911)

    Novikoff (1962); Lawson and Hanson (1974), chapter 23, for the plane.
    """
    from scipy.optimize import nnls

    x, y, _ = check_arrays(x, y)
    check(Batch(x, y))
    if x.ndim != 2:
        raise InputError("mistake_bound: x", expected="shape (n, D)", got=x.shape, fix="flatten it")
    inputs = np.column_stack([x, np.ones(len(x))]).astype(np.float64)
    radius = float(np.linalg.norm(inputs, axis=1).max())
    signed = inputs * np.asarray(y, np.float64)[:, None] / radius
    # Least distance: with E = [signedᵀ; 1ᵀ] and f = (0, 1), the residual of min ‖E u − f‖, u ≥ 0,
    # points along the shortest w; it vanishes where no plane separates.
    system = np.vstack([signed.T, np.ones(len(signed))])
    aim = np.append(np.zeros(signed.shape[1]), 1.0)
    residual = aim - system @ nnls(system, aim)[0]
    w = -residual[:-1]
    margin = float((signed @ w).min() / np.linalg.norm(w)) if np.any(w) else 0.0
    if residual[-1] <= 0 or margin < TOUCHING:
        raise InputError(
            "mistake_bound",
            expected="classes that a plane separates",
            got="examples of one class among those of the other",
            fix="use `supervised` with Bernoulli(): the perceptron would never end",
        )
    return MistakeBound(1 / margin**2, radius, margin * radius, w / np.linalg.norm(w))
