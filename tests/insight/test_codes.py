"""Maps of codes and nearest ones: a known plane, groups that stay together, and refusals."""

import numpy as np
import pytest

from gradus import insight
from gradus.base.errors import InputError

RNG = np.random.default_rng(0)
GROUPS = np.repeat(np.arange(3), 20)
CODES = RNG.normal(size=(60, 8)) + 40 * np.eye(8)[GROUPS]


def test_the_plane_keeps_distances_that_lie_in_it():
    """Points of a plane in 5 dimensions: all distances stay."""
    plane = RNG.normal(size=(10, 2)) @ np.linalg.qr(RNG.normal(size=(5, 2)))[0].T
    found = insight.embedding(plane)

    def distances(points):
        return np.linalg.norm(points[:, None] - points[None], axis=-1)

    np.testing.assert_allclose(distances(found), distances(plane), atol=1e-5)


@pytest.mark.parametrize("how", ["pca", "tsne"])
def test_groups_stay_together(how):
    found = insight.embedding(CODES, how)
    assert found.shape == (60, 2)
    assert np.all(GROUPS[insight.nearest(found, found, 5)] == GROUPS[:, None])


def test_equal_seeds_give_equal_maps():
    a, b = (insight.embedding(CODES[:20], "tsne", seed=3) for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_the_nearest_by_hand_codes_of_any_shape():
    codes = np.array([0.0, 4, 5, 9]).reshape(4, 1, 1)
    assert insight.nearest(codes, codes[1:3], 3).tolist() == [[1, 2, 0], [2, 1, 3]]


REFUSED = {
    "another map": (lambda: insight.embedding(CODES, "umap"), "'pca' or 'tsne'"),
    "too few": (lambda: insight.embedding(CODES[:2]), "3 or more codes"),
    "codes of one number": (lambda: insight.embedding(CODES[:, :1]), "2 or more numbers"),
    "a query of another length": (lambda: insight.nearest(CODES, CODES[:, :5]), "codes of 8"),
    "a query without its axis": (lambda: insight.nearest(CODES, CODES[0]), r"shape \(n, d\)"),
    "more than there are": (lambda: insight.nearest(CODES, CODES, 61), "k up to 60"),
    "not finite": (lambda: insight.embedding(CODES * np.inf), "a finite number"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    ask, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        ask()
