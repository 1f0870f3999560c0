"""Textbook formulas, evaluated and differentiated as if they had been written for computers."""

from gradus.calculus.stability.rewriting import stable

__all__ = ["stable"]
