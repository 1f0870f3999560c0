"""Vectors that a model makes of examples: drawn as a map, and searched for neighbours.

Codes come from a model without its last layers, such as `models.features(model)(x)`, from the
encoder of an autoencoder, or from `activations(model, x)["…"]`. To group them, ask
scikit-learn: `KMeans(10).fit_predict(codes)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.insight.question import check_count

MAPS = ("pca", "tsne")
MANY = 2000  # codes from which on threads work more than they wait for each other


def embedding(codes: Any, how: str = "pca", *, seed: int = 0) -> np.ndarray:
    """A map of codes: two numbers for each, so that what is near in the codes is near on the map.

    Arguments:
        codes: shape (n, …), at least 3 of them; every code is read as one row of numbers.
        how: "pca", the plane with the largest variance, which keeps large distances; or "tsne",
            which keeps neighbours, while distances between groups mean nothing.
        seed: of the random numbers of t-SNE.

    Returns an array of shape (n, 2). Raises InputError for other maps, and too few codes.

    >>> codes = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 1.0, 0.0], [3.0, 1.0, 0.0]])
    >>> embedding(codes).round(2).tolist()
    [[-1.5, -0.5], [1.5, -0.5], [-1.5, 0.5], [1.5, 0.5]]

    Pearson (1901); van der Maaten and Hinton (2008).
    """
    rows = rows_of(codes, "codes", 3)
    if how not in MAPS:
        raise InputError(
            "embedding: how", expected="'pca' or 'tsne'", got=repr(how), fix="leave it out"
        )
    if how == "tsne":
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits  # comes with scikit-learn

        perplexity = min(30.0, (len(rows) - 1) / 3)  # neighbours that count, a third of all at most
        with threadpool_limits(1 if len(rows) < MANY else None):
            return TSNE(perplexity=perplexity, random_state=seed).fit_transform(rows)
    from sklearn.decomposition import PCA

    return PCA(2, svd_solver="full").fit_transform(rows)


def nearest(codes: Any, query: Any, k: int = 5) -> np.ndarray:
    """The rows of `codes` that are nearest to each query, by ‖code − query‖, the nearest first.

    Arguments:
        codes: shape (n, …).
        query: shape (q, …), with codes of the same length.
        k: how many.

    Returns whole numbers of shape (q, k). A query that is among the codes finds itself first.
    Raises InputError for codes of different lengths, and for more than there are.

    >>> nearest(np.array([[0.0], [10.0], [11.0]]), np.array([[10.2]]), k=2)
    array([[1, 2]])
    """
    rows, asked = rows_of(codes, "codes", 1), rows_of(query, "query", 1)
    check_count("k", k)
    if asked.shape[1] != rows.shape[1] or k > len(rows):
        raise InputError(
            "nearest",
            expected=f"codes of {rows.shape[1]} numbers, and k up to {len(rows)}",
            got=f"queries of {asked.shape[1]} numbers, and k={k}",
            fix="make codes and queries with the same layers; a single query is query[None]",
        )
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=k).fit(rows).kneighbors(asked, return_distance=False)


def rows_of(codes: Any, name: str, least: int) -> np.ndarray:
    """Codes as rows of numbers; raises InputError for too few, or ones that are not finite."""
    array, _, _ = check_arrays(np.asarray(codes))
    if len(array) < least or array.ndim < 2 or array[0].size < min(least, 2):
        raise InputError(
            name,
            expected=f"{least} or more codes of {min(least, 2)} or more numbers, shape (n, d)",
            got=f"shape {array.shape}",
            fix="give the code of every example as one row",
        )
    return array.reshape(len(array), -1)
