"""Textbook formulas, evaluated and differentiated as if they had been written for computers."""

from gradus.calculus.stability.hazards import hazards
from gradus.calculus.stability.ranges import Range
from gradus.calculus.stability.rewriting import stable

__all__ = ["Range", "hazards", "stable"]
