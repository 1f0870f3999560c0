"""Inputs that are described themselves: by autoencoders, and by models of p(x)."""

from __future__ import annotations

from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from gradus.likelihoods.base import Likelihood

Array = TypeVar("Array", jax.Array, np.ndarray)


def as_targets(x: Array) -> Array:
    """Inputs in the place of targets: a table of one column as (B,), all others as they are.

    >>> as_targets(np.zeros((5, 1))).shape, as_targets(np.zeros((5, 2))).shape
    ((5,), (5, 2))
    """
    return x[:, 0] if x.shape[1:] == (1,) else x


def as_inputs(y: Array) -> Array:
    """Targets in the place of inputs: what `as_targets` undoes.

    >>> as_inputs(np.zeros(5)).shape, as_inputs(np.zeros((5, 2))).shape
    ((5, 1), (5, 2))
    """
    return y[:, None] if y.ndim == 1 else y


def log_prob_of(likelihood: Likelihood, outputs: jax.Array, x: jax.Array) -> jax.Array:
    """log p(x | outputs) of whole examples, summed over their numbers, shape (B,).

    >>> from gradus.likelihoods import Bernoulli
    >>> log_prob_of(Bernoulli(), jnp.zeros((1, 3)), jnp.ones((1, 3))).round(4)  # 3 log ½
    Array([-2.0794], dtype=float32)
    """
    log_p = likelihood.log_prob(outputs, as_targets(x).astype(outputs.dtype))
    return jnp.sum(log_p.reshape(len(x), -1), axis=1)
