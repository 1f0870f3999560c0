"""A rate of its own for every weight."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from gradus.optim.optimizer import NO_MOMENTUM, Optimizer, Rate
from gradus.optim.packed import packed
from gradus.optim.wording import check_fractions, check_not_negative, spelled


def delta_bar_delta(
    rate: Rate = 0.01, *, increase: float = 0.05, decrease: float = 0.1, decay: float = 0.7
) -> Optimizer:
    """Delta-bar-delta: a weight speeds up while its gradient keeps its sign, and slows down when
    the sign turns.

    With ḡ the average of the gradients before this one, each weight's gain a (1 at the start)
    becomes a + κ where ḡg > 0, (1−φ)a where ḡg < 0, and stays otherwise; then θ ← θ − εa·g and
    ḡ ← δḡ + (1−δ)g.

    Arguments:
        rate: ε, the rate of every weight at the start, or a schedule for all of them.
        increase: κ, in units of `rate`.
        decrease: φ in [0, 1).
        decay: δ in [0, 1), how slowly ḡ moves.

    Made for whole-batch gradients: the noise of small batches turns signs and stops the gains.

    >>> delta_bar_delta(0.1)
    delta_bar_delta(0.1, increase=0.05, decrease=0.1, decay=0.7)

    Jacobs (1988), Increased rates of convergence through learning rate adaptation; Goodfellow,
    Bengio and Courville (2016), section 8.5. His κ is `rate * increase` here.
    """
    check_fractions("delta_bar_delta", decrease=decrease, decay=decay)
    check_not_negative("delta_bar_delta", increase=increase)
    name = spelled("delta_bar_delta", rate, increase=increase, decrease=decrease, decay=decay)
    return Optimizer(name, packed(_scale_by_gains(increase, decrease, decay)), rate)


def adagrad(rate: Rate = 0.01, *, epsilon: float = 1e-10) -> Optimizer:
    """AdaGrad, steps shrink by all squared gradients so far: r ← r + g², θ ← θ − εg / √(r + δ²).

    Arguments:
        rate: ε, a number or a schedule.
        epsilon: δ, keeps the first steps of tiny gradients small.

    >>> adagrad(0.1)
    adagrad(0.1, epsilon=1e-10)

    Duchi, Hazan and Singer (2011); Goodfellow, Bengio and Courville (2016), algorithm 8.4.
    PyTorch and the book divide by δ + √r, the same to one part in δ/√r; Keras starts r at 0.1.
    """
    check_not_negative("adagrad", epsilon=epsilon)
    direction = packed(optax.scale_by_rss(initial_accumulator_value=0.0, eps=epsilon**2))
    return Optimizer(spelled("adagrad", rate, epsilon=epsilon), direction, rate)


def rmsprop(
    rate: Rate = 1e-3,
    *,
    decay: float = 0.9,
    epsilon: float = 1e-8,
    momentum: float = 0.0,
    centred: bool = False,
) -> Optimizer:
    """RMSProp, divides by a running root mean square: r ← ρr + (1−ρ)g²,
    v ← αv − εg / (√r + δ), θ ← θ + v.

    Arguments:
        rate: ε, a number or a schedule.
        decay: ρ in [0, 1).
        epsilon: δ, added to the root.
        momentum: α in [0, 1).
        centred: divide by the running standard deviation √(r − m²), m ← ρm + (1−ρ)g.

    >>> rmsprop(momentum=0.9)
    rmsprop(0.001, decay=0.9, epsilon=1e-08, momentum=0.9, centred=False)

    Hinton (2012), lecture 6e; Goodfellow, Bengio and Courville (2016), algorithm 8.5, with δ
    inside the root; centred: Graves (2013). The momentum is plain, as in Keras and PyTorch, not
    Nesterov's of the book's algorithm 8.6. ε and ρ as in Keras, which puts δ inside the root;
    PyTorch takes 0.01 and 0.99, δ outside.
    """
    check_fractions("rmsprop", decay=decay, momentum=momentum)
    check_not_negative("rmsprop", epsilon=epsilon)
    if centred:
        direction = _scale_by_deviation(decay, epsilon)
    else:
        direction = optax.scale_by_rms(decay, epsilon, eps_in_sqrt=False)
    velocity = packed(optax.trace(momentum)) if momentum else NO_MOMENTUM
    settings = {"decay": decay, "epsilon": epsilon, "momentum": momentum, "centred": centred}
    return Optimizer(spelled("rmsprop", rate, **settings), packed(direction), rate, velocity)


def adadelta(rate: Rate = 1.0, *, decay: float = 0.9, epsilon: float = 1e-6) -> Optimizer:
    """AdaDelta, steps in units of earlier steps: r ← ρr + (1−ρ)g², d = g √(s + δ) / √(r + δ),
    s ← ρs + (1−ρ)d², θ ← θ − εd.

    Arguments:
        rate: ε, a number or a schedule; 1 as in the paper.
        decay: ρ in [0, 1).
        epsilon: δ, which also sets the length of the first steps.

    >>> adadelta()
    adadelta(1, decay=0.9, epsilon=1e-06)

    Zeiler (2012). As in PyTorch; Keras takes ε = 0.001 and ρ = 0.95, with which it hardly moves.
    """
    check_fractions("adadelta", decay=decay)
    check_not_negative("adadelta", epsilon=epsilon)
    direction = packed(optax.scale_by_adadelta(decay, epsilon))
    return Optimizer(spelled("adadelta", rate, decay=decay, epsilon=epsilon), direction, rate)


class _Gains(NamedTuple):
    gain: Any
    average: Any


def _scale_by_gains(increase: float, decrease: float, decay: float):
    """The direction of delta-bar-delta."""

    def init(params):
        return _Gains(jax.tree.map(jnp.ones_like, params), jax.tree.map(jnp.zeros_like, params))

    def new_gain(gain, average, g):
        agreement = average * g
        slower = jnp.where(agreement < 0, (1 - decrease) * gain, gain)
        return jnp.where(agreement > 0, gain + increase, slower)

    def update(updates, state, params=None):
        gain = jax.tree.map(new_gain, state.gain, state.average, updates)
        average = optax.tree.update_moment(updates, state.average, decay, 1)
        return jax.tree.map(jnp.multiply, gain, updates), _Gains(gain, average)

    return optax.GradientTransformation(init, update)


class _Moments(NamedTuple):
    mean: Any
    square: Any


def _scale_by_deviation(decay: float, epsilon: float):
    """The direction of centred RMSProp. Optax's own takes the root of r − m² as it is, which
    rounding makes negative when the gradient hardly changes."""

    def init(params):
        zeros = jax.tree.map(jnp.zeros_like, params)
        return _Moments(zeros, zeros)

    def scaled(g, mean, square):
        variance = jnp.maximum(square - mean**2, 0)
        return g / (jnp.sqrt(variance) + epsilon)

    def update(updates, state, params=None):
        mean = optax.tree.update_moment(updates, state.mean, decay, 1)
        square = optax.tree.update_moment(updates, state.square, decay, 2)
        return jax.tree.map(scaled, updates, mean, square), _Moments(mean, square)

    return optax.GradientTransformation(init, update)
