"""Images on their way to a model."""

from __future__ import annotations

import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.data import Dataset, ImagePreprocessor

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal([5, -3], [2, 0.5], size=(20, 4, 4, 2))


def test_every_channel_has_mean_0_and_deviation_1():
    z = ImagePreprocessor.fit(Dataset(IMAGES)).inputs(Dataset(IMAGES))
    np.testing.assert_allclose(z.mean(axis=(0, 1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(z.std(axis=(0, 1, 2)), 1, rtol=1e-5)


def test_other_images_are_scaled_by_what_the_training_part_showed():
    train, other = Dataset(IMAGES[:10]), Dataset(IMAGES[10:])
    scaled = ImagePreprocessor.fit(train).inputs(other)
    mean, std = (f(IMAGES[:10], axis=(0, 1, 2)) for f in (np.mean, np.std))
    np.testing.assert_allclose(scaled, (IMAGES[10:] - mean) / std, rtol=1e-4, atol=1e-5)


def test_numbers_as_targets_are_standardised_and_come_back():
    y = RANDOM.normal(100, 10, size=20)
    images = Dataset(IMAGES, y)
    prep = ImagePreprocessor.fit(images)
    assert prep.targets(images).std() == pytest.approx(1, rel=1e-5)
    np.testing.assert_allclose(prep.target.decode(prep.targets(images)), y, rtol=1e-5)


@pytest.mark.parametrize("other", [Dataset(np.zeros((2, 4, 4, 1))), {"x": [1.0]}])
def test_other_inputs_are_refused(other):
    with pytest.raises(InputError, match=r"shape \(n, 4, 4, 2\)"):
        ImagePreprocessor.fit(Dataset(IMAGES)).inputs(other)


def test_missing_targets_are_refused():
    with pytest.raises(InputError, match="no targets"):
        ImagePreprocessor.fit(Dataset(IMAGES)).targets(Dataset(IMAGES))
