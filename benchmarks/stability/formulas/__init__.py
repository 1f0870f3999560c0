"""All textbook formulas, group by group."""

from __future__ import annotations

from benchmarks.stability.formula import Formula
from benchmarks.stability.formulas import (
    logistic,
    near_zero,
    norms,
    softmax,
)

GROUPS = (
    logistic,
    softmax,
    near_zero,
    norms,
)
FORMULAS: list[Formula] = [formula for group in GROUPS for formula in group.FORMULAS]
