"""A live line about the run, for people at a terminal or in a notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
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
        self.epochs, self.before = epochs, 0
        self.began = self.told = time.perf_counter()
        self.width = 0  # of the line that the next one writes over

    def started(self, done: int, remarks: Mapping[str, str]) -> None:
        """Called when everything is compiled, just before the first step of this run.

        Arguments:
            done: how many epochs have ended before.
            remarks: what people should know about the run, sentences by name.
        """
        for sentence in remarks.values() if self.live else ():
            self._write(sentence, keep=True)
        self.before, self.began = done, time.perf_counter()
        self.told = self.began

    def advanced(self, new: History, done: int, place: str) -> None:
        """Called after a slice of the run.

        Arguments:
            new: the epochs that ended in it.
            done: how many epochs have ended in all.
            place: where in the next epoch the run stands.
        """
        if self.call:
            for i in range(new.epochs):
                self.call({name: column[i].item() for name, column in new.items()})
        if self.live and new.epochs:
            now = time.perf_counter()
            slow = (now - self.told) / new.epochs > LINE_EVERY
            self._write(self._of_epoch(new, done, now), keep=slow and done < self.epochs)
            self.told = now
        elif self.live:
            self._write(f"epoch {done + 1}/{self.epochs}  {place}", keep=False)

    def finished(self, status: str) -> None:
        """Called once at the end."""
        if self.live:
            print(f"\n{status}" if self.width else status, file=sys.stderr, flush=True)

    def _of_epoch(self, new: History, done: int, now: float) -> str:
        left = (now - self.began) / (done - self.before) * (self.epochs - done)
        numbers = "  ".join(f"{name} {new.last[name]:.4g}" for name in new.measures)
        return f"epoch {done}/{self.epochs}  {numbers}  {duration(left)} left"

    def _write(self, line: str, keep: bool) -> None:
        end = "\n" if keep else ""
        print("\r" + line.ljust(self.width), end=end, file=sys.stderr, flush=True)
        self.width = 0 if keep else len(line)


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
