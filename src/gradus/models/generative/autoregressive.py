"""The chain rule of probability, with one network for all its factors."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus import nn
from gradus.base.record import static
from gradus.likelihoods import Bernoulli, Likelihood
from gradus.likelihoods.inputs import as_targets
from gradus.models.generative.density import DensityModel, check_rows, chosen, refuse_constant
from gradus.models.generative.missing import holes
from gradus.models.generative.verbs import verb
from gradus.nn.layer import INFERENCE, Forward, Layer

CANDIDATES = 64  # of which one is chosen, where missing columns stand before known ones


class Autoregressive(DensityModel):
    """p(x) = Πⱼ p(xⱼ | x₁ … xⱼ₋₁): the chain rule, every factor from one pass of a network.

    A density costs one pass, a sample D passes. `impute` draws missing columns in the same order;
    that is exact where no known column comes after a missing one. Otherwise it draws 64
    candidates and chooses one by how likely it makes the known columns that come later, which is
    exact only with ever more candidates.

    Arguments:
        network: maps x, shape (B, D), to `likelihood.size` outputs for each xⱼ, shape
            (B, D · size); those for xⱼ must not depend on xⱼ and what comes after it.
        likelihood: what the outputs say about xⱼ.
        columns: D.
        order: the columns, from 0, in the order in which the network lets them depend on each
            other; None: as they stand.

    Two independent columns need no network but a bias:

    >>> free = nn.MaskedDense(inputs=(1, 2), outputs=(0, 0))
    >>> model = Autoregressive(free, Bernoulli(), columns=2).init(random.key(0), (2,))
    >>> jnp.exp(model(jnp.array([[0.0, 1.0]])))
    Array([0.25], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 20.10.7.
    """

    network: Layer
    likelihood: Likelihood
    columns: int = static()
    order: tuple[int, ...] | None = static(None)

    def init(self, key, shape):
        return self.replace(network=self.network.init(key, shape))

    def __call__(self, x, forward: Forward = INFERENCE):
        x = x.astype(jnp.result_type(float))  # 0 and 1 may come as integers
        y, outputs = as_targets(x), self.network(x, forward)
        outputs = outputs.reshape(len(x), *self.likelihood.output_shape(y.shape[1:]))
        log_p = self.likelihood.log_prob(outputs, y)
        return jnp.sum(log_p.reshape(len(x), self.columns), axis=1)

    @verb
    def sample(self, key, count):
        """New x, one column after the other: D passes of the network."""
        nothing = jnp.zeros((count, self.columns))
        return self.completed(key, nothing, jnp.ones_like(nothing, bool))[0]

    @verb
    def impute(self, key, x, missing):
        draw, choose = random.split(key)
        missing, x = holes(x, missing)
        return chosen(choose, *self.candidates(draw, x, missing, CANDIDATES))

    def candidates(
        self, key: jax.Array, x: jax.Array, missing: jax.Array, count: int
    ) -> tuple[jax.Array, jax.Array]:
        """Every x so many times `completed`, shape (count, B, D), and their log-weights.

        `missing` holds truth values, and x numbers everywhere.
        """
        x, missing = (jnp.tile(a, (count, 1)) for a in (x, missing))
        x, log_weight = self.completed(key, x.astype(jnp.result_type(float)), missing)
        return x.reshape(count, -1, self.columns), log_weight.reshape(count, -1)

    def completed(
        self, key: jax.Array, x: jax.Array, missing: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        """Every x with missing columns drawn given the earlier ones, and Σ log p of the others."""
        order = jnp.arange(self.columns) if self.order is None else jnp.array(self.order)

        def draw(i, carry):
            x, log_p = carry
            j = order[i]
            outputs = self.network(x).reshape(len(x), self.columns, self.likelihood.size)[:, j]
            drawn = self.likelihood.sample(random.fold_in(key, i), outputs).astype(x.dtype)
            known = self.likelihood.log_prob(outputs, x[:, j])
            column = jnp.where(missing[:, j], drawn, x[:, j])
            return x.at[:, j].set(column), log_p + jnp.where(missing[:, j], 0, known)

        return lax.fori_loop(0, self.columns, draw, (x, jnp.zeros(len(x))))

    def with_marginals(self, x, weight=None):
        bias = self.likelihood.marginal_bias(as_targets(x), weight)
        if bias is None:
            return self
        bias = jnp.tile(bias, self.columns * self.likelihood.size // bias.size)  # of all classes
        return self.replace(network=self.network.with_output_bias(bias))

    def check(self, x):
        check_rows(x, self.columns)
        self.likelihood.check(as_targets(x))

    def check_examples(self, x):
        if self.likelihood.free_scale:
            refuse_constant(x)


def fully_visible(columns: int, likelihood: Likelihood | None = None) -> Autoregressive:
    """The fully visible sigmoid belief net: p(xⱼ = 1 | x₁ … xⱼ₋₁) = σ(bⱼ + Σᵢ₍ᵢ﹤ⱼ₎ wᵢⱼ xᵢ).

    A logistic regression of every column on the earlier ones: D (D + 1) / 2 parameters, where a
    table of all P(x) has 2ᴰ − 1.

    Arguments:
        columns: D, the length of x.
        likelihood: of one xⱼ given the earlier ones; None: `Bernoulli()`. With
            `Gaussian()`, say, it is a chain of linear regressions.

    >>> from gradus.base.tree import count
    >>> model = fully_visible(3).init(random.key(0), (3,))
    >>> int((model.network.weight != 0).sum() + model.network.bias.size)
    6

    Frey, "Graphical Models for Machine Learning and Digital Communication" (1998); Goodfellow,
    Bengio and Courville (2016), section 20.10.8.
    """
    likelihood = likelihood or Bernoulli()
    places = tuple(range(columns))
    outputs = tuple(j for j in places for _ in range(likelihood.size))
    return Autoregressive(nn.MaskedDense(places, outputs, strict=True), likelihood, columns)
