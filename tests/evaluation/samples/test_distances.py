"""Modes, copies and the Fréchet distance, against answers known by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gradus import InputError, nn
from gradus.evaluation import frechet_distance, mode_coverage, nearest_training

CENTRES = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def test_coverage_by_hand():
    """Of 20 samples 16 are near the first centre, one is near the second, three are nowhere; an
    equal share would be 6⅔, a tenth of which is below 1.
    """
    samples = np.concatenate([np.full((16, 2), 0.1), [[10.0, 0.9]], np.full((3, 2), 5.0)])
    coverage = mode_coverage(samples, CENTRES, radius=1.0)
    np.testing.assert_array_equal(coverage.counts, [16, 1, 0])
    assert (coverage.covered, coverage.good) == (2, 0.85)
    assert mode_coverage(samples, CENTRES, radius=1.0, least=0.5).covered == 1
    assert str(coverage) == "2 of 3 modes covered; 85 % of 20 samples are good"


def test_a_sample_belongs_to_one_mode():
    coverage = mode_coverage([[4.0, 0.0]], CENTRES, radius=100.0)
    np.testing.assert_array_equal(coverage.counts, [1, 0, 0])


def test_slips_with_modes_are_refused():
    with pytest.raises(InputError, match="radius"):
        mode_coverage(np.zeros((3, 2)), CENTRES, radius=0.0)
    with pytest.raises(InputError, match=r"centres do not look like samples\n.*\(3,\)"):
        mode_coverage(np.zeros((3, 3)), CENTRES, radius=1.0)


def test_a_planted_copy_is_found():
    rng = np.random.default_rng(0)
    x, held_out, samples = rng.normal(size=(3, 200, 5))
    samples[7] = x[42]
    found = nearest_training(samples, x, held_out)
    assert (found.copies[0], found.rows[7], found.distances[7]) == (7, 42, 0)
    assert found.p > 0.05  # one copy is no habit


def test_copies_without_held_out_examples():
    found = nearest_training([[0.0], [3.0]], [[0.0], [1.0]])
    np.testing.assert_array_equal(found.copies, [0])
    np.testing.assert_array_equal(found.distances, [0, 2])
    assert found.ratio is None
    assert str(found) == "median distance to the nearest training example 1"


def test_learning_by_heart_shows():
    rng = np.random.default_rng(0)
    x, held_out, noise = rng.normal(size=(3, 200, 5))
    by_heart = nearest_training(x + 0.01 * noise, x, held_out)
    assert by_heart.p < 1e-6
    assert by_heart.ratio < 0.1
    assert str(by_heart).endswith("it knows them by heart")
    assert nearest_training(2 * noise, x, held_out).p > 0.5  # samples farther away are no copies


def exact(mean, covariance, count=50):
    """Rows whose mean and covariance are exactly these."""
    rows = np.random.default_rng(0).normal(size=(count, len(mean)))
    rows = rows - rows.mean(axis=0)
    white = rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_frechet_distance_by_hand():
    """Means (0, 0) and (3, 4), variances (1, 4) and (9, 16): 25 + (1 − 3)² + (2 − 4)² = 33."""
    x, samples = exact([0, 0], np.diag([1.0, 4.0])), exact([3, 4], np.diag([9.0, 16.0]))
    assert frechet_distance(x, samples) == pytest.approx(33, rel=1e-4)


def test_frechet_distance_with_correlations():
    first, second = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[4.0, -1.5], [-1.5, 1.0]])
    expected = np.trace(first + second - 2 * sqrtm(first @ second).real)
    found = frechet_distance(exact([0, 0], first), exact([0, 0], second))
    assert found == pytest.approx(expected, rel=1e-4)


def test_frechet_distance_of_few_examples_of_many_numbers():
    """Covariances without an inverse; the distance from itself is 0."""
    x = np.random.default_rng(0).normal(size=(5, 20))
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(x[:, :1], x[:, :1] + 2) == pytest.approx(4, rel=1e-5)


def test_features_of_a_layer(key):
    layer = nn.Dense(2, weight_init=nn.Constant(2.0)).init(key, (1,))
    x = np.array([[0.0], [1.0]])
    np.testing.assert_allclose(frechet_distance(x, x + 3, layer), 2 * 36, rtol=1e-5)
    assert frechet_distance(x, x + 3) == pytest.approx(9)
