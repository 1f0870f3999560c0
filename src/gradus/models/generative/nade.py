"""The neural autoregressive distribution estimator."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus import nn
from gradus.base.record import param, static, weight
from gradus.likelihoods import Bernoulli, Likelihood
from gradus.models.generative.autoregressive import Autoregressive
from gradus.nn.checks import check_activation, check_shape, check_units, check_width
from gradus.nn.initializers import GlorotUniform
from gradus.nn.layer import INFERENCE, Forward, Layer


class NADE(Layer):
    """Outputs for xⱼ from hidden units that see x₁ … xⱼ₋₁: yⱼ = bⱼ + g(c + Σᵢ₍ᵢ﹤ⱼ₎ xᵢ Wᵢ) Vⱼ.

    The sum inside g grows by one term from column to column, so all D of them cost O(D H), as
    much as one layer of the net, and not O(D² H).

    Arguments:
        hidden: H, the number of hidden units.
        size: outputs for each column.
        activation: g.

    >>> layer = NADE(8, size=2).init(random.key(0), (3,))
    >>> layer(jnp.ones((5, 3))).shape
    (5, 6)

    Larochelle and Murray (2011), equations 9 to 11; with other likelihoods than Bernoulli, RNADE:
    Uria, Murray and Larochelle (2013), there with rescaled activations.
    """

    hidden: int = static()
    size: int = static(1)
    activation: Callable = static(nn.sigmoid)
    out_weight: jax.Array = weight()
    weight: jax.Array = weight()
    bias: jax.Array = param()
    out_bias: jax.Array = param()

    def __check_init__(self):
        check_units(self, self.hidden)
        check_activation(self, self.activation)

    def init(self, key, shape):
        check_shape(self, shape)
        if self.weight is not None:
            return self
        (columns,), start = shape, GlorotUniform()
        below, above = random.split(key)
        v = start(above, (self.hidden, columns * self.size))
        bias = jnp.zeros(columns * self.size) if self.out_bias is None else self.out_bias
        return self.replace(
            weight=start(below, (columns, self.hidden)),
            bias=jnp.zeros(self.hidden),
            out_weight=v.reshape(self.hidden, columns, self.size).swapaxes(0, 1),
            out_bias=bias,
        )

    def __call__(self, x, forward: Forward = INFERENCE):
        check_width(self, x, self.weight)

        def column(seen, given):
            x, w, v = given
            return seen + x[:, None] * w[None], self.activation(seen) @ v

        nothing = jnp.broadcast_to(self.bias, (len(x), self.hidden))
        _, y = lax.scan(column, nothing, (x.T, self.weight, self.out_weight))
        return y.swapaxes(0, 1).reshape(len(x), -1) + self.out_bias[None]

    def output_shape(self, shape):
        return (shape[0] * self.size,)

    def with_output_bias(self, bias):
        return self.replace(out_bias=bias) if self.weight is None else self


def nade(
    columns: int,
    hidden: int,
    likelihood: Likelihood | None = None,
    *,
    activation: Callable = nn.sigmoid,
) -> Autoregressive:
    """NADE: p(xⱼ | x₁ … xⱼ₋₁) from H hidden units that share weights between the D columns.

    Unlike in `made`, all hidden units serve every column; the price is D steps, one after the
    other, for every density.

    Arguments:
        columns: D, the length of x.
        hidden: H, the number of hidden units.
        likelihood: of one xⱼ given the earlier ones; None: `Bernoulli()`.
        activation: of the hidden units.

    >>> model = nade(3, 8).init(random.key(0), (3,))
    >>> rows = jnp.array([[0, 0, 0], [1, 0, 1]])
    >>> model.log_prob(rows).shape
    (2,)

    Larochelle and Murray (2011).
    """
    likelihood = likelihood or Bernoulli()
    return Autoregressive(NADE(hidden, likelihood.size, activation), likelihood, columns)
