"""What a recurrent matrix does to a gradient on its way back through time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gradus.base.errors import InputError


class ThroughTime(NamedTuple):
    """The powers of a matrix.

    Arguments:
        radius: max |λ|, the factor by which they change from step to step in the long run.
        norms: ‖Wᵗ‖₂ for t = 0 … steps: the most that a gradient can grow on t steps back.
    """

    radius: float
    norms: np.ndarray

    @property
    def verdict(self) -> str:
        """Whether gradients explode, vanish or last."""
        if np.isclose(self.radius, 1, rtol=1e-6):
            return "lasts"
        return "explodes" if self.radius > 1 else "vanishes"


def through_time(matrix: Any, steps: int) -> ThroughTime:
    """‖Wᵗ‖₂ against the lag t: it grows like |λ|ᵗ, explodes for |λ| > 1 and vanishes for |λ| < 1.

    Arguments:
        matrix: W, shape (n, n), of the linear recurrence h ← W h.
        steps: the longest lag.

    A matrix whose eigenvectors are far from orthogonal may lengthen gradients for many steps
    before they vanish.

    Raises InputError for a matrix that is not square, or holds other than finite numbers.

    >>> found = through_time([[0.5, 0.0], [0.0, 0.25]], steps=4)
    >>> found.norms, found.verdict
    (array([1.    , 0.5   , 0.25  , 0.125 , 0.0625]), 'vanishes')

    Goodfellow, Bengio and Courville (2016), section 10.7; Pascanu, Mikolov and Bengio (2013).
    """
    w = np.asarray(matrix, float)
    if w.ndim != 2 or w.shape[0] != w.shape[1] or not np.all(np.isfinite(w)):
        raise InputError(
            "through_time: the matrix",
            expected="finite numbers of shape (n, n)",
            got=f"shape {w.shape}" + ("" if np.all(np.isfinite(w)) else " with NaN or infinity"),
            fix="give the weights from the state to the next state",
        )
    power, norms = np.eye(len(w)), []
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps + 1):
            norms.append(np.linalg.norm(power, 2) if np.all(np.isfinite(power)) else np.inf)
            power = power @ w
    return ThroughTime(float(np.abs(np.linalg.eigvals(w)).max()), np.array(norms))
