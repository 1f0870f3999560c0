"""What all likelihoods of real numbers have in common."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from gradus.likelihoods.base import Likelihood


class RealLikelihood(Likelihood):
    """A density of a real number around a centre; by default the centre is the first output."""

    def centre(self, parameters: jax.Array) -> jax.Array:
        """The best guess from the `size` numbers on the last axis."""
        return parameters[..., 0]

    def predict(self, outputs):
        return self.centre(self.pairs(outputs))

    def measures(self, outputs, y):
        error = self.centre(self.parameters(outputs, y.shape)) - y.astype(outputs.dtype)
        return {"mse": jnp.square(error), "mae": jnp.abs(error)}


def positive_scale(output: jax.Array, smallest: float) -> jax.Array:
    """A scale from an unconstrained output s: σ = σ₀ + log(1 + eˢ), with σ₀ the smallest."""
    return smallest + jax.nn.softplus(output)


def scale_output(scale: jax.Array, smallest: float) -> jax.Array:
    """The output s whose `positive_scale` is `scale`; just above the smallest for lower ones.

    >>> positive_scale(scale_output(jnp.array([2.0]), 0.001), 0.001)
    Array([2.], dtype=float32)
    """
    above = jnp.maximum(scale - smallest, smallest)
    return above + jnp.log(-jnp.expm1(-above))
