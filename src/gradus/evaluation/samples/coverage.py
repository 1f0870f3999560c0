"""Whether samples reach every mode of a mixture whose centres are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.evaluation.samples.rows import as_rows, check_alike


@dataclass(frozen=True, eq=False)
class ModeCoverage:
    """How samples are spread over modes.

    Arguments:
        counts: samples within the radius of each centre, the nearest one alone.
        samples: how many there are in all.
        least: the part of an equal share that covers a mode.

    >>> print(ModeCoverage(np.array([60, 35, 1]), 100, 0.1))
    2 of 3 modes covered; 96 % of 100 samples are good
    """

    counts: np.ndarray
    samples: int
    least: float

    @property
    def covered(self) -> int:
        """Modes that get at least the part `least` of an equal share of the samples."""
        return int(np.sum(self.counts >= self.least * self.samples / len(self.counts)))

    @property
    def good(self) -> float:
        """The share of samples that lie near some centre."""
        return float(self.counts.sum() / self.samples)

    def __str__(self) -> str:
        return (
            f"{self.covered} of {len(self.counts)} modes covered; "
            f"{100 * self.good:.0f} % of {self.samples:,} samples are good"
        )


def mode_coverage(samples: Any, centres: Any, radius: float, *, least: float = 0.1) -> ModeCoverage:
    """Count the samples near each mode.

    Arguments:
        samples: what a model draws, shape (n, …).
        centres: of the modes, shape (k, …).
        radius: how far from its nearest centre a sample is still good; usually three standard
            deviations of a mode.
        least: the part of an equal share of all samples that a covered mode gets.

    Raises InputError for samples and centres of different shapes, and for a radius of 0 or less.

    >>> coverage = mode_coverage([[0.1], [0.2], [9.0], [5.0]], [[0.0], [5.0], [20.0]], radius=1)
    >>> coverage.counts, coverage.covered, coverage.good
    (array([2, 1, 0]), 2, 0.75)

    Srivastava, Valkov, Russell, Gutmann and Sutton (2017), section 4.1.
    """
    if not radius > 0:
        raise InputError("radius", expected="above 0", got=radius, fix="three standard deviations")
    check_alike(samples=samples, centres=centres)
    rows, places = as_rows(samples, "samples", least=1), as_rows(centres, "centres", least=1)
    distances = np.linalg.norm(rows[:, None] - places[None], axis=2)
    near = distances.min(axis=1) <= radius
    counts = np.bincount(distances.argmin(axis=1)[near], minlength=len(places))
    return ModeCoverage(counts, len(rows), least)
