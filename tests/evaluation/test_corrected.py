"""Intervals and tests, by hand and by simulation."""

import math

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.evaluation.corrected import holm, interval, standard_error, t_test


def test_the_standard_error_by_hand():
    # Values 0, 1, 2, 3: mean 1.5, s² = (2.25 + 0.25 + 0.25 + 2.25) / 3 = 5/3.
    # (1/4 + 1/3) · 5/3 = 35/36.
    assert standard_error([0, 1, 2, 3], 1 / 3) == pytest.approx(math.sqrt(35 / 36))


def test_the_interval_by_hand():
    # t₃ at 97.5 % is 3.182446; 3.182446 · √(35/36) = 3.137935.
    mean, low, high = interval([0, 1, 2, 3], 1 / 3)
    assert (mean, high - mean, mean - low) == pytest.approx((1.5, 3.137935, 3.137935), rel=1e-5)
    assert interval([0, 1, 2, 3], 1 / 3, 0.5).high < high


def test_the_test_by_hand():
    # d̄ = 1.5: t = 1.5 / √(35/36) = 1.521278. With 3 degrees of freedom
    # p = 1 − (2/π)(atan(u) + u/(1 + u²)), u = t/√3 = 0.878310: 0.22547.
    test = t_test([0, 1, 2, 3], 1 / 3)
    u = test.t / math.sqrt(3)
    assert test.t == pytest.approx(1.521278, rel=1e-5)
    assert test.p == pytest.approx(1 - 2 / math.pi * (math.atan(u) + u / (1 + u**2)))


def test_without_the_correction_it_is_the_ordinary_paired_test():
    from scipy.stats import ttest_1samp

    differences = np.random.default_rng(0).normal(0.3, 1, 12)
    assert t_test(differences, 0) == pytest.approx(tuple(ttest_1samp(differences, 0)))


def test_differences_without_variance():
    assert t_test([0, 0, 0], 0.1) == (0, 1)
    assert t_test([-1, -1], 0.1) == (-math.inf, 0)
    assert math.isnan(t_test([1], 0.1).p)
    assert interval([1], 0.1) == (1, -math.inf, math.inf)


def test_holm_by_hand():
    # Sorted 0.01, 0.02, 0.04 times 3, 2, 1: 0.03, 0.04, 0.04.
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.6, 0.9]) == [1, 1]
    assert holm([]) == []


def test_a_confidence_is_between_0_and_1():
    with pytest.raises(InputError, match="confidence"):
        interval([0, 1], 0.1, 95)


def test_intervals_hold_what_they_promise_and_uncorrected_ones_do_not():
    """Cross-validation of the mean of 40 numbers, 200 times: its expected squared error is
    1 + 1/36. The corrected interval misses it seldom; the uncorrected one is too short where
    measures depend on one another, as those of repetitions do.
    """
    random = np.random.default_rng(0)
    missed = {"corrected": 0, "plain": 0}
    for _ in range(200):
        y = random.normal(size=40)
        errors = []
        for _ in range(10):
            test = y[random.permutation(40)].reshape(10, 4)
            errors += np.mean((test - (y.sum() - test.sum(1, keepdims=True)) / 36) ** 2, 1).tolist()
        for name, ratio in (("corrected", 1 / 9), ("plain", 0)):
            _, low, high = interval(errors, ratio)
            missed[name] += not low <= 1 + 1 / 36 <= high
    assert missed["corrected"] <= 20
    assert missed["plain"] > 50
