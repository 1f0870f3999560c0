"""Textbook formulas, evaluated and differentiated as if they had been written for computers."""

from gradus.calculus.stability.explaining import explain
from gradus.calculus.stability.hazards import hazards
from gradus.calculus.stability.ranges import Range
from gradus.calculus.stability.rewriting import stable

stable.explain = explain  # pyright: ignore[reportFunctionMemberAccess]

__all__ = ["Range", "hazards", "stable"]
