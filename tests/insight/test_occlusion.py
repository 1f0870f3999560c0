"""Occlusion: by hand on a linear model, 0 where nothing matters, and refusals."""

import numpy as np
import pytest
from insight.planted import PATCH, linear_model, patch_detector

from gradus import insight
from gradus.base.errors import InputError
from gradus.insight.occlusion import corners

PICTURES = np.ones((2, 6, 6, 1), np.float32)


def test_covering_what_nothing_depends_on_changes_nothing():
    """The patch is rows 2–3, columns 3–4; squares of one pixel touch it or not."""
    found = insight.occlusion(patch_detector(), PICTURES, 1, size=1, stride=1)
    np.testing.assert_array_equal(found, np.stack([PATCH, PATCH]).astype(float))


def test_means_over_the_squares_by_hand():
    """Three pixels of weights 1, 10, 100 in a row of height 2, squares of 2: the first two fall by
    2·11, the last two by 2·110; the pixel between them shows the mean, 121.
    """
    weights = np.broadcast_to(np.array([1.0, 10, 100])[None, :, None, None], (2, 3, 1, 1))
    found = insight.occlusion(linear_model(weights), np.ones((1, 2, 3, 1)), size=2, stride=1)
    np.testing.assert_allclose(found[0], [[22, 121, 220]] * 2)


def test_what_covers_is_the_users_choice():
    bright = insight.occlusion(patch_detector(), PICTURES, 1, size=2, fill=1.0)
    np.testing.assert_array_equal(bright, 0)  # the pictures are as bright as the cover


@pytest.mark.parametrize("length", range(4, 9))
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_squares_reach_every_pixel(length, stride):
    seen = np.zeros((length, length), bool)
    for row, column in np.asarray(corners(length, length, 3, stride)):
        assert max(row, column) + 3 <= length
        seen[row : row + 3, column : column + 3] = True
    assert seen.all()


REFUSED = {
    "rows of numbers": ((linear_model(np.ones((5, 1))), np.ones((2, 5))), {}, "pictures of shape"),
    "a square that is too large": ((patch_detector(), PICTURES), {"size": 7}, "6 × 6"),
    "a stride that skips pixels": ((patch_detector(), PICTURES), {"size": 2, "stride": 3}, "every"),
    "no size": ((patch_detector(), PICTURES), {"size": 0}, "from 1 up"),
    "another class": ((patch_detector(), PICTURES, 2), {}, "0 … 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    arguments, options, words = REFUSED[case]
    with pytest.raises(InputError, match=words):
        insight.occlusion(*arguments, **options)
