"""Every transform: laws that all obey, and known answers."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import random

from gradus.augment import (
    Transform,
    altered,
    brightness,
    contrast,
    crop,
    cutout,
    examples,
    flip,
    mixup,
    rotate,
    scale,
    warp,
)
from gradus.base.errors import InputError
from gradus.data import Batch

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(6, 5, 7, 2)).astype(np.float32)
BATCH = Batch(jnp.asarray(X), jnp.array([0, 1, 2, 0, 1, 2]), jnp.array([1, 1, 1, 1, 0.5, 0]))


class Case(NamedTuple):
    transform: Transform
    nothing: Transform  # the same one, so weak that nothing happens


TABLE = {
    "crop": Case(crop(2), crop(0)),
    "crop with zeros": Case(crop(2, "zero"), crop(0, "zero")),
    "flip": Case(flip(), flip(0)),
    "rotate": Case(rotate(40), rotate(0)),
    "scale": Case(scale(0.5, 2), scale(1, 1)),
    "warp": Case(warp(20, 0.8, 1.2), warp(0, 1, 1)),
    "brightness": Case(brightness(0.5), brightness(0)),
    "contrast": Case(contrast(0.5), contrast(0)),
    "cutout": Case(cutout(3), cutout(0)),
    "mixup": Case(mixup(0.8, 3), mixup(0, 3)),
}


@pytest.fixture(params=TABLE.values(), ids=TABLE)
def case(request):
    return request.param


def test_shapes_types_and_weights_stay(case, key):
    new = case.transform(BATCH, key)
    assert (new.x.shape, new.x.dtype) == (BATCH.x.shape, BATCH.x.dtype)
    assert len(new.y) == len(BATCH.y)
    np.testing.assert_array_equal(new.weight, BATCH.weight)


def test_the_key_decides(case):
    one, same, other = (case.transform(BATCH, random.key(k)).x for k in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_it_does_something_unless_told_not_to(case, key):
    assert (case.transform(BATCH, key).x != BATCH.x).any()
    np.testing.assert_allclose(case.nothing(BATCH, key).x, BATCH.x, atol=1e-6)


def test_compiled_looped_and_side_by_side_it_is_the_same(case):
    keys = random.split(random.key(3), 3)
    eager = jnp.stack([case.transform(BATCH, key).x for key in keys])

    def all_ways(keys):
        _, looped = jax.lax.scan(lambda _, key: (None, case.transform(BATCH, key).x), None, keys)
        return looped, jax.vmap(lambda key: case.transform(BATCH, key).x)(keys)

    for found in jax.jit(all_ways)(keys):
        np.testing.assert_allclose(found, eager, atol=1e-5)


def test_in_double_precision_it_stays_double(case, float64):
    x = jnp.asarray(X, jnp.float64)
    new = case.transform(Batch(x, BATCH.y), random.key(0))
    assert new.x.dtype == jnp.float64
    assert float(jnp.abs(case.nothing(Batch(x, BATCH.y), random.key(0)).x - x).max()) < 1e-12


def test_each_image_is_altered_on_its_own(case, key):
    alike = Batch(jnp.repeat(BATCH.x[:1], 64, axis=0), jnp.zeros(64, int))
    new = np.asarray(case.transform(alike, key).x)
    if "mixup" not in case.transform.name:  # which mixes what is alike
        assert len(np.unique(new.reshape(64, -1).round(5), axis=0)) > 1


def test_its_name_makes_it_again(case):
    from gradus import augment

    again = eval(f"augment.{case.transform!r}", {"augment": augment})
    np.testing.assert_array_equal(
        again(BATCH, random.key(5)).x, case.transform(BATCH, random.key(5)).x
    )


def image(pixels) -> jax.Array:
    """One grey image."""
    return jnp.asarray(pixels, jnp.float32)[None, :, :, None]


def of_one(transform: Transform, pixels) -> np.ndarray:
    """One grey image, altered."""
    return np.asarray(transform(Batch(image(pixels)), random.key(0)).x)[0, :, :, 0]


@pytest.mark.parametrize(("mode", "edge"), [("reflect", "reflect"), ("constant", "zero")])
def test_a_crop_is_a_window_of_the_padded_image(mode, edge):
    pixels = np.arange(20, dtype=np.float32).reshape(4, 5)
    padded = np.pad(pixels, 2, mode=mode)
    windows = [padded[i : i + 4, j : j + 5] for i in range(5) for j in range(5)]
    many = Batch(jnp.tile(image(pixels), (400, 1, 1, 1)))
    found = np.asarray(crop(2, edge)(many, random.key(0)).x)[..., 0]
    places = {next(k for k, w in enumerate(windows) if (w == f).all()) for f in found}
    assert len(places) == 25


def test_flip_mirrors_half_of_the_images():
    x = jnp.tile(image([[1.0, 2.0, 3.0]]), (2000, 1, 1, 1))
    first = np.asarray(flip()(Batch(x), random.key(0)).x)[:, 0, 0, 0]
    assert set(first) == {1.0, 3.0}
    assert abs((first == 3.0).mean() - 0.5) < 0.05  # 4.5 standard deviations


def turned(pixels, degrees: float) -> np.ndarray:
    """An image turned by exactly this angle."""
    from gradus.augment.warp import between, sources

    angle, factor = jnp.full((1, 1, 1), np.radians(degrees)), jnp.ones((1, 1, 1))
    x = image(pixels)
    return np.asarray(between(x, *sources(angle, factor, x.shape[1:3])))[0, :, :, 0]


@pytest.mark.parametrize("quarters", [-1, 1, 2])
def test_quarter_turns_are_those_of_numpy(quarters):
    pixels = RANDOM.normal(size=(5, 5))
    np.testing.assert_allclose(turned(pixels, 90 * quarters), np.rot90(pixels, quarters), atol=1e-5)


def test_a_turn_agrees_with_scipy():
    ndimage = pytest.importorskip("scipy.ndimage")
    pixels = RANDOM.normal(size=(9, 9))
    expected = ndimage.rotate(pixels, 30, reshape=False, order=1, mode="constant")
    # beyond the edge SciPy blends with the border in its own way: compare inside
    np.testing.assert_allclose(turned(pixels, 30)[2:-2, 2:-2], expected[2:-2, 2:-2], atol=1e-4)


def test_growing_twice_reads_every_half_pixel():
    """A ramp of slope 1 becomes one of slope ½ around the middle."""
    ramp = np.tile(np.arange(5.0), (5, 1))
    np.testing.assert_allclose(of_one(scale(2, 2), ramp)[2], [1, 1.5, 2, 2.5, 3], atol=1e-6)


def test_brightness_adds_one_number_within_its_reach():
    added = of_one(brightness(0.3), X[0, :, :, 0]) - X[0, :, :, 0]
    assert np.ptp(added) < 1e-6
    many = brightness(0.3)(Batch(jnp.zeros((1000, 1, 1, 1))), random.key(0)).x
    assert -0.3 <= float(many.min()) < -0.28
    assert 0.28 < float(many.max()) <= 0.3


def test_contrast_keeps_the_mean_and_stretches_the_rest():
    new = np.asarray(contrast(0.5)(BATCH, random.key(0)).x)
    np.testing.assert_allclose(new.mean((1, 2, 3)), X.mean((1, 2, 3)), atol=1e-6)
    factor = new.std((1, 2, 3)) / X.std((1, 2, 3))
    assert (factor > 0.5).all()
    assert (factor < 1.5).all()


def test_cutout_hides_a_square_that_may_reach_over_the_edge():
    hidden = np.asarray(cutout(3)(Batch(jnp.ones((100, 6, 6, 1))), random.key(0)).x)[..., 0] == 0
    rows, columns = hidden.any(2).sum(1), hidden.any(1).sum(1)
    np.testing.assert_array_equal(hidden.sum((1, 2)), rows * columns)  # one rectangle each
    assert set(rows) == set(columns) == {2, 3}


def test_mixup_mixes_inputs_and_targets_alike():
    """A pixel that holds its class number: the mean class of the mixed target is the pixel."""
    y = jnp.array([0, 1, 2, 1])
    batch = Batch(y.reshape(4, 1, 1, 1).astype(jnp.float32), y)
    mixed = mixup(1.0, 3)(batch, random.key(1))
    np.testing.assert_allclose(mixed.y.sum(-1), 1, rtol=1e-6)
    np.testing.assert_allclose(mixed.y @ jnp.arange(3.0), mixed.x.ravel(), rtol=1e-5, atol=1e-6)
    numbers = mixup(1.0)(batch._replace(y=batch.x.ravel()), random.key(1))
    np.testing.assert_allclose(numbers.y, mixed.x.ravel(), rtol=1e-6)


def test_transforms_follow_one_another(key):
    """In order, each with a key of its own."""
    both = altered([flip(1), brightness(0.2)], BATCH, key).x - BATCH.x[:, :, ::-1]
    assert float(jnp.ptp(both, axis=(1, 2, 3)).max()) < 1e-6
    twice = altered([crop(2), crop(2)], BATCH, key).x
    assert (twice != crop(2)(crop(2)(BATCH, key), key).x).any()


def test_examples_begin_with_the_images_themselves(key):
    seen = examples([crop(1)], X, key, copies=3)
    assert seen.shape == (6, 4, 5, 7, 2)
    np.testing.assert_array_equal(seen[:, 0], X)
    assert (seen[:, 1] != seen[:, 2]).any()
    assert examples([], X, key, copies=0).shape == (6, 1, 5, 7, 2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: crop(-1), "crop: pad\n  Expected: a whole number from 0 up"),
        (lambda: crop(1.5), "whole number"),
        (lambda: crop(2, "zeros"), "did you mean 'zero'"),
        (lambda: crop(5)(BATCH, random.key(0)), "a pad below 5"),
        (lambda: flip(1.5), "a number from 0 to 1"),
        (lambda: rotate(200), "a number from 0 to 180"),
        (lambda: rotate("ten"), "Got:      'ten'"),
        (lambda: scale(1.2, 0.8), "high\n  Expected: a number from 1.2"),
        (lambda: scale(0, 1), "low"),
        (lambda: contrast(2), "contrast: reach"),
        (lambda: brightness(float("nan")), "brightness: reach"),
        (lambda: cutout(-2), "cutout: size"),
        (lambda: cutout(5)(BATCH, random.key(0)), "a size below 5"),
        (lambda: mixup(-1), "mixup: alpha"),
        (lambda: mixup(0.2)(BATCH, random.key(0)), r"mixup\(alpha, classes=10\)"),
        (lambda: examples([flip()], np.zeros((4, 3)), random.key(0)), "columns of a table"),
    ],
)
def test_wrong_use_is_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()
