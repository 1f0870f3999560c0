"""Counts: how often something happened."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import random
from jax.scipy.special import gammaln, xlogy

from gradus.likelihoods import marginal
from gradus.likelihoods.base import Likelihood, refuse_targets

HIGHEST = 30.0  # log rates above it (10¹³ events) follow the tangent of the exponential


class Poisson(Likelihood):
    """A count 0, 1, 2 … with rate λ = eᶯ: log p(y) = yη − eᶯ − log y!, with η the output.

    Above η = 30 the rate goes on along its tangent, e³⁰(η − 29), so that value and gradient stay
    finite and lead back. The prediction is the rate, the mean count.

    >>> Poisson().log_prob(jnp.array([[0.0]]), jnp.array([3])).round(4)
    Array([-2.7918], dtype=float32)

    McCullagh and Nelder, "Generalized linear models" (1989), chapter 6. Differs from PyTorch's
    `PoissonNLLLoss`, which leaves log y! out unless asked and then approximates it.
    """

    kind: ClassVar[str] = "counts"

    @property
    def size(self):
        return 1

    def log_prob(self, outputs, y):
        log_rate = self.parameters(outputs, y.shape)[..., 0]
        y = y.astype(log_rate.dtype)
        return y * log_rate - rate(log_rate) - gammaln(y + 1)

    def predict(self, outputs):
        return rate(self.pairs(outputs)[..., 0])

    def sample(self, key, outputs):
        return random.poisson(key, self.predict(outputs))

    def measures(self, outputs, y):
        """The absolute error, and the deviance 2(y log y/λ − y + λ), 0 for a perfect rate."""
        log_rate = self.parameters(outputs, y.shape)[..., 0]
        mean, y = rate(log_rate), y.astype(log_rate.dtype)
        deviance = 2 * (xlogy(y, y) - y * log_rate - y + mean)
        return {"mae": jnp.abs(mean - y), "deviance": deviance}

    def marginal_bias(self, y, weight=None):
        """The logarithm of the mean count; where nothing happened, as if it had once."""
        count = jnp.maximum(jnp.sum(marginal.importance(y, weight) > 0, axis=0), 1)
        return jnp.log(jnp.maximum(marginal.mean(y, weight), 1 / count))

    def check(self, y):
        super().check(y)
        fix = "Poisson describes counts; use Gaussian for other numbers"
        refuse_targets(self, (y < 0) | (y != np.floor(y)), y, "whole numbers 0, 1, 2 …", fix)


def rate(log_rate: jax.Array) -> jax.Array:
    """eᶯ, continued along its tangent above η = 30."""
    return jnp.exp(jnp.minimum(log_rate, HIGHEST)) * (1 + jnp.maximum(log_rate - HIGHEST, 0))
