"""What a setting may be: numbers between two ends, whole numbers, or one of a few things."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradus.base.errors import InputError


class Range(ABC):
    """The values of a setting; made by `uniform`, `log_uniform`, `integers` and `choice`."""

    @abstractmethod
    def sample(self, random: np.random.Generator) -> Any:
        """A value drawn at random."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value lies within the range."""

    @abstractmethod
    def place(self, value: Any) -> float:
        """Where a value stands between the ends, from 0 to 1."""

    @property
    @abstractmethod
    def ends(self) -> tuple[str, str]:
        """Both ends, for people to read."""

    @property
    @abstractmethod
    def described(self) -> str:
        """All values in words."""


@dataclass(frozen=True)
class Numbers(Range):
    """Numbers between two ends, evenly or by their logarithm."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def sample(self, random):
        if self.whole and not self.log:
            return int(random.integers(int(self.low), int(self.high), endpoint=True))
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        drawn = random.uniform(low, high)
        value = math.exp(drawn) if self.log else drawn
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else value

    def holds(self, value):
        fits = isinstance(value, int | float) and self.low <= value <= self.high
        return fits and (not self.whole or value == round(value))

    def place(self, value):
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def ends(self):
        return f"{self.low:g}", f"{self.high:g}"

    @property
    def described(self):
        return f"from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Choice(Range):
    """One of some things."""

    options: tuple[Any, ...]

    def sample(self, random):
        return self.options[int(random.integers(len(self.options)))]

    def holds(self, value):
        return value in self.options

    def place(self, value):
        return self.options.index(value) / max(len(self.options) - 1, 1)

    @property
    def ends(self):
        return str(self.options[0]), str(self.options[-1])

    @property
    def described(self):
        return " or ".join(map(str, self.options))


def uniform(low: float, high: float) -> Numbers:
    """Numbers from `low` to `high`, all alike.

    >>> 0 <= uniform(0, 0.5).sample(np.random.default_rng(0)) <= 0.5
    True
    """
    return between("uniform", low, high)


def log_uniform(low: float, high: float) -> Numbers:
    """Numbers from `low` to `high`, every power of ten alike: for rates and penalties.

    >>> log_uniform(1e-4, 1e-2).place(1e-3)
    0.5
    """
    return between("log_uniform", low, high, log=True)


def integers(low: int, high: int, *, log: bool = False) -> Numbers:
    """Whole numbers from `low` to `high`, both included; by their logarithm if wanted.

    >>> integers(1, 3).sample(np.random.default_rng(0)) in (1, 2, 3)
    True
    """
    if not (isinstance(low, int) and isinstance(high, int)):
        raise InputError(
            "integers", expected="two whole numbers", got=(low, high), fix="integers(1, 8)"
        )
    return between("integers", low, high, log=log, whole=True)


def choice(options: Sequence[Any]) -> Choice:
    """One of a few things: numbers, functions, tuples of layers' sizes.

    >>> choice([(64,), (64, 64)]).sample(np.random.default_rng(0))
    (64, 64)
    """
    if isinstance(options, str) or not isinstance(options, Sequence) or not len(options):
        raise InputError(
            "choice", expected="a list of one or more things", got=options, fix="choice([32, 64])"
        )
    return Choice(tuple(options))


def between(
    name: str, low: float, high: float, *, log: bool = False, whole: bool = False
) -> Numbers:
    """Numbers between two ends; raises InputError for ends that are none."""
    fine = all(isinstance(e, int | float) and math.isfinite(e) for e in (low, high)) and low < high
    if not fine or (log and low <= 0):
        raise InputError(
            f"{name}({low}, {high})",
            expected="two numbers, the smaller one first" + (", both above 0" if log else ""),
            got=f"{low} and {high}",
            fix=f"{name}({'1, 64' if whole else '1e-4, 1e-1' if log else '0, 0.5'})",
        )
    return Numbers(low, high, log, whole)
