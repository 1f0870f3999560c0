"""Skip connections: paths that let signals and gradients pass beside a layer."""

from __future__ import annotations

from collections.abc import Callable

import jax

from gradus.base.errors import InputError, located
from gradus.nn.activations import identity
from gradus.nn.branches import Concat
from gradus.nn.combine import as_layer, chain
from gradus.nn.layer import INFERENCE, Forward, Layer


class Residual(Layer):
    """The input plus what the inner layers make of it: y = x + f(x).

    Arguments:
        layers: the chain f, which keeps the shape of its input.
        shortcut: a layer s for y = s(x) + f(x), where f changes the shape.

    Raises InputError where the shapes of the two terms differ.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = Residual(nn.Dense(4, nn.relu), nn.Dense(3)).init(jax.random.key(0), (3,))
    >>> layer(jnp.ones((5, 3))).shape
    (5, 3)

    He, Zhang, Ren and Sun (2016).
    """

    inner: Layer
    shortcut: Layer

    def __init__(self, *layers: Layer | Callable, shortcut: Layer | Callable = identity):
        self.inner = chain(layers)
        self.shortcut = as_layer(shortcut)

    def init(self, key, shape):
        self.output_shape(shape)  # refuses layers that do not fit together
        inner_key, shortcut_key = jax.random.split(key)
        return self.replace(
            inner=self.inner.init(inner_key, shape),
            shortcut=self.shortcut.init(shortcut_key, shape),
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        with located("Residual"):
            kept, change = self.shortcut(x, forward), self.inner(x, forward)
        _check_sum(kept.shape, change.shape)
        return kept + change

    def check(self, x):
        self.shortcut.check(x)
        self.inner.check(x)

    def output_shape(self, shape):
        with located("Residual"):
            kept, change = self.shortcut.output_shape(shape), self.inner.output_shape(shape)
        _check_sum(kept, change)
        return change


class DenseConnection(Layer):
    """The input beside what the inner layers make of it: y = (x, f(x)), joined on the last axis.

    Arguments:
        layers: the chain f, which keeps all axes but the last.

    Raises InputError where f changes another axis.

    >>> import jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = DenseConnection(nn.Dense(2, nn.relu)).init(jax.random.key(0), (3,))
    >>> layer(jnp.ones((5, 3))).shape
    (5, 5)

    Huang, Liu, van der Maaten and Weinberger (2017).
    """

    inner: Layer

    def __init__(self, *layers: Layer | Callable):
        self.inner = chain(layers)

    def init(self, key, shape):
        self.output_shape(shape)  # refuses layers that do not fit together
        return self.replace(inner=self.inner.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        with located("DenseConnection"):
            return Concat()((x, self.inner(x, forward)))

    def check(self, x):
        self.inner.check(x)

    def output_shape(self, shape):
        with located("DenseConnection"):
            return Concat().output_shape((shape, self.inner.output_shape(shape)))


def _check_sum(kept: tuple, change: tuple) -> None:
    if kept != change:
        raise InputError(
            "Residual: x and f(x) cannot be added",
            expected=f"inner layers that end in shape {kept}",
            got=change,
            fix="end the inner layers with as many units as the input has, or give a `shortcut`",
        )
