"""A live line for work of several parts."""

from __future__ import annotations

import sys
import time
from typing import Any

from gradus.training.progress import duration, person_is_looking


class Ticker:
    """Tells how many parts of a work are done.

    Arguments:
        progress: True shows a live line, False nothing, None shows it where a person is likely to
            look; a function is called with each part's name and number.
        total: how many parts there are.
        noun: what a part is called.
    """

    def __init__(self, progress: Any, total: int, noun: str):
        self.call = progress if callable(progress) else None
        self.live = person_is_looking() if progress is None else progress is True
        self.total, self.noun, self.done = total, noun, 0
        self.began, self.width = time.perf_counter(), 0

    def tick(self, name: str) -> None:
        """One more part is done."""
        self.done += 1
        if self.call:
            self.call({self.noun: self.done, "of": self.total, "name": name})
        if self.live:
            spent = time.perf_counter() - self.began
            left = duration(spent / self.done * (self.total - self.done))
            self._write(f"{self.noun} {self.done}/{self.total}  {name}  {left} left")

    def finished(self) -> None:
        """All is done: leave the line."""
        if self.live:
            print(file=sys.stderr, flush=True)

    def _write(self, line: str) -> None:
        print("\r" + line.ljust(self.width), end="", file=sys.stderr, flush=True)
        self.width = len(line)
