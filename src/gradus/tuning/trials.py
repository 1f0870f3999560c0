"""One trial of a search: its settings, and how well it has done so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gradus.tuning.space import Settings

RUNGS = (1 / 8, 1 / 4, 1 / 2)  # of its epochs: when a trial must be better than the median
FEWEST = 4  # trials that a median is taken of


@dataclass(eq=False)
class Trial:
    """Settings, and the validation loss after every epoch.

    Arguments:
        number: counted from 1, in the order in which trials began.
        settings: by name.
        losses: on the validation part after each epoch; the mean over folds.
        status: how it ended: "finished", "stopped", "diverged", or "unfinished" where the budget
            was spent before.
    """

    number: int
    settings: Settings
    losses: list[float] = field(default_factory=list)
    status: str = "unfinished"

    @property
    def epochs(self) -> int:
        """How long it has learned."""
        return len(self.losses)

    @property
    def value(self) -> float:
        """The lowest validation loss, `smooth`; infinite where none was finite."""
        return self.best_until(self.epochs)

    @property
    def best_epoch(self) -> int:
        """The epoch (from 1) of the lowest loss; 0 before the first."""
        return int(np.argmin(smooth(self.losses))) + 1 if self.losses else 0

    def best_until(self, epochs: int) -> float:
        """The lowest loss of the first epochs."""
        return float(np.min(smooth(self.losses[:epochs]), initial=math.inf))


def smooth(losses: Sequence[float]) -> np.ndarray:
    """Each loss as the mean with those of the epochs beside it; infinite where one is not finite.

    So a lucky epoch of a restless run does not win: training again would not have it.

    >>> smooth([4.0, 1.0, 4.0, 3.0]).tolist()
    [2.5, 3.0, 2.6666666666666665, 3.5]
    """
    known = np.where(np.isfinite(losses), losses, math.inf)
    return np.array([known[max(i - 1, 0) : i + 2].mean() for i in range(len(known))])


def falls_behind(trial: Trial, others: Sequence[Trial]) -> bool:
    """Whether a trial's best loss is above the median of all trials that have come as far.

    Golovin and others, "Google Vizier" (2017), section 3.2.1.
    """
    reached = [t.best_until(trial.epochs) for t in others if t.epochs >= trial.epochs]
    return len(reached) >= FEWEST and trial.value > float(np.median(reached))


def rungs(epochs: int) -> list[int]:
    """The ages, in epochs, at which trials are compared, and the last one.

    >>> rungs(40), rungs(3)
    ([5, 10, 20, 40], [1, 2, 3])
    """
    return sorted({max(1, math.ceil(epochs * share)) for share in RUNGS} | {epochs})
