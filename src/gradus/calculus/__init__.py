"""Floor 1: what a formula is worth, how it changes, and how to compute it well."""

from gradus.calculus.checking import check_gradient
from gradus.calculus.critical import CriticalPoint, critical_point
from gradus.calculus.curvature import Curvature, curvature
from gradus.calculus.findings import Finding, GradientCheck
from gradus.calculus.perturbation import Comparison, compare_perturbations
from gradus.calculus.stability import Range, hazards, stable
from gradus.calculus.through_time import ThroughTime, through_time
from gradus.calculus.tracing import (
    Accumulation,
    Derivative,
    Graph,
    Trace,
    derivative,
    formula,
    trace,
)

__all__ = [
    "Accumulation",
    "Comparison",
    "CriticalPoint",
    "Curvature",
    "Derivative",
    "Finding",
    "GradientCheck",
    "Graph",
    "Range",
    "ThroughTime",
    "Trace",
    "check_gradient",
    "compare_perturbations",
    "critical_point",
    "curvature",
    "derivative",
    "formula",
    "hazards",
    "stable",
    "through_time",
    "trace",
]
