"""Trend and remainder of a window, each with a linear map of its own to what comes next."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.record import param, static, weight
from gradus.nn.checks import check_units
from gradus.nn.initializers import Initializer, Zeros
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.recurrent.sequence import check_sequence_shape


class DecomposedLinear(Layer):
    """A linear forecast of trend and remainder: y = (R (z − A z) + T A z) / √L + b.

    A is a moving average. Values of a window go up and down together, and so would L weights at
    a step: by 1/√L a step changes forecasts from long windows no more than those from short ones.

    The maps R and T, from L rows to H, are shared by all targets, the first `targets` columns.
    Each further column has a map of its own to every target. All maps are 0 at first, so that a
    forecaster begins with what its normalisation says: the mean, or the last value.

    Arguments:
        horizon: H, rows to forecast.
        targets: K, the columns to forecast, which come first.
        outputs: numbers for each value that is forecast.
        average: rows of the moving average, whose edges repeat the first and the last row; an
            even number is taken one longer, to have a middle.
        weight_init: initialiser of R and T, each of shape (L, H · outputs), and of the maps of
            further columns, shape (L · C, H · K · outputs).

    Takes windows (B, L, K + C) and gives (B, H, K, outputs).

    >>> layer = DecomposedLinear(horizon=2, average=3).init(jax.random.key(0), (6, 1))
    >>> layer(jnp.ones((5, 6, 1))).shape
    (5, 2, 1, 1)

    Zeng, Chen, Zhang and Xu, "Are transformers effective for time series forecasting?" (2023),
    DLinear. Differs: they know no further columns, do not divide by √L, and start from random
    maps.
    """

    horizon: int = static()
    targets: int = static(1)
    outputs: int = static(1)
    average: int = static(25)
    weight_init: Initializer = static(Zeros())
    remainder: jax.Array = weight()
    trend: jax.Array = weight()
    others: jax.Array | None = weight()
    bias: jax.Array = param()

    def __check_init__(self):
        for count in (self.horizon, self.targets, self.outputs, self.average):
            check_units(self, count)

    def output_shape(self, shape):
        return (self.horizon, self.targets, self.outputs)

    def init(self, key, shape):
        length, columns = check_sequence_shape(self, shape)
        if self.remainder is not None:
            return self
        one, two, three = jax.random.split(key, 3)
        each, rest = self.horizon * self.outputs, length * (columns - self.targets)
        others = self.weight_init(three, (rest, each * self.targets)) if rest else None
        return self.replace(
            remainder=self.weight_init(one, (length, each)),
            trend=self.weight_init(two, (length, each)),
            others=others,
            bias=jnp.zeros(each),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        shape = (self.horizon, self.outputs, self.targets)
        smooth = jnp.asarray(moving_average(x.shape[1], self.average), x.dtype)
        # one product with the window: R + A(T − R), which is made once for the whole batch
        maps = self.remainder + smooth @ (self.trend - self.remainder)
        maps = maps / math.sqrt(x.shape[1])
        y = jnp.einsum("blk,lh->bhk", x[:, :, : self.targets], maps) + self.bias[None, :, None]
        if self.others is not None:
            rest = x[:, :, self.targets :].reshape(x.shape[0], -1)
            more = rest @ self.others / math.sqrt(rest.shape[1])
            y = y + more.reshape(x.shape[0], -1, self.targets)
        return jnp.swapaxes(y.reshape(x.shape[0], *shape), 2, 3)


def moving_average(length: int, over: int) -> np.ndarray:
    """The matrix Aᵀ, shape (length, length), of a moving average that repeats the edges.

    >>> moving_average(3, 3).round(2).tolist()
    [[0.67, 0.33, 0.0], [0.33, 0.33, 0.33], [0.0, 0.33, 0.67]]
    """
    half = over // 2
    rows = np.arange(length)
    seen = np.clip(rows[:, None] + np.arange(-half, half + 1), 0, length - 1)
    shares = (seen[:, :, None] == rows).sum(axis=1) / (2 * half + 1)
    return shares.T
