"""Filters found in images: the algebra of whitening, and patterns that must be found."""

from __future__ import annotations

import json

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import data, filters, nn
from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.base.tree import count
from gradus.filters.codebook import distances, normalized
from gradus.filters.kmeans import draw_patches


def colours(n: int = 60) -> np.ndarray:
    """Blurred noise in three channels, as in photographs brighter here and darker there."""
    x = jax.random.uniform(jax.random.key(0), (n, 12, 12, 3))
    return np.asarray(filters.conv(filters.box_blur(3), channels=3)(x))


@pytest.fixture(scope="module")
def lines() -> np.ndarray:
    """Black images, 9 × 9, with one row or one column of white."""
    rows = np.zeros((9, 9, 9), "float32")
    rows[np.arange(9), np.arange(9)] = 1
    return np.concatenate([rows, rows.transpose(0, 2, 1)])[..., None]


@pytest.fixture(scope="module")
def codebook() -> filters.Codebook:
    return filters.kmeans_patches(colours(), 10, 3, patches=1000)


def test_patches_are_cut_out_as_they_are():
    """Of images that say where a pixel is, each patch names its place, in every channel."""
    place = np.arange(5 * 36).reshape(5, 6, 6, 1) * np.array([1.0, 1000.0])
    drawn = draw_patches(place, 50, 2, np.random.default_rng(0)).reshape(50, 2, 2, 2)
    first = drawn[:, :1, :1]
    expected = np.array([[0, 1], [6, 7]])[:, :, None] * np.array([1.0, 1000.0])
    np.testing.assert_array_equal(drawn - first, np.broadcast_to(expected, drawn.shape))
    assert len(np.unique(first[..., 0])) > 20


def test_a_layer_sees_the_patches_that_it_learned_from(codebook):
    x = jnp.asarray(colours(2))
    seen = codebook.patches(x)
    assert seen.shape == (2, 8, 8, 27)
    np.testing.assert_array_equal(seen[1, 4, 7], x[1, 4:7, 7:10].ravel())


def test_brightness_and_contrast_are_taken_out(codebook):
    p = jax.random.normal(jax.random.key(1), (5, 27))
    even = normalized(p, jnp.float32(0))
    np.testing.assert_allclose(even.mean(-1), np.zeros(5), atol=1e-6)
    np.testing.assert_allclose(even.std(-1), np.ones(5), rtol=1e-5)
    np.testing.assert_allclose(normalized(3 * p + 7, jnp.float32(0)), even, atol=1e-5)


def test_whitened_patches_vary_alike_in_all_directions(codebook):
    """All but brightness, which is gone: covariance V Λ / (Λ + ε) Vᵀ, here ε = 10⁻⁶."""
    book = filters.kmeans_patches(colours(), 2, 3, patches=4000, whitening=1e-6)
    seen = np.asarray(book.whitened(book.patches(jnp.asarray(colours())))).reshape(-1, 27)
    variances = np.linalg.eigvalsh(np.cov(seen, rowvar=False))
    assert variances[0] < 1e-3
    np.testing.assert_allclose(variances[1:], np.ones(26), atol=0.25)


def test_the_bank_holds_the_whitening(codebook):
    """c · W (n(p) − μ) = V · p / √(var p + φ) + bias, at every patch."""
    x = jnp.asarray(colours(2))
    patches = codebook.patches(x)
    expected = codebook.whitened(patches) @ codebook.entries.T
    linear = filters.conv(codebook.bank)(x)
    contrast = jnp.sqrt(patches.var(axis=-1, keepdims=True) + codebook.floor)
    found = linear / contrast + codebook.bias[None, None, None]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_output_is_how_much_nearer_than_the_mean():
    """Distances 0, 5 and 4 from (0, 0), on average 3: outputs 3, 0 and 0."""
    away = distances(jnp.zeros((1, 2)), jnp.array([[0.0, 0], [3, 4], [0, -4]]))
    np.testing.assert_allclose(away, [[0, 5, 4]], atol=1e-5)


