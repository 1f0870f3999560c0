"""All textbook formulas, group by group."""

from __future__ import annotations

from benchmarks.stability.formula import Formula
from benchmarks.stability.formulas import logistic

FORMULAS: list[Formula] = [*logistic.FORMULAS]
