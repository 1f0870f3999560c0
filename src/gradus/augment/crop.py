"""Transforms that move whole pixels: shifts and mirror images."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import random

from gradus.augment.transform import Transform, check_number, of_images
from gradus.base.errors import InputError, nearest

EDGES = ("reflect", "zero")


def crop(pad: int, edge: str = "reflect") -> Transform:
    """Shift at random: pad by `pad` on all sides, then cut out a window of the old size anywhere.

    y[i, j] = x[i + s, j + t], with s and t drawn from −pad … pad, for each image anew.

    Arguments:
        pad: pixels, fewer than the image has.
        edge: what stands beyond the edges: "reflect" or "zero".

    Raises InputError where `pad` is no whole number from 0 up, or not below the sides of the
    images, and for an unknown edge.

    >>> from gradus.data import Batch
    >>> images = jnp.arange(1.0, 4).reshape(1, 1, 3, 1).repeat(3, axis=1)
    >>> crop(1, "zero")(Batch(images), random.key(2)).x[0, :, :, 0]
    Array([[2., 3., 0.],
           [2., 3., 0.],
           [0., 0., 0.]], dtype=float32)

    He, Zhang, Ren and Sun (2016), section 4.2: 4 pixels of zeros for images of 32 × 32.
    """
    if not isinstance(pad, int) or isinstance(pad, bool) or pad < 0:
        raise InputError(
            "crop: pad", expected="a whole number from 0 up", got=repr(pad), fix="crop(4)"
        )
    if edge not in EDGES:
        expected = " or ".join(map(repr, EDGES))
        raise InputError("crop: edge", expected=expected, got=edge, fix=nearest(str(edge), EDGES))

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        count, height, width, _ = x.shape
        check_pad(pad, min(height, width))
        down, right = random.randint(key, (2, count, 1), -pad, pad + 1)
        rows, columns = jnp.arange(height)[None] + down, jnp.arange(width)[None] + right
        moved = x[
            jnp.arange(count)[:, None, None],
            reflected(rows, height)[:, :, None],
            reflected(columns, width)[:, None, :],
        ]
        if edge == "reflect":
            return moved
        inside = within(rows, height)[:, :, None] & within(columns, width)[:, None, :]
        return jnp.where(inside[..., None], moved, 0)

    return of_images(f"crop({pad})" if edge == "reflect" else f"crop({pad}, {edge!r})", change)


def flip(probability: float = 0.5) -> Transform:
    """Mirror left and right, each image with a probability: y[i, j] = x[i, W − 1 − j].

    Not for what has a left and a right of its own, such as digits, letters and signs.

    Arguments:
        probability: of each image.

    Raises InputError for a probability outside 0 … 1.

    >>> from gradus.data import Batch
    >>> images = jnp.arange(3.0).reshape(1, 1, 3, 1)
    >>> flip(1)(Batch(images), random.key(0)).x.ravel()
    Array([2., 1., 0.], dtype=float32)
    """
    check_number("flip: probability", probability, 0, 1, "flip() mirrors every second image")

    def change(x: jax.Array, key: jax.Array) -> jax.Array:
        mirrored = random.bernoulli(key, float(probability), (x.shape[0], 1, 1, 1))
        return jnp.where(mirrored, x[:, :, ::-1], x)

    return of_images("flip()" if probability == 0.5 else f"flip({probability})", change)


def reflected(places: jax.Array, side: int) -> jax.Array:
    """Places on an axis of `side` pixels, with those beyond its ends mirrored at the last pixel.

    >>> reflected(jnp.array([-2, -1, 0, 2, 3]), 3)
    Array([2, 1, 0, 2, 1], dtype=int32)
    """
    last = side - 1
    return last - jnp.abs(last - jnp.abs(places))


def within(places: jax.Array, side: int) -> jax.Array:
    """Which places are on an axis of `side` pixels."""
    return (places >= 0) & (places < side)


def check_pad(pad: int, side: int) -> None:
    """Refuse to shift an image out of sight."""
    if pad >= side:
        raise InputError(
            f"crop({pad}) of images of {side} pixels",
            expected=f"a pad below {side}",
            got=pad,
            fix=f"crop({max(1, side // 8)})",
        )
