"""All textbook formulas, group by group."""

from __future__ import annotations

from benchmarks.stability.formula import Formula
from benchmarks.stability.formulas import (
    densities,
    determinants,
    differences,
    entropy,
    guards,
    logistic,
    near_zero,
    norms,
    products,
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
    densities,
    guards,
    products,
)
FORMULAS: list[Formula] = [formula for group in GROUPS for formula in group.FORMULAS]
