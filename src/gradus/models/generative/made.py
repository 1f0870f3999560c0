"""The masked autoencoder for distribution estimation, and autoregressive models in general."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax.numpy as jnp
from jax import lax, random

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import static
from gradus.likelihoods import Likelihood
from gradus.likelihoods.inputs import as_targets
from gradus.models.generative.density import DensityModel
from gradus.nn.layer import INFERENCE, Forward, Layer


class Autoregressive(DensityModel):
    """p(x) = Πⱼ p(xⱼ | x₁ … xⱼ₋₁): the chain rule, every factor from one pass of a network.

    Arguments:
        network: maps x, shape (B, D), to `likelihood.size` outputs for each xⱼ, shape
            (B, D · size); those for xⱼ must not depend on xⱼ and what comes after it.
        likelihood: what the outputs say about xⱼ.
        columns: D.

    Two independent columns need no network but a bias:

    >>> from gradus.likelihoods import Bernoulli
    >>> free = nn.MaskedDense(inputs=(1, 2), outputs=(0, 0))
    >>> model = Autoregressive(free, Bernoulli(), columns=2).init(random.key(0), (2,))
    >>> jnp.exp(model(jnp.array([[0.0, 1.0]])))
    Array([0.25], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 20.10.7.
    """

    network: Layer
    likelihood: Likelihood
    columns: int = static()

    def init(self, key, shape):
        return self.replace(network=self.network.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        x = x.astype(jnp.result_type(float))  # 0 and 1 may come as integers
        log_p = self.likelihood.log_prob(self.network(x, forward), as_targets(x))
        return jnp.sum(log_p.reshape(len(x), self.columns), axis=1)

    def sample(self, key, count):
        """New x, one column after the other: D passes of the network."""

        def draw(j, x):
            drawn = self.likelihood.sample(random.fold_in(key, j), self.network(x))
            column = drawn.reshape(count, self.columns)[:, j]
            return x.at[:, j].set(column.astype(x.dtype))

        return lax.fori_loop(0, self.columns, draw, jnp.zeros((count, self.columns)))

    def with_marginals(self, x, weight=None):
        bias = self.likelihood.marginal_bias(as_targets(x), weight)
        return self if bias is None else self.replace(network=self.network.with_output_bias(bias))

    def check(self, x):
        if getattr(x, "shape", ())[1:] != (self.columns,):
            raise InputError(
                "x does not fit the model",
                expected=f"an array of shape (B, {self.columns})",
                got=getattr(x, "shape", f"a {type(x).__name__}"),
                fix="models.made(x.shape[1], …); flatten images first",
            )
        self.likelihood.check(as_targets(x))


def made(
    columns: int,
    hidden: Sequence[int],
    likelihood: Likelihood,
    *,
    activation: Callable = nn.relu,
) -> Autoregressive:
    """MADE: dense layers with connections cut so that output j sees x₁ … xⱼ₋₁ alone.

    Hidden unit k has a degree m(k) from 1 to D − 1 and sees the units below it whose degree is
    not above m(k); output j sees hidden units of degree below j. The first factor p(x₁) sees
    nothing: it is the output's bias.

    Arguments:
        columns: D, the length of x.
        hidden: units of each hidden layer; several per column.
        likelihood: of one xⱼ given the earlier ones: `Bernoulli()` for 0 and 1, `Mixture(k)` or
            another likelihood of real numbers.
        activation: of the hidden units.

    >>> import jax
    >>> from gradus.likelihoods import Bernoulli
    >>> model = made(3, [8], Bernoulli()).init(jax.random.key(0), (3,))
    >>> slopes = jax.jacobian(model.network)(jnp.ones((1, 3)))[0, :, 0]
    >>> (slopes != 0).astype(int)
    Array([[0, 0, 0],
           [1, 0, 0],
           [1, 1, 0]], dtype=int32)

    Germain, Gregor, Murray and Larochelle (2015). Degrees are dealt out in turn; there they are
    drawn at random. Columns keep their order.
    """
    below, layers = tuple(range(1, columns + 1)), []
    for units in hidden:
        degrees = tuple(1 + k % max(columns - 1, 1) for k in range(units))
        layers.append(nn.MaskedDense(below, degrees, activation))
        below = degrees
    outputs = tuple(j for j in range(1, columns + 1) for _ in range(likelihood.size))
    network = nn.Sequential(*layers, nn.MaskedDense(below, outputs, strict=True))
    return Autoregressive(network, likelihood, columns)
