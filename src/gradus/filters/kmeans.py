"""Filters that are found in images, without labels: the means of clusters of patches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.filters.bank import check, check_whole
from gradus.filters.codebook import Codebook, normalized

PASSES = 5
SMALLEST_BATCH = 2048


def kmeans_patches(
    images: Any,
    count: int,
    size: int,
    *,
    patches: int = 50_000,
    contrast: float = 0.01,
    whitening: float = 0.1,
    seed: int = 0,
    report: Callable[[str], Any] | None = None,
) -> Codebook:
    """A codebook of patches: the means c of clusters of contrast-normalised, whitened patches.

    Whitening, W = V (Λ + ε)^−½ Vᵀ with covariance V Λ Vᵀ (ZCA), takes out that neighbouring pixels
    are alike; without it all filters come out as blurs.

    Arguments:
        images: (n, height, width, C), floats as the net will see them.
        count: number of filters.
        size: height and width of a patch.
        patches: how many are drawn, from anywhere in the images.
        contrast: φ as a share of the mean variance of a patch.
        whitening: ε, in units of the contrast-normalised pixels.
        seed: equal seeds give equal filters.
        report: called with a line after each pass over the patches, such as `print`.

    Returns a `Codebook`: a layer; its `bank` and `bias` are for `filters.conv`. Raises InputError
    for what is no batch of images, for images smaller than a patch or all of one brightness, and
    for fewer patches than filters.

    >>> from gradus import data, filters, nn
    >>> images = data.load("digits").x
    >>> codebook = kmeans_patches(images, 16, 4, patches=2000)
    >>> layer = filters.conv(codebook.bank, bias=codebook.bias, activation=nn.relu)
    >>> layer.output_shape((8, 8, 1))
    (5, 5, 16)

    Coates, Ng and Lee (2011), who take φ = 10 for pixels from 0 to 255 and ε = 0.1; clusters by
    scikit-learn's MiniBatchKMeans.
    """
    check_whole("count", count, 1)
    check_whole("size", size, 2)
    check("patches", patches >= 2 * count, f"{2 * count} or more, two for each filter", patches)
    check("contrast", contrast > 0, "a number above 0", contrast)
    check("whitening", whitening > 0, "a number above 0", whitening)
    images = _checked(images, size)
    rng = np.random.default_rng(seed)
    drawn = draw_patches(images, patches, size, rng)
    floor = np.float32(contrast * drawn.var(axis=1).mean())
    check("images", floor > 0, "images whose patches are not all flat", "no contrast anywhere")
    even = np.asarray(normalized(jnp.asarray(drawn), jnp.asarray(floor)))
    mean, matrix = even.mean(axis=0), _zca(even, whitening)
    entries = _means((even - mean) @ matrix, count, rng, report)
    return Codebook(size).replace(
        floor=jnp.asarray(floor),
        mean=jnp.asarray(mean),
        whitening=jnp.asarray(matrix),
        entries=jnp.asarray(entries),
    )


def draw_patches(images: np.ndarray, count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Squares from anywhere in the images, as vectors: (count, size² C)."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    image, row, column = (rng.integers(0, n, count) for n in windows.shape[:3])
    return np.moveaxis(windows[image, row, column], 1, -1).reshape(count, -1)


def _zca(x: np.ndarray, epsilon: float) -> np.ndarray:
    """The symmetric matrix after which all directions vary alike, up to ε."""
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False))
    return ((vectors / np.sqrt(values + epsilon)) @ vectors.T).astype("float32")


def _means(
    x: np.ndarray, count: int, rng: np.random.Generator, report: Callable[[str], Any] | None
) -> np.ndarray:
    """The means of clusters, by a few passes over the rows in random order."""
    from sklearn.cluster import MiniBatchKMeans

    batches = max(len(x) // max(SMALLEST_BATCH, 2 * count), 1)
    clusters = MiniBatchKMeans(count, n_init="auto", random_state=int(rng.integers(2**31)))
    for number in range(1, PASSES + 1):
        for rows in np.array_split(rng.permutation(len(x)), batches):
            clusters.partial_fit(x[rows])
        if report is not None:
            away = np.sqrt(clusters.inertia_ / len(rows))
            report(f"pass {number} of {PASSES}: patches are {away:.3f} from the nearest filter")
    return np.asarray(clusters.cluster_centers_, "float32")


def _checked(images: Any, size: int) -> np.ndarray:
    """The images as float32, of pixels that are floats and finite."""
    images = np.asarray(images)
    shape = images.shape
    if images.ndim != 4 or min(shape[1:3]) < size or images.dtype.kind != "f":
        raise InputError(
            "images to learn filters from",
            expected=f"floats (n, height, width, channels), of {size} × {size} pixels or more",
            got=f"{images.dtype} of shape {shape}",
            fix="scale pixels as the net will see them, such as x / 255; grey images get a channel "
            "axis by x[..., None], channels that stand first go last by x.transpose(0, 2, 3, 1)",
        )
    check("images", bool(np.isfinite(images).all()), "finite numbers", "NaN or infinity")
    return images.astype("float32", copy=False)
