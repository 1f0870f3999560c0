"""The radial-basis network: bells around centres in the data, and a linear output."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.data.checks import check_arrays
from gradus.models.extreme import with_ridge_output

NEIGHBOURS = 2  # of a centre, whose mean distance is its width


def rbf_network(
    x: Any,
    y: Any,
    units: int = 20,
    *,
    penalty: float = 1e-3,
    classes: int | None = None,
    seed: int = 0,
) -> nn.Sequential:
    """Bells around centres of the data, and the best output layer for them:
    outputs = Σᵢ Bᵢ exp(−‖x − cᵢ‖²/σᵢ²) + c.

    The centres are found by k-means, the width of each is twice the mean distance to its two
    nearest neighbours, and the output layer is ridge regression in closed form. Standardise the
    inputs first: distance treats all alike. Nothing is frozen: `supervised` goes on from here, and
    learns centres, widths and outputs together.

    Arguments:
        x: inputs, shape (n, D).
        y: numbers, shape (n,) or (n, K), or with `classes` the numbers 0 … k−1.
        units: how many centres, fewer than rows.
        penalty, classes: as of `extreme_learning_machine`.
        seed: of k-means.

    Raises InputError for more centres than different rows, and inputs of several axes.

    >>> x = np.linspace(-2, 2, 80)[:, None]
    >>> model = rbf_network(x, np.sin(3 * x[:, 0]), units=15, penalty=1e-6)
    >>> error = model(jnp.asarray(x, jnp.float32))[:, 0] - np.sin(3 * x[:, 0])
    >>> bool(jnp.abs(error).max() < 0.05)
    True

    Broomhead and Lowe (1988); Moody and Darken (1989) for the centres.
    """
    x, y, _ = check_arrays(x, y)
    centres = find_centres(x, units, seed)
    layer = nn.RBF(units).init(jax.random.key(seed), x.shape[1:])
    layer = layer.replace(
        centres=jnp.asarray(centres.T, jnp.result_type(float)),
        log_widths=jnp.asarray(np.log(widths(centres)), jnp.result_type(float)),
    )
    return with_ridge_output(layer, x, y, penalty=penalty, classes=classes)


def find_centres(x: np.ndarray, units: int, seed: int = 0) -> np.ndarray:
    """The means of k groups of rows, each nearest to its own mean, shape (units, D)."""
    if x.ndim != 2 or not 2 <= units <= len(np.unique(x, axis=0)):
        raise InputError(
            "rbf_network: units",
            expected=f"inputs of shape (n, D), and from 2 to {len(np.unique(x, axis=0))} centres, "
            "the number of different rows",
            got=f"shape {x.shape}, {units} centres",
            fix="flatten the inputs, or take fewer centres",
        )
    from sklearn.cluster import KMeans

    return KMeans(units, random_state=seed).fit(x).cluster_centers_


def widths(centres: np.ndarray) -> np.ndarray:
    """Twice the mean distance of every centre to its nearest neighbours, shape (units,).

    >>> widths(np.array([[0.0], [1.0], [3.0]])).tolist()
    [4.0, 3.0, 5.0]
    """
    from sklearn.neighbors import NearestNeighbors

    near = min(NEIGHBOURS, len(centres) - 1)
    distances = NearestNeighbors(n_neighbors=near).fit(centres).kneighbors()[0]
    return 2 * distances.mean(axis=1)
