"""Slopes from values alone: difference quotients that know how far to trust themselves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

RATIO = 4.0
STEPS = RATIO ** -np.arange(1, 27)  # powers of two, so that x ± h is exact: 2⁻² … 2⁻⁵²
ALL_STEPS = np.concatenate([[0.0], STEPS, -STEPS])
COLUMNS = 4  # how often a sequence is extrapolated
DOUBT = 10  # how far a witness may be off, in units of the error it states
KINK = 20  # one-sided slopes that differ by so many times their errors are two slopes
UNSEEN = 1e6  # an error below so many times the rounding of the value may be all there is
JUMP = 1e4  # a change is no rounding error beyond so many times the rounding of the value


class Slope(NamedTuple):
    """A slope, and how far it may be off."""

    value: float
    error: float

    @property
    def known(self) -> bool:
        return bool(np.isfinite(self.value) and np.isfinite(self.error))


class Slopes(NamedTuple):
    """What the values along a line say about the slope at its middle.

    Arguments:
        central: from both sides.
        left, right: from one side.
        jumps: whether the value at the middle is apart from those beside it.
    """

    central: Slope
    left: Slope
    right: Slope
    jumps: bool

    @property
    def kinked(self) -> bool:
        """Whether the function has a corner: two slopes that are surely different."""
        gap = abs(self.right.value - self.left.value)
        return bool(gap > KINK * (self.left.error + self.right.error))

    @property
    def best(self) -> Slope:
        """From both sides, or from the one side where the function is defined."""
        return next((s for s in (self.central, self.right, self.left) if s.known), self.central)


def slopes(values: np.ndarray, rounding: float) -> Slopes:
    """The slopes at the middle of a line, from values at `ALL_STEPS` on it.

    Arguments:
        values: f(x + t d) for t in `ALL_STEPS`; NaN where the function is not defined.
        rounding: how far rounding may move a value.

    >>> found = slopes(np.exp(ALL_STEPS), rounding=2e-16)
    >>> round(found.central.value, 9), found.central.error < 1e-9, found.kinked
    (1.0, True, False)
    >>> corner = slopes(np.abs(ALL_STEPS), rounding=2e-16)
    >>> corner.left.value, corner.right.value, corner.kinked
    (-1.0, 1.0, True)
    """
    middle, after, before = values[0], values[1 : len(STEPS) + 1], values[len(STEPS) + 1 :]
    noise = rounding / STEPS
    with np.errstate(all="ignore"):
        central = extrapolate((after - before) / (2 * STEPS), noise, power=2)
        left = extrapolate((middle - before) / STEPS, 2 * noise, power=1)
        right = extrapolate((after - middle) / STEPS, 2 * noise, power=1)
    jumps = stays(after - middle, rounding) or stays(before - middle, rounding)
    return Slopes(central, left, right, jumps)


def extrapolate(quotients: np.ndarray, noise: np.ndarray, power: int) -> Slope:
    """The limit for h → 0 of quotients whose error is a series in hᵖ, p = `power`.

    Of a table of ever higher order the entry is taken that agrees best with its three
    neighbours; their distance and the noise are its error. Large steps suffer from curvature,
    small ones from rounding: the table finds the step between them by itself. Entries that
    smaller steps refute are left out: what looks straight from afar may have a corner near by.

    Arguments:
        quotients: one for every step of `STEPS`.
        noise: how far rounding may move each of them.

    NaN ± ∞ where nothing settles: at a vertical tangent, or where f is not defined on both sides.

    Ridders (1982), "Accurate computation of F'(x) and F'(x)F''(x)"; he compares two neighbours
    and looks at no smaller steps.
    """
    best, witnesses, table = Slope(np.nan, np.inf), None, quotients
    for column in range(1, COLUMNS + 1):
        factor = RATIO ** (power * column)
        better = (factor * table[1:] - table[:-1]) / (factor - 1)
        neighbours = np.stack([table[:-2], table[1:-1], better[1:]])
        error = np.max(np.abs(better[:-1] - neighbours), axis=0) + noise[column:-1]
        error = np.where(np.isfinite(error), error, np.inf)
        witnesses = witnesses or (better[:-1], error)
        error = np.where(refuted(better[:-1], error, *witnesses), np.inf, error)
        row = int(np.argmin(error))
        if error[row] < best.error:
            best = Slope(float(better[row]), float(error[row]))
        table = better
    negligible = UNSEEN * noise[0] * STEPS[0]
    settled = best.error <= 0.1 * abs(best.value) + negligible
    return best if settled else Slope(np.nan, np.inf)


def refuted(
    values: np.ndarray, errors: np.ndarray, witnesses: np.ndarray, their_errors: np.ndarray
) -> np.ndarray:
    """Which values do not fit a witness from smaller steps, even if that is off by much more
    than it says."""
    gap = np.abs(values[:, None] - witnesses[None, :])
    unfit = gap > errors[:, None] + DOUBT * their_errors[None, :]
    return np.any(np.triu(unfit, k=1), axis=1)


def stays(changes: np.ndarray, rounding: float) -> bool:
    """Whether the change of the value stays while the step shrinks 4000-fold."""
    last, before = np.abs(changes[-1]), np.abs(changes[-7])
    return bool(last > 0.5 * before and last > JUMP * rounding)
