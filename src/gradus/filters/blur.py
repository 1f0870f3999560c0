"""Filters that smooth, and the one that undoes it."""

from __future__ import annotations

import jax
import numpy as np

from gradus.filters.bank import bank_of, check, check_whole


def box_blur(size: int = 3) -> jax.Array:
    """The mean of a square: 1 / size² everywhere, shape (size, size, 1, 1).

    Arguments:
        size: height and width.

    Raises InputError for a size below 1.

    >>> print(box_blur(2)[:, :, 0, 0])
    [[0.25 0.25]
     [0.25 0.25]]
    """
    check_whole("size", size, 1)
    return bank_of(np.full((size, size), 1 / size**2))


def gaussian_blur(size: int = 5, std: float = 1.0) -> jax.Array:
    """A mean weighted by nearness: wᵢ ∝ exp(−|i − m|² / 2 std²) about the middle m, with sum 1.

    Arguments:
        size: height and width; 4 std + 1 keeps 95 % of the weight along each axis.
        std: standard deviation in pixels.

    Raises InputError for a size below 1, and for a std of 0 or less.

    >>> (100 * gaussian_blur(3, 0.5)[:, :, 0, 0]).round().astype(int)
    Array([[ 1,  8,  1],
           [ 8, 62,  8],
           [ 1,  8,  1]], dtype=int32)
    """
    check_whole("size", size, 1)
    check("std", std > 0, "a number above 0", std)
    along = np.exp(-((np.arange(size) - (size - 1) / 2) ** 2) / (2 * std**2))
    window = np.outer(along, along)
    return bank_of(window / window.sum())


def sharpen(amount: float = 1.0) -> jax.Array:
    """The image less its Laplacian: x − amount ∇²x, shape (3, 3, 1, 1).

    Arguments:
        amount: how much; 0 leaves the image as it is.

    Raises InputError for a negative amount, which would blur.

    >>> print(sharpen()[:, :, 0, 0])
    [[ 0. -1.  0.]
     [-1.  5. -1.]
     [ 0. -1.  0.]]
    """
    check("amount", amount >= 0, "a number from 0 up", amount)
    laplacian = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
    itself = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
    return bank_of(itself - amount * laplacian)
