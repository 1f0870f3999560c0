"""Seeing a derivative: computational graphs, accumulation tables, formulas."""

from gradus.calculus.tracing.derivative import Derivative, derivative, formula
from gradus.calculus.tracing.graph import Graph
from gradus.calculus.tracing.trace import Accumulation, Trace, trace

__all__ = ["Accumulation", "Derivative", "Graph", "Trace", "derivative", "formula", "trace"]
