"""The affine layer: y = g(x W + b)."""

from __future__ import annotations

from collections.abc import Callable

import jax

from gradus.base.record import param, static, weight
from gradus.nn.activations import identity
from gradus.nn.channels import spread
from gradus.nn.checks import check_activation, check_shape, check_units, check_width
from gradus.nn.initializers import Initializer, Zeros, suited_to
from gradus.nn.layer import INFERENCE, Forward, Layer


class Dense(Layer):
    """Affine map of the last axis, then an elementwise activation: y = g(x W + b).

    Arguments:
        units: number of outputs.
        activation: elementwise function g.
        use_bias: whether b is added.
        weight_init: initialiser of W, shape (inputs, units); by default the one that keeps the
            variance of `activation`: He for rectifiers, LeCun for SELU, Glorot otherwise.
        bias_init: initialiser of b, shape (units,).

    Raises InputError for units below 1, an activation that is no function, and, naming the layer,
    inputs without features or of another width than at `init`.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> layer = nn.Dense(2, nn.relu).init(jax.random.key(0), (3,))
    >>> layer(jnp.ones((5, 3))).shape
    (5, 2)

    Goodfellow, Bengio and Courville (2016), section 6.1. Differs from Keras: the initialiser
    follows the activation; Keras always takes Glorot.
    """

    units: int = static()
    activation: Callable = static(identity)
    use_bias: bool = static(True)
    weight_init: Initializer | None = static(None)
    bias_init: Initializer = static(Zeros())
    weight: jax.Array = weight()
    bias: jax.Array | None = param()

    def __check_init__(self):
        check_units(self, self.units)
        check_activation(self, self.activation)

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        weight_key, bias_key = jax.random.split(key)
        initializer = self.weight_init or suited_to(self.activation)
        weight = initializer(weight_key, (shape[-1], self.units))
        bias = self.bias
        if bias is None and self.use_bias:
            bias = self.bias_init(bias_key, (self.units,))
        return self.replace(weight=weight, bias=bias)

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)
        # one product of two matrices, for all positions: XLA turns arrays of more axes in memory
        y = (x.reshape(-1, x.shape[-1]) @ self.weight).reshape(*x.shape[:-1], self.weight.shape[1])
        if self.bias is not None:
            y = y + spread(self.bias, y.shape)
        return self.activation(y)

    def output_shape(self, shape):
        return (*shape[:-1], self.units)

    def with_output_bias(self, bias):
        fresh = self.weight is None and self.use_bias and self.bias_init == Zeros()
        if not fresh or self.activation is not identity or bias.shape != (self.units,):
            return self
        return self.replace(bias=bias)
