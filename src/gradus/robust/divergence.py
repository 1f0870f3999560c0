"""How far two predictions are from each other."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError
from gradus.likelihoods import Bernoulli, Categorical, Likelihood


def divergence(likelihood: Likelihood, outputs: jax.Array, other: jax.Array) -> jax.Array:
    """KL(p‖q) = Σₖ pₖ (log pₖ − log qₖ) for every target, p from `outputs` and q from `other`.

    Arguments:
        likelihood: `Categorical` or `Bernoulli`.
        outputs, other: of one shape, as a model gives them.

    Raises InputError for other likelihoods.

    >>> p, q = jnp.array([[0.0, 0.0]]), jnp.array([[0.0, jnp.log(3.0)]])
    >>> print(f"{divergence(Categorical(2), p, q)[0]:.4f}")  # ½ log(½ / ¼) + ½ log(½ / ¾)
    0.1438

    Goodfellow, Bengio and Courville (2016), section 3.13.
    """
    logs = log_probabilities(likelihood)
    log_p, log_q = logs(outputs), logs(other)
    return jnp.sum(jnp.exp(log_p) * (log_p - log_q), axis=-1)


def entropy(likelihood: Likelihood, outputs: jax.Array) -> jax.Array:
    """−Σₖ pₖ log pₖ for every target: 0 where the model is sure.

    >>> entropy(Bernoulli(), jnp.array([[0.0], [50.0]])).round(4)
    Array([0.6931, 0.    ], dtype=float32)
    """
    log_p = log_probabilities(likelihood)(outputs)
    return -jnp.sum(jnp.exp(log_p) * log_p, axis=-1)


def log_probabilities(likelihood: Likelihood) -> Callable[[jax.Array], jax.Array]:
    """A function from outputs to the log p of every class, on the last axis."""
    if isinstance(likelihood, Categorical):
        return jax.nn.log_softmax
    if isinstance(likelihood, Bernoulli):
        return lambda outputs: _two_classes(likelihood.pairs(outputs)[..., 0])
    raise InputError(
        "likelihood",
        expected="one of classes: Categorical or Bernoulli",
        got=type(likelihood).__name__,
        fix="number the classes, and use Categorical(k)",
    )


def _two_classes(logit: jax.Array) -> jax.Array:
    return jax.nn.log_sigmoid(jnp.stack([-logit, logit], axis=-1))
