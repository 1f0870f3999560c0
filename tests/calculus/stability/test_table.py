"""Every textbook formula of the table is right at its first and at its last, hardest input."""

from __future__ import annotations

import pytest

pytest.importorskip("mpmath")

from benchmarks.stability.formulas import FORMULAS, GROUPS
from benchmarks.stability.judge import evaluate

from gradus.calculus.stability import stable

# limits of the method, see the page on stable formulas; (formula, spelling), at the last input
KNOWN = {
    "float32": {
        ("multi-class focal loss", "helper"),
        ("weighted mean by exponentials", "sum(z e) / sum(e)"),
        ("log of the total probability of two classes", "log(p0 + p1)"),
        ("harmonic mean", "n / sum(1/x)"),
        ("norm of order 4", "** 0.25"),
        ("log density of a normal in two dimensions", "log of the density"),
        ("inverse Mills ratio", "pdf/(1 - cdf)"),
        ("forward algorithm of a hidden Markov chain", "scan"),
    },
    "float64": {
        ("reciprocal of a square less one", "x**2 - 1"),
        ("log(1 - Φ)", "1 - ndtr"),
        ("inverse Mills ratio", "pdf/(1 - cdf)"),
    },
}


def at_the_ends(formula):
    """The row with its first spelling alone, at its first and its last input."""
    name, spelling = next(iter(formula.spellings.items()))
    ends = [formula.inputs[0], formula.inputs[-1]]
    return formula._replace(spellings={name: spelling}, inputs=ends)


def is_known(one, dtype):
    """Whether the judgement is a known limit; the first input never is."""
    at_the_last = one.inputs != one.formula.inputs[0]
    return at_the_last and (one.formula.name, one.spelling) in KNOWN[dtype]


@pytest.mark.parametrize("dtype", KNOWN)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.FORMULAS[0].group)
def test_every_formula_is_right(group, dtype):
    judged = evaluate(stable, map(at_the_ends, group.FORMULAS), dtype)
    wrong = [
        f"{one.formula.name} as {one.spelling} at {one.inputs}: {one.got}, exactly {one.want}"
        for one in judged
        if not (one.value_ok and one.gradient_ok) and not is_known(one, dtype)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_known_limits_are_few_and_in_the_table():
    rows = {(formula.name, next(iter(formula.spellings))) for formula in FORMULAS}
    cases = 2 * len(KNOWN) * len(rows)  # two inputs of every row in every type
    assert all(rows >= known for known in KNOWN.values())
    assert sum(map(len, KNOWN.values())) <= 0.03 * cases
