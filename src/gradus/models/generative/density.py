"""What all models of p(x) have in common."""

from __future__ import annotations

from abc import abstractmethod

import jax

from gradus.models.generative.model import GenerativeModel
from gradus.nn.layer import INFERENCE, Forward


class DensityModel(GenerativeModel):
    """A layer that maps examples x to log p(x), one number for each, and can be sampled from.

    `learn.density` makes examples likely under it.

    >>> class Standard(DensityModel):
    ...     def __call__(self, x, forward=INFERENCE):
    ...         return jax.scipy.stats.norm.logpdf(x).sum(axis=1)
    ...     def sample(self, key, count):
    ...         return jax.random.normal(key, (count, 1))
    >>> round(float(Standard()(jax.numpy.zeros((1, 1)))[0]), 4)
    -0.9189
    """

    @abstractmethod
    def __call__(self, x: jax.Array, forward: Forward = INFERENCE) -> jax.Array:
        """log p(x), or log P(x) of discrete x, in nats, shape (B,)."""

    @abstractmethod
    def sample(self, key: jax.Array, count: int) -> jax.Array:
        """So many new x, drawn from p(x), examples first."""

    def log_prob(self, x):
        return self(x)

    def with_marginals(self, x: jax.Array, weight: jax.Array | None = None) -> DensityModel:
        """The model, before `init`, with each column of x described by itself, where it can be."""
        return self