def test_about_half_of_the_outputs_are_nothing(codebook):
    y = codebook(jnp.asarray(colours()))
    assert y.shape == (60, 8, 8, 10)
    assert 0.3 < float((y == 0).mean()) < 0.7


def test_rows_and_columns_are_found(lines):
    """Windows of 3 × 3 see a row in three places, a column in three, or nothing: seven means."""
    book = filters.kmeans_patches(lines, 7, 3, patches=3000)
    patches = np.zeros((7, 3, 3), "float32")
    patches[np.arange(3), np.arange(3)] = 1
    patches[np.arange(3, 6), :, np.arange(3)] = 1
    away = np.asarray(distances(book.whitened(jnp.asarray(patches.reshape(7, 9))), book.entries))
    assert sorted(away.argmin(axis=1).tolist()) == list(range(7))
    assert away.min(axis=1).max() < 0.1


def test_equal_seeds_equal_filters_and_each_pass_is_told():
    said: list[str] = []
    images = colours()
    books = [
        filters.kmeans_patches(images, 4, 3, patches=500, seed=seed, report=said.append)
        for seed in (0, 0, 1)
    ]
    np.testing.assert_array_equal(books[0].entries, books[1].entries)
    assert not np.array_equal(books[0].entries, books[2].entries)
    assert len(said) == 15
    assert said[4].startswith("pass 5 of 5: patches are ")


def test_nothing_in_it_is_trained_and_it_can_be_saved(codebook):
    assert count(codebook, trainable=True) == 0
    arrays: dict[str, np.ndarray] = {}
    again = decode(json.loads(json.dumps(encode(codebook, arrays))), arrays)
    x = jnp.asarray(colours(2))
    np.testing.assert_array_equal(again(x), codebook(x))
    assert nn.Sequential(codebook, nn.Flatten()).output_shape((10, 10, 3)) == (640,)


def test_slopes_are_finite_where_an_image_is_flat(codebook):
    slope = jax.jit(jax.grad(lambda x: codebook(x).sum()))(jnp.ones((1, 5, 5, 3)))
    assert bool(jnp.isfinite(slope).all())


@pytest.mark.parametrize(
    ("images", "options", "wording"),
    [
        (np.ones((5, 8, 8), "float32"), {}, r"x\[\.\.\., None\]"),
        (np.ones((5, 3, 8, 8), "float32"), {}, r"transpose\(0, 2, 3, 1\)"),
        (np.ones((5, 8, 8, 1), "uint8"), {}, "uint8(.*\n)+.*x / 255"),
        (np.ones((5, 8, 8, 1), "float32"), {}, "not all flat"),
        (np.full((5, 8, 8, 1), np.nan), {}, "finite"),
        (np.ones((5, 8, 8, 1)), {"patches": 7}, "8 or more"),
        (np.ones((5, 8, 8, 1)), {"contrast": 0}, "contrast"),
        (np.ones((5, 8, 8, 1)), {"whitening": 0}, "whitening"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(images, options, wording):
    with pytest.raises(InputError, match=wording):
        filters.kmeans_patches(images, 4, 4, **options)


def test_images_of_other_channels_are_refused(codebook):
    with pytest.raises(InputError, match=r"\(B, height, width, 3\) of 3 × 3"):
        codebook(jnp.ones((1, 8, 8, 1)))
    with pytest.raises(InputError, match="no entries yet"):
        filters.Codebook(3)(jnp.ones((1, 8, 8, 3)))


def test_digits_by_their_patches():
    """A trained last layer over pooled answers; pixels reach 96.5 % with the same rule."""
    from sklearn.linear_model import RidgeClassifier

    images, y = data.load("digits").x, data.load("digits").y
    book = filters.kmeans_patches(images, 32, 4, patches=4000)
    see = nn.Sequential(book, nn.MeanPool(3, stride=2), nn.Flatten())
    x = np.asarray(eqx.filter_jit(see)(jnp.asarray(images)))
    train, test = slice(1200), slice(1200, None)
    scores = [
        RidgeClassifier().fit(f[train], y[train]).score(f[test], y[test])
        for f in (x, images.reshape(len(y), -1))
    ]
    assert scores[0] > scores[1] + 0.02
