"""Inputs that an output likes best: known for linear models, bounded, smooth on request."""

import jax
import numpy as np
import pytest
from insight.planted import PATCH, curved_net, linear_model, patch_detector

from gradus import insight, nn
from gradus.base.errors import InputError
from gradus.insight.filters import roughness


def test_a_linear_model_likes_its_weights_best():
    """On the ball of radius rms·√n the largest x·w is at x = rms·√n·w/‖w‖; here ‖w‖ = 5, n = 4."""
    w = np.array([[3.0, 0], [4, 0], [0, 1], [0, 0]])
    found = insight.maximise(linear_model(w), [0, 1], (4,), rms=0.5)
    np.testing.assert_allclose(found, [[0.6, 0.8, 0, 0], [0, 0, 1, 0]], atol=1e-3)


def test_the_output_rises_within_the_ball():
    model = curved_net()
    found = insight.maximise(model, np.arange(3), (6, 6, 1), rms=2.0, smooth=0.5)
    start = 0.02 * jax.random.normal(jax.random.key(0), (3, 6, 6, 1))
    outputs, before = np.asarray(model(found)), np.asarray(model(start))
    assert np.all(np.diag(outputs) > np.diag(before) + 0.5)
    assert np.all(outputs.argmax(axis=0) == np.arange(3))  # none is liked better by its class
    assert np.all(np.sqrt(np.mean(found**2, axis=(1, 2, 3))) <= 2.0 * (1 + 1e-5))


def test_the_planted_patch_is_found():
    found = insight.maximise(patch_detector(), 1, (6, 6, 1), smooth=0.0)
    np.testing.assert_allclose(found[..., 0], 3 * PATCH, atol=0.01)  # 36 = 4 · 3²


def test_blur_makes_it_smooth():
    noisy = linear_model(np.random.default_rng(0).normal(size=(12, 12, 1, 1)))
    rough, smooth = (insight.maximise(noisy, 0, (12, 12, 1), smooth=s) for s in (0.0, 2.0))
    assert roughness(smooth[None])[0] < 0.3 < 0.8 < roughness(rough[None])[0]


def test_an_output_that_never_moves_leaves_the_noise():
    flat = linear_model(np.zeros((4, 1)))
    assert np.all(np.abs(insight.maximise(flat, 0, (4,))) < 0.1)


def test_keys_decide_where_it_begins():
    flat = linear_model(np.zeros((4, 1)))
    a, b, again = (insight.maximise(flat, 0, (4,), key) for key in (None, jax.random.key(1), None))
    np.testing.assert_array_equal(a, again)
    assert np.any(a != b)


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        (2, {}, "0 … 1"),
        (None, {}, "the number of an output"),
        (0, {"rms": 0.0}, "rms"),
        (0, {"smooth": -1.0}, "smooth"),
        (0, {"steps": 1.5}, "steps"),
    ],
)
def test_refused(target, options, words):
    with pytest.raises(InputError, match=words):
        insight.maximise(patch_detector(), target, (6, 6, 1), **options)


def test_a_model_without_rows_of_outputs_is_refused():
    with pytest.raises(InputError, match=r"\(B, k\)"):
        insight.maximise(nn.Lambda(nn.relu), 0, (6, 6, 1))


def test_the_shape_in_the_place_of_the_output_is_refused():
    with pytest.raises(InputError, match="maximise: shape\n(.*\n)+.*the output first"):
        insight.maximise(patch_detector(), (6, 6, 1), 3)
