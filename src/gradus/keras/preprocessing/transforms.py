"""Turning, shifting, shearing and zooming an image: one affine map of its pixels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def moved(x: np.ndarray, settings: Any, random: np.random.Generator) -> np.ndarray:
    """An image moved at random, within the ranges of an `ImageDataGenerator`."""
    height, width = x.shape[:2]
    turn = math.radians(random.uniform(-1, 1) * settings.rotation_range)
    down = shift(settings.height_shift_range, height, random)
    right = shift(settings.width_shift_range, width, random)
    shear = math.radians(random.uniform(-1, 1) * settings.shear_range)
    low, high = settings.zoom_range
    zooms = (1.0, 1.0) if low == high == 1 else tuple(random.uniform(low, high, 2))
    matrix = affine(turn, (down, right), shear, zooms)
    if np.allclose(matrix, np.eye(3)):
        return x
    return apply(x, matrix, settings)


def shift(reach: float, side: int, random: np.random.Generator) -> float:
    """How many pixels to shift: a share of the side below 1, pixels from there on."""
    pixels = random.uniform(-1, 1) * reach
    return pixels * side if reach < 1 else pixels


def affine(
    turn: float, shifts: tuple[float, float], shear: float, zooms: tuple[float, float]
) -> np.ndarray:
    """Where each pixel of the new image comes from: turned, shifted, sheared, then zoomed.

    >>> affine(0.0, (1.0, 2.0), 0.0, (1.0, 1.0)).tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 2.0], [0.0, 0.0, 1.0]]
    """
    cos, sin = math.cos(turn), math.sin(turn)
    turned = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    shifted = np.array([[1, 0, shifts[0]], [0, 1, shifts[1]], [0, 0, 1]])
    sheared = np.array([[1, -math.sin(shear), 0], [0, math.cos(shear), 0], [0, 0, 1]])
    return turned @ shifted @ sheared @ np.diag([zooms[0], zooms[1], 1.0])


def apply(x: np.ndarray, matrix: np.ndarray, settings: Any) -> np.ndarray:
    """The image under a map around its middle, channel by channel."""
    from scipy.ndimage import affine_transform

    middle = (np.array(x.shape[:2]) - 1) / 2
    linear = matrix[:2, :2]
    offset = matrix[:2, 2] + middle - linear @ middle
    mode = "grid-wrap" if settings.fill_mode == "wrap" else settings.fill_mode
    channels = [
        affine_transform(
            x[..., c],
            linear,
            offset.tolist(),
            order=settings.interpolation_order,
            mode=mode,
            cval=settings.cval,
        )
        for c in range(x.shape[-1])
    ]
    return np.stack(channels, axis=-1)
