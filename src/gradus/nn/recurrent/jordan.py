"""A recurrence from the outputs back to the hidden units."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.base.record import param, static, weight
from gradus.nn.activations import identity, tanh
from gradus.nn.checks import check_activation, check_units
from gradus.nn.recurrent.cells import JordanCell
from gradus.nn.recurrent.layer import Recurrent


class Jordan(Recurrent):
    """Hidden units that see the outputs one step ago: hₜ = g(W xₜ + U oₜ₋₁ + b), oₜ = f(V hₜ + c).

    What the outputs do not show is lost from step to step: less can be remembered than in
    `SimpleRNN`, but given the true outputs all steps can be trained at once.

    Arguments:
        units: number of hidden units.
        outputs: number of outputs of each step.
        activation, output_activation: elementwise functions g and f.
        return_sequences: whether all oₜ are returned, (B, T, outputs), or the last, (B, outputs).
        weight_init: initialiser of W (features, units) and V (units, outputs).
        recurrent_init: initialiser of U (outputs, units).

    Takes sequences (B, T, features), or the pair of these and a mask (B, T) of 1 for steps and 0
    for padding. Raises InputError for inputs of other shapes, and masks that do not fit.

    >>> import jax, jax.numpy as jnp
    >>> from gradus import nn
    >>> nn.Jordan(8, 2).init(jax.random.key(0), (7, 3))(jnp.ones((5, 7, 3))).shape
    (5, 2)

    Jordan (1986); Goodfellow, Bengio and Courville (2016), figure 10.4.
    """

    outputs: int = static()
    activation: Callable = static(tanh)
    output_activation: Callable = static(identity)
    output_weight: jax.Array = weight()
    output_bias: jax.Array = param()

    def __check_init__(self):
        check_units(self, self.outputs)
        check_activation(self, self.activation)
        check_activation(self, self.output_activation)

    @property
    def width(self):
        return self.outputs

    @property
    def cell(self):
        return JordanCell(self.activation, self.output_activation)

    @property
    def matrices(self):
        return self.recurrent, self.output_weight

    @property
    def constants(self):
        return self.output_bias

    def init(self, key, shape):
        one, other = jax.random.split(key)
        ready = super().init(one, shape)
        if ready.output_weight is not None:
            return ready
        return ready.replace(
            output_weight=self.weight_init(other, (self.units, self.outputs)),
            output_bias=jnp.zeros(self.outputs),
        )
