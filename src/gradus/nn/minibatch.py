"""Layers that show a discriminator the whole batch: real examples differ from one another."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.base.record import static, weight
from gradus.nn.checks import check_shape, check_units, check_width
from gradus.nn.initializers import Normal
from gradus.nn.layer import INFERENCE, Forward, Layer
from gradus.nn.norm import moments

DELTA = 1e-8  # keeps the slope of the root finite where all examples are alike


class MinibatchDeviation(Layer):
    """One more feature, the same for all examples: how much the batch varies.

    y = (x, s), s the mean over features (and positions) of √(var + 10⁻⁸) over the examples.

    >>> MinibatchDeviation()(jnp.array([[1.0, 5.0], [3.0, 5.0]])).round(2)
    Array([[1. , 5. , 0.5],
           [3. , 5. , 0.5]], dtype=float32)

    Karras, Aila, Laine and Lehtinen (2018), section 3, with the whole batch as one group.
    """

    def __call__(self, x, forward: Forward = INFERENCE):
        _, variance, _ = moments(x.reshape(len(x), -1), forward.present)
        deviation = jnp.mean(jnp.sqrt(variance + DELTA))
        feature = jnp.broadcast_to(deviation, (*x.shape[:-1], 1))
        return jnp.concatenate([x, feature], axis=-1)

    def output_shape(self, shape):
        check_shape(self, shape)
        return (*shape[:-1], shape[-1] + 1)


class MinibatchDiscrimination(Layer):
    """More features: how near the other examples of the batch are, in several learned ways.

    y = (x, o), oᵢₖ = Σⱼ exp(−‖Mᵢₖ − Mⱼₖ‖₁) over the other examples j, with M = x T.

    Arguments:
        units: how many such features, k.
        size: numbers that examples are compared by, for each of them.

    Raises InputError for units or a size below 1, and for inputs of another width than at `init`.

    >>> layer = MinibatchDiscrimination(4).init(jax.random.key(0), (3,))
    >>> layer(jnp.ones((5, 3)))[0]  # four others, all alike
    Array([1., 1., 1., 4., 4., 4., 4.], dtype=float32)

    Salimans, Goodfellow, Zaremba, Cheung, Radford and Chen (2016), section 3.2.
    """

    units: int = static()
    size: int = static(3)
    weight: jax.Array = weight()

    def __check_init__(self):
        check_units(self, self.units)
        check_units(self, self.size)

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        scale = 1 / shape[-1] ** 0.5
        return self.replace(weight=Normal(scale)(key, (shape[-1], self.units * self.size)))

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        rows = (x @ self.weight).reshape(len(x), self.units, self.size)
        distance = jnp.abs(rows[:, None] - rows[None]).sum(axis=-1)  # (B, B, units)
        near = jnp.exp(-distance) * others(x, forward.present)[:, :, None]
        return jnp.concatenate([x, near.sum(axis=1)], axis=-1)

    def output_shape(self, shape):
        check_shape(self, shape)
        return (*shape[:-1], shape[-1] + self.units)


def others(x: jax.Array, present: jax.Array | None) -> jax.Array:
    """1 where example j is there and is not example i, shape (B, B)."""
    counts = jnp.ones(len(x), x.dtype) if present is None else present.astype(x.dtype)
    return counts[None, :] * (1 - jnp.eye(len(x), dtype=x.dtype))
