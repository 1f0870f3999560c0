"""Chains of layers with names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import jax

from gradus import nn
from gradus.base.errors import InputError, located


class Network(nn.Layer):
    """Named layers one after the other: y = fₙ(… f₂(f₁(x))), in the order they are written.

    The names are those of the weights, of `nn.summary`, of `optim.per_layer`, and of `features`,
    `freeze` and `load_weights`.

    Arguments:
        layers: layers, or functions of a batch, by keyword.

    Raises InputError for a name with a dot in it. Refusals of a layer tell its name.

    >>> import jax.numpy as jnp
    >>> net = Network(body=nn.Dense(4, nn.relu), head=nn.Dense(2)).init(jax.random.key(0), (3,))
    >>> net(jnp.ones((5, 3))).shape
    (5, 2)
    >>> nn.summary(net, (3,))
    Layer         Output  Trained  Fixed
    Network       (2,)         26      0
      body Dense  (4,)         16      0
      head Dense  (2,)         10      0
    26 parameters, 20 of them weights

    It is `nn.Sequential` where numbers are not enough, as in PyTorch's Sequential(OrderedDict(…)).
    """

    layers: OrderedDict[str, nn.Layer]

    def __init__(self, **layers: nn.Layer | Callable):
        if dotted := [name for name in layers if "." in name]:
            raise InputError(
                "Network: the name of a layer",
                expected="a name without dots",
                got=dotted[0],
                fix="dots stand between the names of a layer and of one inside it",
            )
        self.layers = OrderedDict((name, nn.as_layer(layer)) for name, layer in layers.items())

    def init(self, key, shape):
        ready = OrderedDict()
        for i, (name, layer) in enumerate(self.layers.items()):
            with located(f"layer {name}"):
                ready[name] = layer.init(jax.random.fold_in(key, i), shape)
                shape = ready[name].output_shape(shape)
        return self.replace(layers=ready)

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        for name, layer in self.layers.items():
            with located(f"layer {name}"):
                x = layer(x, forward)
        return x

    def check(self, x):
        for name, layer in [*self.layers.items()][:1]:
            with located(f"layer {name}"):
                layer.check(x)

    def output_shape(self, shape):
        for name, layer in self.layers.items():
            with located(f"layer {name}"):
                shape = layer.output_shape(shape)
        return shape

    def with_output_bias(self, bias):
        layers = self.layers.copy()
        for name in [*layers][-1:]:
            layers[name] = layers[name].with_output_bias(bias)
        return self.replace(layers=layers)
