"""Scales: known statistics, exact inverses, NumPy and JAX alike, fitted on the training part."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus.base.errors import InputError
from gradus.base.record import decode, encode
from gradus.data import PCA, Scale, Standardize

TABLE = np.random.default_rng(0).normal(3, [1, 5, 0.1], (200, 3))
IMAGES = np.random.default_rng(1).integers(0, 256, (50, 4, 5, 3), np.uint8)
SCALINGS = {
    "scale": (Scale(255), IMAGES),
    "standardise table": (Standardize.fit(TABLE), TABLE),
    "standardise channels": (Standardize.fit(IMAGES), IMAGES),
    "standardise pixels": (Standardize.fit(IMAGES, per="feature"), IMAGES),
    "rotate": (PCA.fit(TABLE, whiten=False), TABLE),
    "whiten": (PCA.fit(TABLE), TABLE),
}


@pytest.fixture(params=SCALINGS.values(), ids=SCALINGS)
def case(request):
    return request.param


def test_inverse(case):
    scaling, x = case
    np.testing.assert_allclose(scaling.inverse(scaling(x)), x, rtol=1e-4, atol=1e-3)


def test_jax_and_numpy_agree(case):
    scaling, x = case
    compiled = jax.jit(lambda scaling, x: scaling(x))(scaling, jnp.asarray(x[:7]))
    assert compiled.dtype == scaling(x).dtype == np.float32
    np.testing.assert_allclose(compiled, scaling(x[:7]), rtol=1e-4, atol=1e-4)


def test_saved_and_read_back(case):
    scaling, x = case
    arrays = {}
    again = decode(encode(scaling, arrays), arrays)
    np.testing.assert_array_equal(again(x), scaling(x))


@pytest.mark.parametrize(("per", "axes"), [("channel", (0, 1, 2)), ("feature", 0)])
def test_standardised_images_have_no_mean_and_unit_variance(per, axes):
    z = Standardize.fit(IMAGES, per)(IMAGES)
    np.testing.assert_allclose(z.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(axis=axes), 1, atol=1e-5)


def test_statistics_do_not_depend_on_how_many_rows_are_read_at_once(monkeypatch):
    whole = Standardize.fit(TABLE)
    monkeypatch.setattr("gradus.data.scaling.ROWS_AT_ONCE", 7)
    pieces = Standardize.fit(TABLE)
    np.testing.assert_allclose(pieces.std, whole.std, rtol=1e-6)


def test_large_offsets_do_not_spoil_the_variance():
    scaling = Standardize.fit(np.array([[1e8], [1e8 + 2]]))  # E[x²] − E[x]² would cancel
    assert scaling.std.tolist() == [[1.0]]


def test_whitened_inputs_are_uncorrelated():
    x = TABLE @ np.array([[1.0, 2, 0], [0, 1, 3], [1, 0, 1]])
    z = PCA.fit(x)(x)
    np.testing.assert_allclose(np.cov(z, rowvar=False, bias=True), np.eye(3), atol=1e-3)


def test_components_agree_with_scikit_learn():
    from sklearn.decomposition import PCA as Reference

    ours, theirs = PCA.fit(TABLE, components=2, whiten=False), Reference(2).fit(TABLE)
    np.testing.assert_allclose(ours.explained, theirs.explained_variance_ratio_, rtol=1e-6)
    np.testing.assert_allclose(np.abs(ours(TABLE)), np.abs(theirs.transform(TABLE)), atol=1e-4)


def test_directions_without_variance_are_left_out():
    x = np.column_stack([TABLE[:, 0], 2 * TABLE[:, 0], np.ones(200)])
    assert PCA.fit(x)(x).shape == (200, 1)


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: Standardize.fit(TABLE, per="row"), "per='channel' or 'feature'"),
        (lambda: Standardize.fit(TABLE)(TABLE[:, :2]), "Standardize: wrong input shape"),
        (lambda: Standardize.fit(IMAGES, "feature")(IMAGES[:, :2]), "wrong input shape"),
        (lambda: PCA.fit(IMAGES), "flatten"),
        (lambda: PCA.fit(TABLE, components=4), "fewer components"),
    ],
)
def test_refuses(attempt, words):
    with pytest.raises(InputError) as error:
        attempt()
    assert words in str(error.value)


@pytest.mark.parametrize("per", ["channel", "feature"])
def test_what_never_varies_stays_small_when_it_does(per):
    """1000 numbers 0.1 have the mean 0.1 + 10⁻¹⁶ and so, computed, a variance above 0."""
    x = np.stack([np.full(1000, 0.1), np.arange(1000.0)], axis=1)
    scale = Standardize.fit(x, per)
    np.testing.assert_allclose(scale(np.array([[0.1, 0.0], [0.2, 0.0]]))[:, 0], [0, 0.1], atol=1e-6)
