"""Real numbers that may lie in several places: a mixture density network's output."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.record import static
from gradus.likelihoods import marginal
from gradus.likelihoods.base import require_positive, require_whole
from gradus.likelihoods.gaussian import log_normal
from gradus.likelihoods.real import RealLikelihood, positive_scale, scale_output


class Mixture(RealLikelihood):
    """A mixture of k Gaussians: p(y) = Σᵢ πᵢ N(y; μᵢ, σᵢ²), 3k outputs per target.

    The outputs are k logits of π, k means μ and k numbers s with σ = σ₀ + log(1 + eˢ). Each of
    several targets has a mixture of its own. The prediction is the mean Σ πᵢμᵢ, which may lie
    between the places where targets are; `sample` shows where they are.

    Arguments:
        components: k, the number of Gaussians.
        smallest: σ₀ > 0, in units of the target; keeps a component from shrinking onto one point.

    Raises InputError for no components or a floor that is not positive.

    >>> likelihood = Mixture(2)
    >>> outputs = jnp.array([[0.0, 0.0, -3.0, 3.0, 0.0, 0.0]])
    >>> likelihood.predict(outputs)
    Array([0.], dtype=float32)
    >>> likelihood.log_prob(outputs, jnp.array([3.0])).round(4)
    Array([-1.247], dtype=float32)

    Bishop, "Mixture density networks" (1994); Goodfellow, Bengio and Courville (2016),
    section 6.2.2.4.
    """

    free_scale: ClassVar[bool] = True
    components: int = static()
    smallest: float = static(1e-3)

    def __check_init__(self):
        require_whole(self, "components", 1)
        require_positive(self, "smallest")

    @property
    def size(self):
        return 3 * self.components

    def log_prob(self, outputs, y):
        logits, means, scales = self.mixture(self.parameters(outputs, y.shape))
        log_p = log_normal(y[..., None].astype(means.dtype), means, scales) - jnp.log(scales)
        return jax.nn.logsumexp(jax.nn.log_softmax(logits) + log_p, axis=-1)

    def mixture(self, parameters: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Logits, means and scales, each (…, k), from the 3k numbers on the last axis."""
        logits, means, spread = jnp.split(parameters, 3, axis=-1)
        return logits, means, positive_scale(spread, self.smallest)

    def centre(self, parameters):
        logits, means, _ = self.mixture(parameters)
        return jnp.sum(jax.nn.softmax(logits) * means, axis=-1)

    def sample(self, key, outputs):
        which_key, noise_key = random.split(key)
        logits, means, scales = self.mixture(self.pairs(outputs))
        chosen = random.categorical(which_key, logits)[..., None]
        mean = jnp.take_along_axis(means, chosen, axis=-1)[..., 0]
        scale = jnp.take_along_axis(scales, chosen, axis=-1)[..., 0]
        return mean + scale * random.normal(noise_key, mean.shape, mean.dtype)

    def marginal_bias(self, y, weight=None):
        """Equal components side by side that share out the mean and the variance of `y`."""
        mean, std = (a[:, None] for a in marginal.mean_and_std(y, weight))
        middle = (jnp.arange(self.components, dtype=std.dtype) + 0.5) / self.components
        places = jax.scipy.special.ndtri(middle)[None]
        means = mean + std * places
        spread = scale_output(std * jnp.sqrt(1 - jnp.mean(places**2)), self.smallest)
        spread = jnp.broadcast_to(spread, means.shape)
        return jnp.concatenate([jnp.zeros_like(means), means, spread], axis=-1).reshape(-1)
