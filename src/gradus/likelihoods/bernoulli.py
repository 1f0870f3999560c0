"""Yes or no: sigmoid and binary cross-entropy in one."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.record import static
from gradus.likelihoods import marginal
from gradus.likelihoods.base import Likelihood, refuse_targets, require_fraction, require_positive


class Bernoulli(Likelihood):
    """A target 0 or 1 from one logit z: p(1) = σ(z), −log p(y) = ζ((1−2y)z), ζ(a) = log(1+eᵃ).

    The loss comes from the logit, not from σ(z): a confident mistake costs |z| and has slope 1,
    where log σ(z) computed in two steps gives −∞. A clipped probability max(0, min(1, z)) is no
    output unit: outside (0, 1) its gradient is 0, and a unit that is wrong there stays wrong.
    A target between 0 and 1 is the probability of a 1 (grey pixels, soft labels).

    Arguments:
        smoothing: label smoothing ε: a target y becomes (1−ε)y + ε(1−y).
        positive_weight: how much a 1 counts beside a 0, for rare positives.

    Raises InputError for a smoothing outside [0, 1) or a weight that is not positive.

    >>> likelihood = Bernoulli()
    >>> likelihood.log_prob(jnp.array([[1e4], [-1e4]]), jnp.array([0, 1]))
    Array([-10000., -10000.], dtype=float32)
    >>> likelihood.predict(jnp.array([[0.3], [-2.0]]))
    Array([1, 0], dtype=int32)

    Goodfellow, Bengio and Courville (2016), section 6.2.2.2. As with PyTorch's `pos_weight`, the
    weighted loss is divided by the number of targets, not by the sum of their weights.
    """

    kind: ClassVar[str] = "classification"
    smoothing: float = static(0.0)
    positive_weight: float = static(1.0)

    def __check_init__(self):
        require_fraction(self, "smoothing")
        require_positive(self, "positive_weight")

    @property
    def size(self):
        return 1

    def log_prob(self, outputs, y):
        logit = self.parameters(outputs, y.shape)[..., 0]
        p = self.smoothed(y.astype(logit.dtype))
        return p * jax.nn.log_sigmoid(logit) + (1 - p) * jax.nn.log_sigmoid(-logit)

    def smoothed(self, y: jax.Array) -> jax.Array:
        """The probability of a 1 that the loss asks for."""
        return (1 - self.smoothing) * y + self.smoothing * (1 - y)

    def predict(self, outputs):
        return (self.pairs(outputs)[..., 0] > 0).astype(jnp.int32)

    def mean(self, outputs):
        return jax.nn.sigmoid(self.pairs(outputs)[..., 0])

    def probabilities(self, outputs):
        """p(0) = σ(−z) and p(1) = σ(z) for every target, on the last axis."""
        logit = self.pairs(outputs)[..., 0]
        return jax.nn.sigmoid(jnp.stack([-logit, logit], axis=-1))

    def sample(self, key, outputs):
        return random.bernoulli(key, self.probabilities(outputs)[..., 1]).astype(jnp.int32)

    def measures(self, outputs, y):
        yes = self.parameters(outputs, y.shape)[..., 0] > 0
        return {"accuracy": yes == (y.astype(outputs.dtype) > 0.5)}

    def weight(self, y):
        if self.positive_weight == 1:
            return None
        return 1 + (self.positive_weight - 1) * y.astype(jnp.result_type(float))

    def marginal_bias(self, y, weight=None):
        """The logit of the mean; with targets of one kind only, as if each kind were seen once."""
        never = 1 / (jnp.sum(marginal.importance(y, weight) > 0, axis=0) + 2)
        mean = jnp.clip(marginal.mean(y, weight), never, 1 - never)
        ones, zeros = self.positive_weight * mean, 1 - mean
        p = self.smoothed(ones / (ones + zeros))
        return jnp.log(p) - jnp.log1p(-p)

    def check(self, y):
        super().check(y)
        expected = "0 or 1, or a probability between them"
        fix = "pixels: x / 255; labels −1 and +1: (y + 1) / 2; more than two classes: Categorical"
        refuse_targets(self, (y < 0) | (y > 1), y, expected, fix)
