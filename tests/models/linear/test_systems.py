"""Elimination, and what is lost on the way to least squares."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from gradus import InputError
from gradus.data import read_table
from gradus.models.linear import systems

NIST = Path(os.environ.get("GRADUS_DATA", "nowhere")) / "nist_strd"
# A polynomial of degree 5 in 0 … 20 with coefficients 1: the Wampler1 problem of NIST's datasets.
POWERS = np.arange(21.0)[:, None] ** np.arange(6)


def test_the_system_of_the_blackboard():
    found = systems.eliminate([[1, 3, -2], [3, 5, 6], [2, 4, 3]], [5, 7, 8])
    np.testing.assert_allclose(found.x, [-15, 8, 2])
    words = str(found)
    assert "exchange rows 1 and 2" in words
    assert words.endswith("x₁ = -15, x₂ = 8, x₃ = 2")


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_random_systems(n):
    random = np.random.default_rng(n)
    a, x = random.normal(size=(n, n)), random.normal(size=n)
    np.testing.assert_allclose(systems.eliminate(a, a @ x).x, x, rtol=1e-9)


def test_every_step_keeps_the_solution():
    random = np.random.default_rng(0)
    a, x = random.normal(size=(4, 4)), random.normal(size=4)
    for step in systems.eliminate(a, a @ x).steps:
        np.testing.assert_allclose(step.rows[:, :-1] @ x, step.rows[:, -1], atol=1e-12)


def test_pivots_keep_the_digits():
    """Without an exchange 1 would be lost beside 10²⁰ and x₁ come out as 0."""
    np.testing.assert_allclose(systems.eliminate([[1e-20, 1], [1, 1]], [1, 2]).x, [1, 1])


def test_multipliers_never_exceed_one():
    random = np.random.default_rng(0)
    found = systems.eliminate(random.normal(size=(6, 6)), np.ones(6))
    factors = [float(s.action.split()[3]) for s in found.steps if s.action.startswith("row")]
    assert max(factors) <= 1


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ([[1, 2], [2, 4]], [1, 2], "no unique solution(.|\n)*column 2"),
        ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [1, 2, 3], "no unique solution"),
        ([[0, 0], [0, 0]], [1, 2], "column 1"),
        ([[1, 2]], [1], "shape \\(n, n\\)"),
        ([[1, 2], [3, 4]], [1], "shape \\(n, n\\)"),
        ([[1, np.nan], [3, 4]], [1, 2], "finite"),
        ([["a", "b"], ["c", "d"]], [1, 2], "numbers"),
    ],
)
def test_systems_that_have_no_solution(a, b, words):
    with pytest.raises(InputError, match=words):
        systems.eliminate(a, b)


@pytest.mark.parametrize("solve", [systems.normal_equations, systems.orthogonal])
def test_least_squares(solve):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(30, 4)), random.normal(size=30)
    np.testing.assert_allclose(solve(x, y), np.linalg.lstsq(x, y, rcond=None)[0])


def test_gradient_descent_needs_steps_like_the_condition_number():
    x = np.column_stack([np.ones(50), np.linspace(-1, 1, 50)])
    y = x @ [1.0, 2.0]
    np.testing.assert_allclose(systems.gradient_descent(x, y, 200), [1, 2], rtol=1e-12)
    far = x * [1, 100]
    assert abs(systems.gradient_descent(far, y, 200)[0] - 1) > 0.1


def test_normal_equations_lose_twice_as_much():
    """Digits lost are about log₁₀ of the condition number for QR, twice that for XᵀX."""
    found = systems.compare(POWERS, POWERS.sum(axis=1), np.ones(6))
    assert found.right["QR"] > found.right["normal equations"] + 1
    assert found.right["gradient descent"] < 1
    single = systems.compare(POWERS, POWERS.sum(axis=1), np.ones(6), dtype=np.float32)
    assert single.right["normal equations"] == 0
    assert single.available == pytest.approx(6.9, abs=0.1)
    assert "QR" in str(found)


@pytest.mark.parametrize(("computed", "digits"), [([1.001, 2], 3), ([1, 2.02], 2), ([9, 2], 0)])
def test_digits_by_hand(computed, digits):
    assert systems.digits_right(computed, [1, 2]) == pytest.approx(digits)


def test_digits_at_the_ends():
    assert systems.digits_right([1.0], [1.0]) == np.inf
    assert systems.digits_right([np.nan], [1.0]) == 0
    assert systems.digits_right([0.01], [0.0]) == pytest.approx(2)


def test_shapes_that_do_not_belong_together():
    with pytest.raises(InputError, match="compare"):
        systems.compare(POWERS, POWERS.sum(axis=1), np.ones(5))


@pytest.mark.skipif(not NIST.exists(), reason=f"no {NIST} (see GRADUS_DATA)")
def test_longley():
    """A condition number of 5·10⁹: QR keeps 10 digits, the normal equations about 8."""
    exact = json.loads((NIST / "certified.json").read_text())["Longley"]["certified_beta"]
    table = read_table(NIST / "Longley.csv")
    x = np.column_stack([np.ones(16), *(table[f"x{i}"] for i in range(1, 7))])
    found = systems.compare(x, table["y"].to_numpy(), np.array(exact, float))
    assert found.condition == pytest.approx(4.86e9, rel=1e-2)
    assert found.right["QR"] > 10
    assert 6 < found.right["normal equations"] < 10
    assert found.right["gradient descent"] == 0
