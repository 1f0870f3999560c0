"""Real numbers with a bell around them: squared error, with a scale that is fixed or learned."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.record import static
from gradus.likelihoods.base import Likelihood, refuse_targets


class Gaussian(Likelihood):
    """A real number around μ: log p(y) = −½((y−μ)/σ)² − log σ − ½ log 2π, with μ the output.

    Arguments:
        scale: σ, in units of the target.

    >>> Gaussian().log_prob(jnp.array([[1.0]]), jnp.array([3.0]))
    Array([-2.9189386], dtype=float32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.1.
    """

    scale: float = static(1.0)

    @property
    def size(self):
        return 1

    def log_prob(self, outputs, y):
        z = (y - self.parameters(outputs, y.shape)[..., 0]) / self.scale
        return -0.5 * z**2 - math.log(self.scale) - 0.5 * math.log(2 * math.pi)

    def predict(self, outputs):
        return self.pairs(outputs)[..., 0]

    def sample(self, key, outputs):
        mean = self.predict(outputs)
        return mean + self.scale * random.normal(key, mean.shape, mean.dtype)

    def measures(self, outputs, y):
        error = self.parameters(outputs, y.shape)[..., 0] - y
        return {"mse": error**2, "mae": jnp.abs(error)}

    def marginal_bias(self, y):
        targets = y.shape[-1] if y.ndim > 1 else 1
        return jnp.mean(y.reshape(-1, targets), axis=0)

    def check(self, y):
        refuse_targets(self, ~np.isfinite(y), y, "finite numbers", "drop or fill this row")
