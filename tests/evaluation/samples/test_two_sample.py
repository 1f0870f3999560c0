"""Two-sample tests: statistics against plain formulas, p-values under both hypotheses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, kstest
from sklearn.linear_model import LogisticRegression

from gradus import InputError
from gradus.evaluation import two_sample
from gradus.evaluation.samples.statistics import gaussian_kernel, mmd2

TESTS = ("moments", "mmd", "classifier")


def pair(seed, gap=0.0, spread=1.0, count=24):
    """Examples, and samples whose first column is moved and stretched."""
    rng = np.random.default_rng(seed)
    x, samples = rng.normal(size=(2, count, 2))
    return x, samples * [spread, 1] + [gap, 0]


def test_mmd_against_a_loop():
    x, samples = pair(0, gap=1.0, count=7)
    samples = samples[:5]
    kernel, width = gaussian_kernel(np.concatenate([x, samples]))

    def k(a, b):
        return np.exp(-np.sum((a - b) ** 2) / (2 * width**2))

    def mean(first, second, same):
        values = [k(a, b) for i, a in enumerate(first) for j, b in enumerate(second)
                  if not (same and i == j)]  # fmt: skip
        return np.mean(values)

    expected = mean(x, x, True) + mean(samples, samples, True) - 2 * mean(x, samples, False)
    first = np.arange(12) < 7
    np.testing.assert_allclose(mmd2(kernel, np.array([first]))[0], expected, rtol=1e-10)
    assert two_sample(x, samples).statistic == pytest.approx(expected, rel=1e-3)  # of 32 bits


def test_the_width_is_the_median_distance():
    """Of 0, 1 and 3: the distances 1, 2 and 3."""
    assert gaussian_kernel(np.array([[0.0], [1.0], [3.0]]))[1] == pytest.approx(2.0)


def test_mmd_is_unbiased():
    """Over all divisions of six rows into three and three its mean is 0: no division is special."""
    from itertools import combinations

    rows = np.random.default_rng(0).normal(size=(6, 2))
    kernel, _ = gaussian_kernel(rows)
    firsts = np.array([np.isin(np.arange(6), some) for some in combinations(range(6), 3)])
    np.testing.assert_allclose(mmd2(kernel, firsts).mean(), 0, atol=1e-12)


@pytest.mark.parametrize("test", ["moments", "mmd"])
def test_p_is_uniform_where_nothing_differs(test):
    p = [two_sample(*pair(seed), test, permutations=99).p for seed in range(300)]
    assert kstest(p, "uniform").pvalue > 0.01


def test_p_of_the_classifier_is_not_too_small_where_nothing_differs():
    """Its p-values are steps of a binomial distribution: P(p ≤ 0.05) is at most 0.05; of 100
    repetitions, more than 11 would have a probability below 1 %.
    """
    small = sum(two_sample(*pair(seed), "classifier").p <= 0.05 for seed in range(100))
    assert small <= binom.ppf(0.99, 100, 0.05)


@pytest.mark.parametrize("test", TESTS)
def test_p_is_tiny_where_means_differ(test):
    assert two_sample(*pair(0, gap=2.0, count=200), test).p < 0.002


@pytest.mark.parametrize("test", TESTS)
def test_p_is_tiny_where_spreads_differ(test):
    found = two_sample(*pair(0, spread=4.0, count=300), test)
    assert found.p < 0.002
    assert str(found).endswith(": they differ")


def test_moments_name_the_column():
    x, samples = pair(0, gap=2.0, count=200)
    assert "the mean of column 0" in two_sample(x, samples, "moments").words
    x, samples = pair(0, spread=4.0, count=200)
    assert "the spread of column 0" in two_sample(x, samples, "moments").words
    x[:, 1], samples[:, 1] = 1.0, 2.0
    assert "column 1 has one value in each" in two_sample(x, samples, "moments").words


def test_moments_of_pictures_with_constant_corners():
    x, samples = np.zeros((2, 30, 4, 4, 1))
    x[:, 1, 1, 0], samples[:, 1, 1, 0] = np.random.default_rng(0).normal(size=(2, 30))
    assert 0.01 < two_sample(x, samples, "moments").p < 1
    assert two_sample(0 * x, 0 * x, "moments").p == 1
    x[:, 0, 0, 0] = 1.0 * (np.arange(30) == 7)  # a pixel that is rarely bright proves nothing
    assert two_sample(x, samples, "moments").p > 0.01


def test_a_correlation_is_seen_by_the_others_alone():
    """Means and spreads agree; a test of these cannot see more."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    samples = np.repeat(rng.normal(size=(400, 1)), 2, axis=1)
    assert two_sample(x, samples, "moments").p > 0.05
    assert two_sample(x, samples, "mmd").p < 0.01
    assert two_sample(x, samples, "classifier").p < 0.01


def test_a_classifier_of_ones_own():
    """A line sees a mean, and no spread."""
    line = LogisticRegression()
    assert two_sample(*pair(0, gap=2.0, count=200), "classifier", classifier=line).p < 0.001
    assert two_sample(*pair(0, spread=4.0, count=200), "classifier", classifier=line).p > 0.05


def test_many_are_thinned_out():
    assert two_sample(*pair(0, count=50), most=20).sizes == (20, 20)


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ((*pair(0), "mdm"), "two_sample: test\n(.*\n)+.*did you mean 'mmd'"),
        ((np.zeros((4, 2)), np.zeros((4, 3))), r"samples do not look like x\n.*\(2,\)"),
        ((np.zeros((1, 2)), np.zeros((4, 2))), "^x\n.*2 examples or more"),
        ((*pair(0, count=3), "classifier"), "4 or more of each"),
        ((np.full((4, 2), np.nan), np.zeros((4, 2))), "row 0, column 0"),
    ],
)
def test_slips_are_refused(arguments, wording):
    with pytest.raises(InputError, match=wording):
        two_sample(*arguments)
