"""What an output rests on, found by covering parts of a picture."""

from __future__ import annotations

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.insight.question import asked, check_count, in_blocks, score
from gradus.nn.layer import Layer


def occlusion(
    model: Layer,
    x: Any,
    target: Any = None,
    *,
    size: int = 4,
    stride: int = 2,
    fill: float = 0.0,
) -> np.ndarray:
    """How much one output falls where a square covers a picture: f(x)_target − f(x covered)_target.

    The square moves over the picture; each pixel shows the mean over the squares that cover it.

    Arguments:
        model: gives outputs of shape (B, k).
        x: pictures, shape (B, H, W, C).
        target: the number of an output, for all or for each input; by default the largest one.
        size: side of the square, in pixels.
        stride: how far it moves; the last square of a row ends at the border.
        fill: what covers, the grey of standardised pictures by default.

    Returns an array of shape (B, H, W). Raises InputError as `saliency` does, for inputs that are
    no pictures, a square larger than they are, and a stride that leaves pixels out.

    >>> from gradus import nn
    >>> model = nn.Sequential(nn.Flatten(), nn.Dense(1, weight_init=nn.Ones()))
    >>> model = model.init(jax.random.key(0), (4, 4, 1))
    >>> occlusion(model, np.eye(4)[None, :, :, None], size=2)[0]
    array([[2., 2., 0., 0.],
           [2., 2., 0., 0.],
           [0., 0., 2., 2.],
           [0., 0., 2., 2.]], dtype=float32)

    Zeiler and Fergus (2014), section 4.2, who draw the probability of the class. The output
    before the softmax does not hide a change behind a probability near 1.
    """
    x, target = asked(model, x, target)
    check_square(x.shape[1:], size, stride)
    compiled = partial(_drops, size=size, stride=stride, fill=fill)
    return in_blocks(compiled, model, x, target)


def check_square(shape: tuple[int, ...], size: Any, stride: Any) -> None:
    """Refuse inputs that are no pictures, and squares that do not fit them."""
    check_count("size", size)
    check_count("stride", stride)
    if len(shape) != 3:
        raise InputError(
            "occlusion: x",
            expected="pictures of shape (B, H, W, C)",
            got=f"inputs of shape (B, {', '.join(map(str, shape))})",
            fix="give pictures, and put nn.Flatten() first in a model that takes rows of pixels",
        )
    if size > min(shape[:2]):
        raise InputError(
            "occlusion: size",
            expected=f"a square that fits into {shape[0]} × {shape[1]} pixels",
            got=size,
            fix=f"write size={max(min(shape[:2]) // 4, 1)}",
        )
    if stride > size:
        raise InputError(
            "occlusion: stride",
            expected=f"{size} or less, so that every pixel is covered once at least",
            got=stride,
            fix=f"write stride={max(size // 2, 1)}, or a larger size",
        )


@eqx.filter_jit
def _drops(
    model: Layer, x: jax.Array, target: jax.Array, *, size: int, stride: int, fill: float
) -> jax.Array:
    height, width = x.shape[1:3]
    whole = score(model, x, target)

    def cover(sums: tuple, corner: jax.Array) -> tuple:
        drops, covers = sums
        square = (
            _covered(height, corner[0], size)[:, None] & _covered(width, corner[1], size)[None, :]
        )
        covered = jnp.where(square[None, :, :, None], fill, x)
        drop = whole - score(model, covered, target)
        shade = square.astype(x.dtype)
        return (drops + drop[:, None, None] * shade[None], covers + shade), None

    none = jnp.zeros(x.shape[:3], x.dtype), jnp.zeros((height, width), x.dtype)
    (drops, covers), _ = jax.lax.scan(cover, none, corners(height, width, size, stride))
    return drops / covers[None]


def corners(height: int, width: int, size: int, stride: int) -> jax.Array:
    """Upper left corners of all positions of the square, shape (positions, 2)."""
    rows, columns = (sorted({*range(0, n - size, stride), n - size}) for n in (height, width))
    return jnp.array([(row, column) for row in rows for column in columns])


def _covered(length: int, start: jax.Array, size: int) -> jax.Array:
    """Which places of an axis a square covers."""
    places = jnp.arange(length)
    return (places >= start) & (places < start + size)
