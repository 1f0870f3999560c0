"""When a trial goes on, and what it is worth."""

import math

import pytest

from gradus.tuning.trials import Trial, falls_behind, rungs, smooth


def trial(*losses):
    return Trial(1, {}, list(losses))


def test_a_loss_is_the_mean_with_those_beside_it():
    assert smooth([]).tolist() == []
    assert smooth([5.0]).tolist() == [5]
    assert smooth([1.0, 3.0]).tolist() == [2, 2]
    assert smooth([3.0, 0.0, 3.0]).tolist() == [1.5, 2, 1.5]
    assert smooth([math.nan, 1.0, 1.0, 1.0]).tolist() == [math.inf, math.inf, 1, 1]


def test_one_lucky_epoch_does_not_win():
    lucky, steady = trial(2.0, 2.0, 0.0, 2.0, 2.0), trial(3.0, 2.0, 1.0, 1.0, 1.0)
    assert lucky.value > steady.value
    assert (steady.value, steady.best_epoch) == (1, 4)


def test_a_trial_without_epochs_is_worth_nothing():
    assert (trial().value, trial().best_epoch) == (math.inf, 0)
    assert trial(math.nan).value == math.inf


def test_ages_at_which_trials_are_compared():
    assert rungs(80) == [10, 20, 40, 80]
    assert rungs(1) == [1]
    assert rungs(10) == [2, 3, 5, 10]


# The last of some trials with these losses after two epochs; whether it falls behind.
@pytest.mark.parametrize(
    ("losses", "behind"),
    [
        ([1, 2, 3, 4], True),
        ([4, 3, 2, 1], False),
        ([1, 2, 4, 2], False),
        ([1, 2, 9], False),
        ([1, 2, 3, math.nan], True),
    ],
)
def test_the_worse_half_falls_behind_where_there_are_four(losses, behind):
    trials = [trial(float(loss), float(loss)) for loss in losses]
    assert falls_behind(trials[-1], trials) is behind


def test_trials_that_have_not_come_as_far_do_not_count():
    old = [trial(1.0, 1.0), trial(2.0, 2.0), trial(3.0), trial(0.0)]
    assert not falls_behind(old[1], old)
