"""Tasks that ask how long a net remembers, and the Mackey-Glass series."""

from typing import Any

import numpy as np
import pytest

from gradus import data
from gradus.base.errors import InputError
from gradus.data.mackey_glass import Equation


def test_adding_marks_one_number_in_each_half():
    found = data.adding_problem(500, 9)
    numbers, marks = found.x[..., 0], found.x[..., 1]
    np.testing.assert_array_equal(marks[:, :4].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, 4:].sum(axis=1), 1)
    assert (marks.sum(axis=0) > 0).all()
    np.testing.assert_allclose(found.y, (numbers * marks).sum(axis=1))


def test_recall_shows_what_is_asked_for_once():
    found = data.delayed_recall(400, (1, 4), symbols=3)
    np.testing.assert_array_equal(found.x.sum(axis=2), 1)
    shown = found.x[:, :, :3]
    np.testing.assert_array_equal(shown.sum(axis=(1, 2)), 1)
    np.testing.assert_array_equal(shown.sum(axis=1).argmax(axis=1), found.y)
    np.testing.assert_array_equal(shown.sum(axis=(0, 2)) > 50, [1, 1, 1, 1, 0])
    assert set(found.y) == {0, 1, 2}


def test_copy_asks_for_what_was_shown():
    found: Any = data.copy_task(300, (2, 4), bits=3)
    lengths = found.x[..., 3].argmax(axis=1)
    assert set(lengths) == {2, 3, 4}
    assert found.x.shape == (300, 9, 4)
    for x, y, weight, n in zip(*found, lengths, strict=True):
        np.testing.assert_array_equal(y[n + 1 : 2 * n + 1], x[:n, :3])
        np.testing.assert_array_equal(x[n], [0, 0, 0, 1])
        assert x[n + 1 :].sum() == 0
        np.testing.assert_array_equal(weight[:, 0], (np.arange(9) > n) & (np.arange(9) <= 2 * n))


@pytest.mark.parametrize("task", [data.adding_problem, data.delayed_recall, data.copy_task])
def test_equal_seeds_give_equal_sequences(task):
    one, again, other = task(20), task(20), task(20, seed=1)
    np.testing.assert_array_equal(one.x, again.x)
    assert not np.array_equal(one.x, other.x)


def test_a_step_of_mackey_glass_by_hand():
    """β = 1, γ = 1, n = 0: ẋ = x(t − τ)/2 − x from x = 2 on, x(t − τ) = 2, so ẋ = 1 − x.

    Runge-Kutta with step 0.5 multiplies x − 1 by 1 − 0.5 + 0.125 − 0.0208333 + 0.0026042.
    """
    found = data.mackey_glass(
        2, tau=1.0, beta=1.0, gamma=1.0, power=0.0, start=2.0, step=0.5, every=1, discard=0
    )
    np.testing.assert_allclose(found, [2, 1 + 0.60677083333], rtol=1e-10)


def test_mackey_glass_is_of_fourth_order():
    """Half the step leaves a sixteenth of the error, also after what has come back."""
    fine = data.mackey_glass(120, step=0.025, every=40, discard=0)
    errors = [
        np.abs(data.mackey_glass(120, step=s, every=round(1 / s), discard=0) - fine).max()
        for s in (0.2, 0.1)
    ]
    assert 13 < errors[0] / errors[1] < 19
    assert errors[1] < 1e-8


def test_mackey_glass_rests_where_production_is_decay():
    """β / (1 + xⁿ) = γ at x = (β/γ − 1)^(1/n) = 1 for β = 2γ."""
    np.testing.assert_array_equal(data.mackey_glass(5, start=1.0, discard=0), 1)
    assert Equation(17, 0.2, 0.1, 10)(1.0, 1.0) == 0


def test_mackey_glass_with_a_delay_of_17_is_known():
    """It stays between 0.2 and 1.4, with a mean of about 0.93, and its spread is about 0.23."""
    found = data.mackey_glass(3000)
    assert 0.2 < found.min() < 0.5
    assert 1.2 < found.max() < 1.4
    np.testing.assert_allclose([found.mean(), found.std()], [0.93, 0.23], atol=0.02)


THREE: Any = 3
HALVES: Any = 1.5
WRONG = {
    "length": (lambda: data.adding_problem(5, 1), "adding_problem: length"),
    "n": (lambda: data.delayed_recall(0), "delayed_recall: n"),
    "symbols": (lambda: data.delayed_recall(5, symbols=1), "delayed_recall: symbols"),
    "delays": (lambda: data.delayed_recall(5, (-1, 3)), "delayed_recall: delays"),
    "lengths": (lambda: data.copy_task(5, (3, 2)), "copy_task: lengths"),
    "one length": (lambda: data.copy_task(5, THREE), "copy_task: lengths"),
    "bits": (lambda: data.copy_task(5, bits=HALVES), "copy_task: bits"),
    "tau": (lambda: data.mackey_glass(5, tau=0.25), "mackey_glass: tau and step"),
    "step": (lambda: data.mackey_glass(5, step=float("nan")), "mackey_glass: tau and step"),
    "start": (lambda: data.mackey_glass(5, start=-1.0), "mackey_glass: start"),
    "every": (lambda: data.mackey_glass(5, every=0), "mackey_glass: every"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_choices_are_refused(name):
    make, wording = WRONG[name]
    with pytest.raises(InputError) as refusal:
        make()
    assert wording in str(refusal.value)
