"""Directions of descent as Keras computes them, where Optax or `gradus.optim` do it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax


class Moments(NamedTuple):
    """The number of steps taken, and running averages of the gradient and of its square or size."""

    step: jax.Array
    mean: Any
    size: Any
    product: jax.Array  # of Nadam's momenta so far


def direction(
    along: Callable[[Any, Any, Any, jax.Array, jax.Array], jax.Array],
    beta1: float,
    size: Callable[[Any, Any], Any],
    momentum: Callable[[jax.Array], jax.Array] = jnp.ones_like,
) -> optax.GradientTransformation:
    """A direction made of g, m ← β₁m + (1−β₁)g and a running size of g.

    Arguments:
        along: (g, m, size, t, Πμ) → the direction, t from 1 on.
        beta1: β₁.
        size: (old size, g) → new size.
        momentum: t → μ, of which the product over all steps is kept.
    """

    def init(params):
        zeros = jax.tree.map(jnp.zeros_like, params)
        return Moments(jnp.zeros((), jnp.int32), zeros, zeros, jnp.ones(()))

    def update(updates, state, params=None):
        step = state.step + 1
        t = step.astype(jnp.result_type(float))
        product = state.product * momentum(t)
        mean = jax.tree.map(lambda m, g: m + (g - m) * (1 - beta1), state.mean, updates)
        sizes = jax.tree.map(size, state.size, updates)
        found = jax.tree.map(lambda g, m, s: along(g, m, s, t, product), updates, mean, sizes)
        return found, Moments(step, mean, sizes, product)

    return optax.GradientTransformation(init, update)


def running_square(beta2: float) -> Callable[[Any, Any], Any]:
    """v ← β₂v + (1−β₂)g²."""
    return lambda v, g: v + (jnp.square(g) - v) * (1 - beta2)


def adam(beta1: float, beta2: float, epsilon: float) -> optax.GradientTransformation:
    """m √(1−β₂ᵗ)/(1−β₁ᵗ) / (√v + δ): δ is added before the correction."""

    def along(g, m, v, t, product):
        return m * (jnp.sqrt(1 - beta2**t) / (1 - beta1**t)) / (jnp.sqrt(v) + epsilon)

    return direction(along, beta1, running_square(beta2))


def adamax(beta1: float, beta2: float, epsilon: float) -> optax.GradientTransformation:
    """m / ((1−β₁ᵗ)(u + δ)), u ← max(β₂u, |g|)."""

    def along(g, m, u, t, product):
        return m / ((1 - beta1**t) * (u + epsilon))

    return direction(along, beta1, lambda u, g: jnp.maximum(beta2 * u, jnp.abs(g)))


def nadam(beta1: float, beta2: float, epsilon: float) -> optax.GradientTransformation:
    """Adam with Nesterov's momentum, which grows: μₜ = β₁(1 − ½·0.96ᵗ)."""

    def momentum(t):
        return beta1 * (1 - 0.5 * 0.96**t)

    def along(g, m, v, t, product):
        now, then = momentum(t), momentum(t + 1)
        ahead = then * m / (1 - product * then) + (1 - now) * g / (1 - product)
        return ahead / (jnp.sqrt(v / (1 - beta2**t)) + epsilon)

    return direction(along, beta1, running_square(beta2), momentum)


def centred(rho: float, epsilon: float) -> optax.GradientTransformation:
    """g / √(v − m² + δ), with m and v running averages of g and g²."""

    def along(g, m, v, t, product):
        return g / jnp.sqrt(v - jnp.square(m) + epsilon)

    return direction(along, rho, running_square(rho))


def shortened(norm: float) -> optax.GradientTransformation:
    """Every array's gradient at most `norm` long."""

    def shorten(g):
        length = jnp.sqrt(jnp.sum(jnp.square(g)))
        return g * (norm / jnp.maximum(length, norm))

    return optax.stateless(lambda updates, _: jax.tree.map(shorten, updates))
