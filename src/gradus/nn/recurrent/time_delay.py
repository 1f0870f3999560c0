"""A window that slides over time: no state but the last inputs."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.base.record import param, static, weight
from gradus.nn.activations import identity
from gradus.nn.checks import check_activation, check_units, check_width
from gradus.nn.initializers import Initializer, suited_to
from gradus.nn.layer import INFERENCE, Forward
from gradus.nn.recurrent.sequence import Stepwise, check_sequence_shape, shape_of_outputs


class TimeDelay(Stepwise):
    """The same map of the last n inputs at every step: yₜ = g(Σₖ Wₖ xₜ₋ₙ₊ₖ + b), k = 1 … n.

    It is a convolution over time that sees the past alone; before the first step there are zeros.

    Arguments:
        units: number of outputs of each step.
        window: n, how many inputs are seen, the present one included.
        activation: elementwise function g.
        return_sequences: whether all yₜ are returned, (B, T, units), or the last, (B, units).
        weight_init: initialiser of W, shape (window, features, units), the oldest input first.

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding, which is left out of the window. Raises InputError for inputs of other shapes,
    and masks that do not fit.

    >>> from gradus import nn
    >>> layer = nn.TimeDelay(4, window=3, return_sequences=True).init(jax.random.key(0), (7, 2))
    >>> layer(jnp.ones((5, 7, 2))).shape
    (5, 7, 4)

    Waibel, Hanazawa, Hinton, Shikano and Lang (1989), who begin when the first window is full.
    """

    units: int = static()
    window: int = static()
    activation: Callable = static(identity)
    weight_init: Initializer | None = static(None)
    weight: jax.Array = weight()
    bias: jax.Array = param()

    def __check_init__(self):
        check_units(self, self.units)
        check_units(self, self.window)
        check_activation(self, self.activation)

    def output_shape(self, shape):
        return shape_of_outputs(self, shape, self.units)

    def init(self, key, shape):
        _, features = check_sequence_shape(self, shape)
        if self.weight is not None:
            return self
        initializer = self.weight_init or suited_to(self.activation)
        weight = initializer(key, (self.window, features, self.units))
        return self.replace(weight=weight, bias=jnp.zeros(self.units))

    def start(self, size):
        features = 0 if self.weight is None else self.weight.shape[1]
        return jnp.zeros((size, self.window - 1, features))

    def steps(self, x, state, mask=None, forward: Forward = INFERENCE):
        check_width(self, x, None if self.weight is None else self.weight[0])
        if mask is None:
            line = jnp.concatenate([state, x], axis=1)
            return self._slide(line), line[:, x.shape[1] :]
        seen = jnp.cumsum(mask != 0, axis=1)  # steps up to here
        line = jnp.concatenate([state, _steps_before_padding(x, mask)], axis=1)
        y = _pick(self._slide(line), jnp.maximum(seen - 1, 0))
        last = seen[:, -1:] + jnp.arange(self.window - 1)[None, :]
        return jnp.where(seen[:, :, None] > 0, y, 0), _pick(line, last)

    def _slide(self, line: jax.Array) -> jax.Array:
        """The outputs for all whole windows of the line, as one product."""
        length = line.shape[1] - self.window + 1
        windows = [line[:, k : k + length] for k in range(self.window)]
        sums = jnp.concatenate(windows, axis=-1) @ self.weight.reshape(-1, self.units)
        return self.activation(sums + self.bias[None, None, :])


def _steps_before_padding(x: jax.Array, mask: jax.Array) -> jax.Array:
    """The steps of each sequence in their order, and all padding after them."""
    return _pick(x, jnp.argsort(mask == 0, axis=1, stable=True))


def _pick(x: jax.Array, places: jax.Array) -> jax.Array:
    """Steps of each sequence by their numbers, shape (B, n)."""
    return jnp.take_along_axis(x, places[:, :, None], axis=1)
