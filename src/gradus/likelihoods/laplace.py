"""Real numbers with heavier tails: absolute error."""

from __future__ import annotations

import math

import jax.numpy as jnp
from jax import random

from gradus.base.record import static
from gradus.likelihoods import marginal
from gradus.likelihoods.base import require_positive
from gradus.likelihoods.real import RealLikelihood


class Laplace(RealLikelihood):
    """A real number around m: log p(y) = −|y−m|/b − log 2b, with m the output.

    With b = 1 the loss is the absolute error plus log 2. An example that is far off pulls no
    harder than one that is near, so outliers do little harm; the output learns the median.

    Arguments:
        scale: b > 0, in units of the target.

    Raises InputError for a scale that is not positive.

    >>> Laplace().log_prob(jnp.array([[1.0]]), jnp.array([3.0])).round(4)
    Array([-2.6931], dtype=float32)

    Goodfellow, Bengio and Courville (2016), sections 3.9.4 and 6.2.1.2.
    """

    scale: float = static(1.0)

    def __check_init__(self):
        require_positive(self, "scale")

    @property
    def size(self):
        return 1

    def log_prob(self, outputs, y):
        median = self.parameters(outputs, y.shape)[..., 0]
        error = y.astype(median.dtype) - median
        distance = error * jnp.sign(error)  # jnp.abs has slope 1 at 0: a hit would pull too
        return -distance / self.scale - math.log(2 * self.scale)

    def sample(self, key, outputs):
        median = self.predict(outputs)
        return median + self.scale * random.laplace(key, median.shape, median.dtype)

    def marginal_bias(self, y, weight=None):
        return marginal.median(y, weight)
