"""All textbook formulas, group by group."""

from __future__ import annotations

from benchmarks.stability.formula import Formula
from benchmarks.stability.formulas import (
    determinants,
    differences,
    entropy,
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
    entropy,
    differences,
    determinants,
)
FORMULAS: list[Formula] = [formula for group in GROUPS for formula in group.FORMULAS]
