"""Floor 1: what a formula is worth, how it changes, and how to compute it well."""

from gradus.calculus.checking import check_gradient
from gradus.calculus.findings import Finding, GradientCheck

__all__ = ["Finding", "GradientCheck", "check_gradient"]
