"""Transforms that turn and scale: each pixel is read between four pixels of the old image."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus.augment.crop import within
from gradus.augment.transform import Transform, check_number, of_images


def warp(degrees: float, low: float, high: float) -> Transform:
    """Turn and scale around the middle in one go: y[p] = x[m + R(−φ)(p − m) / s].

    φ is drawn from −degrees … degrees (counterclockwise where positive), s from low … high, for
    each image anew; between pixels x is interpolated linearly, beyond the edges it is 0.

    Arguments:
        degrees: the largest angle, from 0 to 180.
        low, high: the smallest and the largest factor s; an image grows where s > 1.

    Raises InputError for an angle outside 0 … 180, and factors that are not above 0 or not in
    order.

    >>> from gradus.data import Batch
    >>> images = jnp.ones((2, 8, 8, 1))
    >>> y = warp(45, 0.9, 1.1)(Batch(images), random.key(0)).x
    >>> float(y[0, 4, 4, 0].round(3)), float(y.min())  # the corners come from outside
    (1.0, 0.0)
    """
    return _warp(f"warp({degrees}, {low}, {high})", degrees, low, high)


def rotate(degrees: float) -> Transform:
    """Turn around the middle, by an angle drawn from −degrees … degrees for each image anew.

    Arguments and what is refused as for `warp`.

    >>> from gradus.data import Batch
    >>> images = jnp.eye(3).reshape(1, 3, 3, 1)
    >>> bool((rotate(0)(Batch(images), random.key(0)).x == images).all())
    True
    """
    return _warp(f"rotate({degrees})", degrees, 1, 1)


def scale(low: float, high: float) -> Transform:
    """Grow or shrink around the middle, by a factor drawn from low … high for each image anew.

    Arguments and what is refused as for `warp`.

    >>> from gradus.data import Batch
    >>> images = jnp.zeros((1, 3, 3, 1)).at[0, 1, 1].set(1)
    >>> scale(2, 2)(Batch(images), random.key(0)).x[0, :, :, 0]
    Array([[0.25, 0.5 , 0.25],
           [0.5 , 1.  , 0.5 ],
           [0.25, 0.5 , 0.25]], dtype=float32)
    """
    return _warp(f"scale({low}, {high})", 0, low, high)


def _warp(name: str, degrees: float, low: float, high: float) -> Transform:
    check_number(f"{name}: degrees", degrees, 0, 180, "rotate(10)")
    check_number(f"{name}: low", low, 0.01, 100, "scale(0.9, 1.1)")
    check_number(f"{name}: high", high, low, 100, "scale(0.9, 1.1)")

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        turn, size = random.split(key)
        shape, reach = (x.shape[0], 1, 1), jnp.radians(jnp.asarray(degrees, x.dtype))
        angle = random.uniform(turn, shape, x.dtype, -reach, reach)
        factor = random.uniform(size, shape, x.dtype, low, high)
        return between(x, *sources(angle, factor, (x.shape[1], x.shape[2])))

    return of_images(name, change)


def sources(
    angle: jax.Array, factor: jax.Array, size: tuple[int, int]
) -> tuple[jax.Array, jax.Array]:
    """Row and column that each pixel comes from, shape (B, H, W), for angles of shape (B, 1, 1)."""
    middle = [(side - 1) / 2 for side in size]
    down, right = (jnp.arange(n, dtype=angle.dtype) - m for n, m in zip(size, middle, strict=True))
    down, right = down[None, :, None], right[None, None, :]
    cos, sin = jnp.cos(angle) / factor, jnp.sin(angle) / factor
    return cos * down + sin * right + middle[0], cos * right - sin * down + middle[1]


def between(x: jax.Array, rows: jax.Array, columns: jax.Array) -> jax.Array:
    """x at places between its pixels: the mean of the four around, the nearer the heavier."""
    count, height, width, channels = x.shape
    pixels = x.reshape(count, height * width, channels)
    top, left = jnp.floor(rows), jnp.floor(columns)
    total = jnp.zeros_like(pixels)
    for i in (top, top + 1):
        for j in (left, left + 1):
            inside = within(i, height) & within(j, width)
            share = jnp.where(inside, (1 - jnp.abs(rows - i)) * (1 - jnp.abs(columns - j)), 0)
            place = jnp.where(inside, i * width + j, 0).astype(jnp.int32)
            found = jnp.take_along_axis(pixels, place.reshape(count, -1, 1), axis=1)
            total = total + share.reshape(count, -1, 1) * found
    return total.reshape(x.shape)
