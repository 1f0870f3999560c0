"""A function with settings as a gradus layer: equal settings make equal layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradus import nn
from gradus.base.record import static


class Mapped(nn.Layer):
    """y = f(x, *settings), example by example.

    >>> import jax.numpy as jnp
    >>> Mapped(jnp.repeat, (2, 1))(jnp.array([[1.0, 2.0]]))
    Array([[1., 1., 2., 2.]], dtype=float32)
    """

    function: Callable = static()
    settings: tuple = static(())

    def __call__(self, x: Any, forward: nn.Forward = nn.INFERENCE):
        return self.function(x, *self.settings)
