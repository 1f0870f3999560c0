"""Axes of numbers, and labels that find their place beside them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import NamedTuple

import numpy as np

LARGE, SMALL = 1e7, 1e-4  # from here on and below here powers of ten are easier to read
PLAIN = (  # what a tick is called, as an expression of Vega
    f"datum.value && (abs(datum.value) >= {LARGE:g} || abs(datum.value) < {SMALL:g})"
    " ? format(datum.value, '.9~e') : format(datum.value, ',.9~r')"
)


def numeric(field: str, title: str | None = None, *, scale: dict | None = None, **axis) -> dict:
    """An axis of numbers: which column it shows, its title, its range and its ticks."""
    words = {} if "format" in axis else {"labelExpr": PLAIN}
    shown = {"tickCount": 5, **words, **axis}
    encoding = {"field": field, "type": "quantitative", "title": title, "axis": shown}
    return encoding if scale is None else {**encoding, "scale": {"nice": False, **scale}}


class ValueAxis(NamedTuple):
    """The range of an axis, linear or logarithmic.

    Arguments:
        low, high: its ends.
        log: whether equal distances stand for equal ratios.
    """

    low: float
    high: float
    log: bool

    @classmethod
    def around(cls, values: np.ndarray, log: bool) -> ValueAxis:
        """The range of all values that can be drawn, and a little air."""
        drawn = values[np.isfinite(values) & ((values > 0) | (not log))]
        if not len(drawn):
            return cls(0.1, 1.0, log)
        low, high = float(drawn.min()), float(drawn.max())
        if log:
            air = max((high / low) ** 0.05, 1.1)
            return cls(low / air, high * air, log)
        air = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
        return cls(low - air, high + air, log)

    def drawable(self, values: np.ndarray) -> np.ndarray:
        """Which values have a place on this axis."""
        return np.isfinite(values) & ((values > 0) | (not self.log))

    def height(self, values: np.ndarray) -> np.ndarray:
        """Where values stand, from 0 at the low end to 1 at the high one."""
        if self.log:
            return np.log(values / self.low) / np.log(self.high / self.low)
        return (values - self.low) / (self.high - self.low)

    def value(self, height: np.ndarray) -> np.ndarray:
        """The values that stand at these heights."""
        if self.log:
            return self.low * (self.high / self.low) ** height
        return self.low + height * (self.high - self.low)

    def encoding(self, field: str) -> dict:
        """The axis as Vega-Lite describes it."""
        scale = {"type": "log" if self.log else "linear", "domain": [self.low, self.high]}
        if not self.log:
            return numeric(field, scale=scale)
        return numeric(field, scale=scale, values=decades(self.low, self.high))


def wants_log(values: np.ndarray) -> bool:
    """Whether values spread over so many powers of ten that only a logarithm shows them."""
    finite = values[np.isfinite(values)]
    return bool(len(finite) and finite.min() > 0 and finite.max() > 30 * finite.min())


def decades(low: float, high: float) -> list[float]:
    """Ticks of a logarithmic axis: powers of ten, and 2 and 5 times them where there are few.

    >>> decades(0.03, 3.0)
    [0.05, 0.1, 0.2, 0.5, 1.0, 2.0]
    """
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    steps = (1, 2, 5) if len(powers) <= 4 else (1,)
    stride = max(1, len(powers) // 6)
    ticks = [float(f"{step}e{power}") for power in powers[::stride] for step in steps]
    return [tick for tick in ticks if low <= tick <= high]


def spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Heights of labels, moved until they stand `gap` apart and end below 1.

    >>> spread(np.array([0.5, 0.5, 0.0]), 0.1).round(2)
    array([0.5, 0.6, 0. ])
    """
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    raised = np.maximum.accumulate(heights[order] - steps) + steps
    moved = np.empty(len(heights))
    moved[order] = np.minimum(raised, 1 - steps[::-1])
    return moved


def distinct(names: Iterable[str]) -> dict[str, str]:
    """Dotted names without the parts that all of them share, so that what differs is seen.

    >>> distinct(["encoder.0.weight", "encoder.12.weight"])
    {'encoder.0.weight': '0', 'encoder.12.weight': '12'}
    """
    parts = {name: name.split(".") for name in names}
    front = _shared(parts.values())
    back = _shared(part[front:][::-1] for part in parts.values())
    kept = {name: ".".join(part[front : len(part) - back]) for name, part in parts.items()}
    return {name: short(rest or name) for name, rest in kept.items()}


def short(name: str, most: int = 18) -> str:
    """A name cut in its middle where it is long.

    >>> short("encoder.attention.query.weight")
    'encoder.…ry.weight'
    """
    half = (most - 1) // 2
    return name if len(name) <= most else f"{name[:half]}…{name[-(most - 1 - half) :]}"


def _shared(lists: Iterable[list[str]]) -> int:
    """How many first items all lists have in common."""
    return len(list(takewhile(lambda items: len(set(items)) == 1, zip(*lists, strict=False))))
