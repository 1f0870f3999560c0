"""A live line about the run, for people at a terminal or in a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from gradus.training.history import History

Progress = bool | Callable[[dict[str, float]], Any] | None
LINE_EVERY = 1.0  # seconds an epoch must take to get a line of its own


class Reporter:
    """Tells how a run goes while it goes.

    Arguments:
        progress: True shows a live line, False nothing, None shows it where a person is likely
            to look (a terminal or a notebook); a function is called with each epoch's numbers.
        epochs: how many epochs are planned.
    """

    def __init__(self, progress: Progress, epochs: int):
        self.call = progress if callable(progress) else None
        self.live = person_is_looking() if progress is None else progress is True
        self.epochs = epochs
        self.began = self.printed = time.perf_counter()
        self.width = 0

    def started(self) -> None:
        """Called when everything is compiled, just before the first step."""
        self.began = self.printed = time.perf_counter()

    def epochs_done(self, new: History, done: int) -> None:
        """Called after a slice of the run with the epochs that ended in it."""
        if self.call:
            for i in range(new.epochs):
                self.call({name: column[i].item() for name, column in new.items()})
        if self.live and new.epochs:
            self._show(new, done)

    def finished(self, status: str) -> None:
        """Called once at the end."""
        if self.live:
            print(f"\n{status}" if self.width else status, file=sys.stderr, flush=True)

    def _show(self, new: History, done: int) -> None:
        now = time.perf_counter()
        left = (now - self.began) / done * (self.epochs - done)
        numbers = "  ".join(f"{name} {new.last[name]:.4g}" for name in new.measures)
        line = f"epoch {done}/{self.epochs}  {numbers}  {duration(left)} left"
        slow = (now - self.printed) / new.epochs > LINE_EVERY
        start = "\n" if slow and self.width else "\r"
        print(start + line.ljust(self.width), end="", file=sys.stderr, flush=True)
        self.printed, self.width = now, len(line)


def duration(seconds: float) -> str:
    """Seconds as people say them.

    >>> duration(3.2), duration(75), duration(4000)
    ('3 s', '1 min 15 s', '1 h 06 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f} min"


def person_is_looking() -> bool:
    """Whether messages go to a terminal or a notebook, not into a file or a pipe."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules
