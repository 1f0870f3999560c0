"""Formulas in jit, vmap, scan, cond and remat are as right as alone."""

from __future__ import annotations

from functools import cache

import pytest

pytest.importorskip("mpmath")

from benchmarks.stability.contexts import CONTEXTS
from benchmarks.stability.formulas import GROUPS
from benchmarks.stability.judge import evaluate

from gradus.calculus.stability import stable

# 25 formulas of all groups, one spelling each, at two inputs: an ordinary and a hard one
SAMPLE = [
    f._replace(spellings=dict(list(f.spellings.items())[:1]), inputs=[f.inputs[0], f.inputs[-1]])
    for i, group in enumerate(GROUPS)
    for f in (group.FORMULAS[0], group.FORMULAS[-1], group.FORMULAS[len(group.FORMULAS) // 2])[
        : 2 + i % 2
    ]
]


@cache
def alone():
    """The verdicts on `stable` where nothing stands around the formula."""
    return evaluate(stable, SAMPLE)


def test_the_sample_covers_all_groups():
    assert len(SAMPLE) >= 25
    assert {f.group for f in SAMPLE} == {g.FORMULAS[0].group for g in GROUPS}


@pytest.mark.parametrize("context", [name for name in CONTEXTS if name != "plain"])
def test_a_context_loses_nothing(context):
    placed = evaluate(stable, SAMPLE, context=context)
    lost = [
        f"{one.formula.name} at {one.inputs}: {one.got} alone, {other.got} in {context}"
        for one, other in zip(alone(), placed, strict=True)
        if (one.value_ok and not other.value_ok) or (one.gradient_ok and not other.gradient_ok)
    ]
    assert not lost, "\n".join(lost)
