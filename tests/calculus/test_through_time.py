"""Powers of a recurrent matrix."""

import numpy as np
import pytest

from gradus import InputError
from gradus.calculus import through_time


def rotation(scale):
    return scale * np.array([[0.6, -0.8], [0.8, 0.6]])


@pytest.mark.parametrize(
    ("scale", "verdict"), [(1.1, "explodes"), (1.0, "lasts"), (0.9, "vanishes")]
)
def test_a_scaled_rotation_lengthens_by_its_scale(scale, verdict):
    found = through_time(rotation(scale), steps=50)
    np.testing.assert_allclose(found.norms, scale ** np.arange(51.0))
    assert found.radius == pytest.approx(scale)
    assert found.verdict == verdict


def test_in_the_long_run_the_radius_counts():
    w = np.random.default_rng(0).normal(size=(8, 8))
    found = through_time(w, steps=200)
    assert found.norms[200] / found.norms[198] == pytest.approx(found.radius**2, rel=0.2)


def test_growth_before_vanishing():
    # Both eigenvalues are ½, but the axes are nearly parallel.
    found = through_time([[0.5, 10.0], [0.0, 0.5]], steps=60)
    assert found.verdict == "vanishes"
    assert found.norms.max() > 5
    assert found.norms[-1] < 1e-10


def test_beyond_the_largest_number():
    assert through_time([[1e10]], steps=40).norms[-1] == np.inf


@pytest.mark.parametrize("matrix", [np.ones((2, 3)), np.ones(3), [[np.nan]]])
def test_wrong_matrices(matrix):
    with pytest.raises(InputError, match="through_time: the matrix"):
        through_time(matrix, steps=3)
