"""Real numbers with a bell around them: squared error, with a scale that is fixed or learned."""

from __future__ import annotations

import math
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.record import static
from gradus.likelihoods import marginal
from gradus.likelihoods.base import require_positive
from gradus.likelihoods.real import RealLikelihood, positive_scale, scale_output


class Gaussian(RealLikelihood):
    """A real number around μ: log p(y) = −½((y−μ)/σ)² − log √(2πσ²), with μ the output.

    With σ = 1 the loss is half the squared error plus ½ log 2π ≈ 0.919. Another σ weighs the
    error against penalties and other tasks.

    Arguments:
        scale: σ > 0, in units of the target.

    Raises InputError for a scale that is not positive.

    >>> Gaussian().log_prob(jnp.array([[1.0]]), jnp.array([3.0])).round(4)
    Array([-2.9189], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.1.
    """

    scale: float = static(1.0)

    def __check_init__(self):
        require_positive(self, "scale")

    @property
    def size(self):
        return 1

    def log_prob(self, outputs, y):
        mean = self.parameters(outputs, y.shape)[..., 0]
        return log_normal(y.astype(mean.dtype), mean, self.scale) - math.log(self.scale)

    def sample(self, key, outputs):
        mean = self.predict(outputs)
        return mean + self.scale * random.normal(key, mean.shape, mean.dtype)

    def marginal_bias(self, y, weight=None):
        return marginal.mean(y, weight)


class HeteroscedasticGaussian(RealLikelihood):
    """A real number around μ(x) with spread σ(x): two outputs per target, μ and s, σ = σ₀ + ζ(s).

    ζ(s) = log(1 + eˢ) keeps the scale positive. The floor σ₀ keeps the density bounded: without
    it, one example that is hit exactly drives σ to 0 and the likelihood to infinity.

    Arguments:
        smallest: σ₀ > 0, in units of the target; choose it below the finest detail of interest.

    Raises InputError for a floor that is not positive.

    >>> likelihood = HeteroscedasticGaussian()
    >>> likelihood.predict(jnp.array([[5.0, -1.0], [7.0, 1.0]]))
    Array([5., 7.], dtype=float32)
    >>> likelihood.standard_deviation(jnp.array([[5.0, -1.0], [7.0, 1.0]])).round(4)
    Array([0.3143, 1.3143], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.1. Differs from PyTorch's
    `GaussianNLLLoss`, which wants a variance that is positive already.
    """

    free_scale: ClassVar[bool] = True
    smallest: float = static(1e-3)

    def __check_init__(self):
        require_positive(self, "smallest")

    @property
    def size(self):
        return 2

    def log_prob(self, outputs, y):
        parameters = self.parameters(outputs, y.shape)
        scale = positive_scale(parameters[..., 1], self.smallest)
        return log_normal(y.astype(scale.dtype), parameters[..., 0], scale) - jnp.log(scale)

    def standard_deviation(self, outputs: jax.Array) -> jax.Array:
        """σ of every target, in the shape of the targets."""
        return positive_scale(self.pairs(outputs)[..., 1], self.smallest)

    def sample(self, key, outputs):
        mean, scale = self.predict(outputs), self.standard_deviation(outputs)
        return mean + scale * random.normal(key, mean.shape, mean.dtype)

    def marginal_bias(self, y, weight=None):
        mean, std = marginal.mean_and_std(y, weight)
        return jnp.stack([mean, scale_output(std, self.smallest)], axis=-1).reshape(-1)


def log_normal(y: jax.Array, mean: jax.Array, scale: jax.Array | float) -> jax.Array:
    """log p of a Gaussian without its term −log σ, which is a plain number where σ is fixed."""
    return -0.5 * jnp.square((y - mean) / scale) - 0.5 * math.log(2 * math.pi)
