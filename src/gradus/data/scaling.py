"""Scales of arrays, fitted on the training part: divide, standardise, rotate and whiten."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static

ROWS_AT_ONCE = 4096


class Scaling(Record):
    """A map of a batch to another scale, and back with `inverse`.

    Works on NumPy arrays and, within compiled code, on JAX arrays; saved with the model.
    """

    @abstractmethod
    def __call__(self, x: Any) -> Any:
        """The batch on the new scale, float32."""

    @abstractmethod
    def inverse(self, z: Any) -> Any:
        """The batch back on the scale it had."""


class Scale(Scaling):
    """Division by a constant: the bytes of images come to 0 … 1 with `Scale(255)`.

    >>> Scale(255)(np.array([[0, 255]], np.uint8))
    array([[0., 1.]], dtype=float32)
    """

    divisor: float = static()

    def __call__(self, x):
        return x.astype(np.float32) / np.float32(self.divisor)

    def inverse(self, z):
        return z * np.float32(self.divisor)


class Standardize(Scaling):
    """Zero mean and unit variance: z = (x − mean) / std. What never varies becomes 0.

    >>> scale = Standardize.fit(np.array([[1.0, 5.0], [3.0, 5.0]]))
    >>> scale(np.array([[5.0, 5.0]]))
    array([[3., 0.]], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 12.2.1.1.
    """

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def fit(cls, x: np.ndarray, per: str = "channel") -> Standardize:
        """Learn mean and standard deviation from the training part.

        Arguments:
            x: inputs, shape (n, …, C).
            per: "channel": over examples and positions, one number per index of the last axis;
                "feature": over examples only, one number per pixel or position. The same for
                inputs of shape (n, C).
        """
        axes = {"channel": tuple(range(x.ndim - 1)), "feature": (0,)}
        if per not in axes:
            raise InputError(
                "Standardize.fit",
                expected="per='channel' or 'feature'",
                got=per,
                fix=nearest(per, axes),
            )
        mean, variance = _moments(x, axes[per])
        varies = x.min(axis=axes[per], keepdims=True) < x.max(axis=axes[per], keepdims=True)
        std = np.where(varies, np.sqrt(variance), 1)  # rounding gives constants a variance too
        return cls(mean.astype(np.float32), std.astype(np.float32))

    def __call__(self, x):
        _check_shape(self, x, self.mean)
        return (x.astype(np.float32) - self.mean) / self.std

    def inverse(self, z):
        return z * self.std + self.mean


class PCA(Scaling):
    """Principal components, and whitening: z = (x − mean) V / s, uncorrelated, of unit variance.

    V holds the directions of largest variance, s the standard deviations along them; without
    whitening s is 1.

    >>> x = np.array([[2.0, 1.0], [-2.0, -1.0], [1.0, -2.0], [-1.0, 2.0]]) + 7
    >>> z = PCA.fit(x, components=1)(x)
    >>> z.shape, round(float(z.std()), 4)
    ((4, 1), 1.0)

    Goodfellow, Bengio and Courville (2016), sections 2.12 and 5.8.1.
    """

    mean: np.ndarray
    directions: np.ndarray
    scale: np.ndarray
    explained: tuple[float, ...] = static()  # fraction of the variance, per component

    @classmethod
    def fit(cls, x: np.ndarray, components: int | None = None, *, whiten: bool = True) -> PCA:
        """Learn the directions from the training part.

        Arguments:
            x: inputs, shape (n, D).
            components: how many directions are kept; None: all that vary.
            whiten: whether the components come to unit variance.
        """
        if x.ndim != 2 or not 1 <= (components or 1) <= x.shape[1]:
            raise InputError(
                "PCA.fit",
                expected="x of shape (n, D), and 1 to D components",
                got=f"x {x.shape}, components={components}",
                fix="flatten the inputs to (n, D), or ask for fewer components",
            )
        mean = x.mean(axis=0, dtype=np.float64, keepdims=True)
        centred = x - mean
        variances, vectors = np.linalg.eigh(centred.T @ centred / len(x))
        variances, vectors = variances[::-1].clip(0), vectors[:, ::-1]
        varying = int(np.sum(variances > variances[0] * 1e-12))
        kept = slice(min(components or varying, varying))
        largest = np.abs(vectors).argmax(axis=0)
        vectors = vectors * np.sign(vectors[largest, np.arange(len(vectors))])  # one sign for all
        scale = np.sqrt(variances[None, kept]) if whiten else np.ones((1, len(variances[kept])))
        explained = tuple((variances[kept] / variances.sum()).tolist())
        mean, directions, scale = (a.astype(np.float32) for a in (mean, vectors[:, kept], scale))
        return cls(mean, directions, scale, explained)

    def __call__(self, x):
        _check_shape(self, x, self.mean)
        return (x.astype(np.float32) - self.mean) @ self.directions / self.scale

    def inverse(self, z):
        return (z * self.scale) @ self.directions.T + self.mean


def _moments(x: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance over `axes` in float64, a few rows at a time: x may be memory-mapped."""
    chunks = [x[i : i + ROWS_AT_ONCE] for i in range(0, len(x), ROWS_AT_ONCE)]
    count = math.prod(x.shape[axis] for axis in axes)

    def average(function):
        sums = [function(c).sum(axis=axes, keepdims=True, dtype=np.float64) for c in chunks]
        return np.sum(sums, axis=0) / count

    mean = average(np.asarray)
    return mean, average(lambda chunk: (chunk - mean) ** 2)


def _check_shape(scaling: Scaling, x: Any, mean: np.ndarray) -> None:
    fits = x.ndim == mean.ndim and x.shape[-1] == mean.shape[-1]
    if not fits or any(m not in (1, n) for m, n in zip(mean.shape, x.shape, strict=True)):
        raise InputError(
            f"{type(scaling).__name__}: wrong input shape",
            expected=f"the axes of the training part, {mean.shape} up to axes of length 1",
            got=x.shape,
            fix="give inputs of the shape seen in training, or fit again",
        )
