"""A live line about a search."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from gradus.base.words import counted
from gradus.training.progress import person_is_looking
from gradus.tuning.trials import Trial


class Line:
    """Tells how a search goes.

    Arguments:
        progress: True shows a live line, False nothing, None shows it where a person is likely to
            look; a function is called with the numbers of each trial that ends.
    """

    def __init__(self, progress: Any):
        self.call = progress if callable(progress) else None
        self.live = person_is_looking() if progress is None else progress is True
        self.width = 0

    def ended(self, trial: Trial, trials: Sequence[Trial]) -> None:
        """One more trial has ended."""
        if self.call:
            self.call({"trial": trial.number, "value": trial.value, "epochs": trial.epochs})
        if self.live:
            best = min(trials, key=lambda trial: trial.value)
            line = f"{counted(len(trials), 'trial')}  best {best.value:.4g} (trial {best.number})"
            print("\r" + line.ljust(self.width), end="", file=sys.stderr, flush=True)
            self.width = len(line)

    def finished(self) -> None:
        """The search is over: leave the line."""
        if self.live:
            print(file=sys.stderr, flush=True)
