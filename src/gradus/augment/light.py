"""Transforms that change how bright pixels are, or hide some."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus.augment.transform import Transform, check_number, of_images
from gradus.base.errors import InputError


def brightness(reach: float) -> Transform:
    """Brighten or darken: y = x + δ, δ drawn from −reach … reach for each image anew.

    Arguments:
        reach: in the units of x, which may be standard deviations; nothing is cut off.

    Raises InputError for a negative reach.

    >>> from gradus.data import Batch
    >>> y = brightness(0.5)(Batch(jnp.zeros((1, 2, 2, 1))), random.key(0)).x
    >>> float(y.min()) == float(y.max()), -0.5 <= float(y.max()) <= 0.5
    (True, True)
    """
    check_number("brightness: reach", reach, 0, float("inf"), "brightness(0.2)")

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        return x + random.uniform(key, (x.shape[0], 1, 1, 1), x.dtype, -reach, reach)

    return of_images(f"brightness({reach})", change)


def contrast(reach: float) -> Transform:
    """Stretch around the mean μ of each image: y = μ + c (x − μ), c from 1 − reach … 1 + reach.

    Arguments:
        reach: from 0 to 1.

    Raises InputError for another reach.

    >>> from gradus.data import Batch
    >>> images = jnp.array([1.0, 3.0]).reshape(1, 1, 2, 1)
    >>> y = contrast(0.5)(Batch(images), random.key(0)).x
    >>> float(y.mean())
    2.0
    """
    check_number("contrast: reach", reach, 0, 1, "contrast(0.2)")

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        factor = random.uniform(key, (x.shape[0], 1, 1, 1), x.dtype, 1 - reach, 1 + reach)
        mean = x.mean(axis=(1, 2, 3), keepdims=True)
        return mean + factor * (x - mean)

    return of_images(f"contrast({reach})", change)


def cutout(size: int) -> Transform:
    """Hide a square: y = 0 within size × size pixels around one drawn for each image anew.

    The square may reach over the edge. 0 is black for values 0 … 1, and the mean for standardised
    ones.

    Arguments:
        size: side of the square in pixels.

    Raises InputError where it is no whole number from 0 up, and for images that are no larger.

    >>> from gradus.data import Batch
    >>> cutout(2)(Batch(jnp.ones((1, 3, 3, 1))), random.key(0)).x[0, :, :, 0]
    Array([[1., 0., 0.],
           [1., 0., 0.],
           [1., 1., 1.]], dtype=float32)

    DeVries and Taylor (2017).
    """
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        expected = "a whole number from 0 up"
        raise InputError("cutout: size", expected=expected, got=repr(size), fix="cutout(8)")

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        check_size(size, min(x.shape[1:3]))
        hidden = jnp.ones((x.shape[0], 1, 1), bool)
        for axis, own in zip((1, 2), random.split(key), strict=True):
            side = x.shape[axis]
            first = random.randint(own, (x.shape[0], 1), 0, side) - size // 2
            place = jnp.arange(side)[None]
            covered = (place >= first) & (place < first + size)
            hidden = hidden & jnp.expand_dims(covered, 3 - axis)
        return jnp.where(hidden[..., None], 0, x)

    return of_images(f"cutout({size})", change)


def check_size(size: int, side: int) -> None:
    """Refuse to hide a whole image."""
    if size >= side:
        raise InputError(
            f"cutout({size}) of images of {side} pixels",
            expected=f"a size below {side}",
            got=size,
            fix=f"cutout({max(1, side // 4)})",
        )
