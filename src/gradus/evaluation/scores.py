"""What a model without targets is worth on examples it has not learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from gradus.evaluation.assessment import as_text


@dataclass(frozen=True, eq=False)
class Scores:
    """Measures of a model that learned without targets, beside those of baselines.

    Arguments:
        headline: the measure that stands for all.
        higher: whether more of it is better.
        rows: how many examples were held out.
        measures: name -> value over all of them.
        baselines: name of a baseline -> its measures.
        each: the score of every example, shape (B,), where one is known.
        what: what `each` is, for people to read.

    >>> print(Scores("nats", True, 50, {"nats": -3.25}, {"Gaussian": {"nats": -4.0}}))
                 nats
    model     -3.2500
    Gaussian  -4.0000
    """

    noun: ClassVar[str] = "row"
    headline: str
    higher: bool
    rows: int
    measures: Mapping[str, float]
    baselines: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    each: np.ndarray = field(default_factory=lambda: np.zeros(0))
    what: str = ""

    def table(self) -> list[tuple[str, Mapping[str, float]]]:
        """The model and then its baselines, each with its measures."""
        return [("model", self.measures), *self.baselines.items()]

    def __str__(self) -> str:
        return as_text(self.table())
