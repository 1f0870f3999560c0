"""What every way of altering a batch of images has in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from jax import random

from gradus.base.errors import InputError
from gradus.data.batch import Batch


@dataclass(frozen=True)
class Transform:
    """A random alteration of a batch, inside the compiled step: (batch, key) → batch.

    Arguments:
        name: what it is, as it is written in Python.
        change: (batch, key) -> batch of the same shapes; equal keys give equal batches.

    >>> from gradus.augment import flip
    >>> flip()
    flip()
    """

    name: str
    change: Callable[[Batch, jax.Array], Batch] = field(repr=False)

    def __call__(self, batch: Batch, key: jax.Array) -> Batch:
        return self.change(batch, key)

    def __repr__(self) -> str:
        return self.name


def of_images(name: str, change: Callable[[jax.Array, jax.Array], jax.Array]) -> Transform:
    """A transform that alters the images alone: `change(x, key)`, targets and weights as before."""
    return Transform(name, lambda batch, key: batch._replace(x=change(batch.x, key)))


def altered(transforms: Sequence[Transform], batch: Batch, key: jax.Array) -> Batch:
    """The batch after all transforms, one after the other, each with a key of its own.

    >>> import jax.numpy as jnp
    >>> from gradus.augment import flip
    >>> batch = Batch(jnp.arange(3.0).reshape(1, 1, 3, 1))
    >>> always = flip(1.0)
    >>> altered([always], batch, random.key(0)).x.ravel()
    Array([2., 1., 0.], dtype=float32)
    >>> altered([always, always], batch, random.key(0)).x.ravel()
    Array([0., 1., 2.], dtype=float32)
    """
    for i, transform in enumerate(transforms):
        batch = transform(batch, random.fold_in(key, i))
    return batch


def examples(transforms: Sequence[Transform], x: Any, key: jax.Array, copies: int = 5) -> Any:
    """A picture of what a net is fed: every image, then altered copies, (B, 1 + copies, H, W, C).

    Arguments:
        transforms: as for `learn.augmented`.
        x: some images, shape (B, H, W, C).
        key: equal keys give equal copies.
        copies: of each image.

    >>> from gradus.augment import crop
    >>> examples([crop(2)], np.ones((3, 8, 8, 1), "float32"), random.key(0)).shape
    (3, 6, 8, 8, 1)
    """
    check_images(x)
    x = jax.numpy.asarray(x)
    many = [altered(transforms, Batch(x), k).x for k in random.split(key, copies)]
    return np.stack([x, *many], axis=1)


def check_images(x: Any) -> None:
    """Refuse inputs that are no images: there is nothing to crop or to mirror in a table."""
    shape, kind = getattr(x, "shape", None), getattr(x, "dtype", np.dtype(object)).kind
    if shape is None or len(shape) != 4 or shape[3] not in CHANNELS:
        raise InputError(
            "x cannot be augmented: its inputs are no images",
            expected="images of shape (B, height, width, channels)",
            got=f"shape {shape}" if shape else type(x).__name__,
            fix=how_to_fit(shape),
        )
    if kind not in "fV":  # bfloat16 is of kind V
        raise InputError(
            "x cannot be augmented: its pixels are whole numbers",
            expected="floats, such as values 0 … 1",
            got=x.dtype,
            fix="scale them first: x / np.float32(255)",
        )


CHANNELS = range(1, 33)  # more is a shape of another meaning, such as channels first


def how_to_fit(shape: tuple[int, ...] | None) -> str:
    """What to do about inputs of another shape."""
    if shape is not None and len(shape) == 3:
        return "give grey images a last axis: x[..., None]"
    if shape is not None and len(shape) == 4:
        return "give the channels last: x.transpose(0, 2, 3, 1)"
    return "leave augmentation out: columns of a table have no neighbours and no mirror image"


def check_number(name: str, value: Any, low: float, high: float, fix: str) -> None:
    """Refuse a setting that is no number from `low` to `high`."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not low <= value <= high:
        raise InputError(name, expected=f"a number from {low} to {high}", got=repr(value), fix=fix)
