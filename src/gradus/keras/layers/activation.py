"""Activations that are layers, with settings or weights of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn
from gradus.base.errors import InputError
from gradus.keras import initializers
from gradus.keras.activations import softmax
from gradus.keras.layers.base import Layer
from gradus.keras.layers.mapped import Mapped


@dataclass(eq=False)
class ReLU(Layer):
    """y = max(x, 0), with Keras' settings: a slope below `threshold` and a ceiling."""

    max_value: float | None = None
    negative_slope: float = 0.0
    threshold: float = 0.0

    def translated(self):
        return Mapped(rectified, (self.negative_slope, self.max_value, self.threshold))


@dataclass(eq=False)
class LeakyReLU(Layer):
    """y = x for x > 0, negative_slope · x otherwise; 0.3 is Keras' slope.

    >>> import numpy as np
    >>> LeakyReLU(0.5)(np.array([[-1.0, 2.0]]))
    Array([[-0.5,  2. ]], dtype=float32)
    """

    negative_slope: float = 0.3

    def translated(self):
        return Mapped(jax.nn.leaky_relu, (self.negative_slope,))


@dataclass(eq=False)
class ELU(Layer):
    """y = x for x > 0, alpha · (eˣ − 1) otherwise."""

    alpha: float = 1.0

    def translated(self):
        return Mapped(jax.nn.elu, (self.alpha,))


@dataclass(eq=False)
class PReLU(Layer):
    """y = x for x > 0, αx otherwise, α learned for every channel: `nn.PReLU`.

    Keras learns one α for every position unless the axes before the last are in `shared_axes`;
    here they must be.
    """

    alpha_initializer: Any = "Zeros"
    alpha_regularizer: Any = None
    alpha_constraint: Any = None
    shared_axes: Any = None

    arrays = {"alpha": "slope"}  # noqa: RUF012

    def build(self, size):
        before = list(range(1, len(size)))
        if sorted(self.shared_axes or []) != before:
            raise InputError(
                f"layer {self.name!r}: PReLU with a slope for every position",
                expected=f"shared_axes={before}: one slope for every channel",
                got=f"shared_axes={self.shared_axes!r}",
                fix=f"PReLU(shared_axes={before})",
            )
        super().build(size)

    def entries(self, core):
        return [(name, self._spread(shape)) for name, shape in super().entries(core)]

    def read(self, core):
        return [array.reshape(self._spread(array.shape)) for array in super().read(core)]

    def write(self, core, weights):
        return super().write(core, [np.reshape(w, -1) for w in weights])

    def _spread(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape that Keras gives the slopes: 1 for every shared axis."""
        return (*(1,) * len(self.shared_axes or ()), *shape)

    def translated(self):
        start = initializers.get(self.alpha_initializer)
        if isinstance(start, initializers.Zeros):
            return nn.PReLU(0.0)
        if isinstance(start, initializers.Constant):
            return nn.PReLU(start.value)
        raise InputError(
            f"layer {self.name!r}: alpha_initializer",
            expected="zeros or a constant",
            got=repr(start),
            fix="PReLU(alpha_initializer=initializers.Constant(0.25))",
        )


@dataclass(eq=False)
class Softmax(Layer):
    """yᵢ = exp xᵢ / Σⱼ exp xⱼ over the last axis."""

    axis: int = -1
    head = "function"

    def __post_init__(self):
        super().__post_init__()
        self.only(axis=-1)

    def translated(self):
        return nn.Lambda(softmax)


def rectified(x, slope: float, ceiling: float | None, threshold: float):
    """x above the threshold, slope · (x − threshold) below it, at most the ceiling."""
    y = jnp.where(x >= threshold, x, slope * (x - threshold))
    return y if ceiling is None else jnp.minimum(y, ceiling)
