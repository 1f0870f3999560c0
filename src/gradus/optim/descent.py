"""Gradient descent, plain and with momentum."""

from __future__ import annotations

import optax

from gradus.optim.optimizer import Optimizer, Rate
from gradus.optim.packed import packed
from gradus.optim.wording import check_fractions, spelled


def sgd(rate: Rate = 0.01) -> Optimizer:
    """Stochastic gradient descent: θ ← θ − εg.

    Arguments:
        rate: ε, a number or a schedule. Keras takes 0.01, PyTorch 0.001.

    >>> import jax.numpy as jnp
    >>> optimizer, w = sgd(0.1), jnp.array([1.0, -2.0])
    >>> change, _ = optimizer.update(2 * w, optimizer.init(w), w)
    >>> change
    Array([-0.2,  0.4], dtype=float32)

    Goodfellow, Bengio and Courville (2016), algorithm 8.1.
    """
    return Optimizer(spelled("sgd", rate), optax.identity(), rate)


def momentum(rate: Rate = 0.01, decay: float = 0.9) -> Optimizer:
    """Gradient descent with momentum: v ← αv − εg, θ ← θ + v.

    Arguments:
        rate: ε, a number or a schedule.
        decay: α in [0, 1); along a constant gradient the speed becomes ε/(1−α).

    >>> momentum(0.1)
    momentum(0.1, decay=0.9)

    Goodfellow, Bengio and Courville (2016), algorithm 8.2. As in Keras. PyTorch keeps v ← αv + g
    and steps by −εv: the same while ε is constant; when ε falls, PyTorch slows down at once,
    while here the speed gathered at the old rate fades away by itself.
    """
    check_fractions("momentum", decay=decay)
    velocity = packed(optax.trace(decay))
    return Optimizer(spelled("momentum", rate, decay=decay), optax.identity(), rate, velocity)


def nesterov(rate: Rate = 0.01, decay: float = 0.9) -> Optimizer:
    """Nesterov momentum: the gradient is taken where the momentum is about to lead,
    v ← αv − εg(θ + αv), θ ← θ + v.

    What is kept as the parameters is the point ahead, θ + αv, so that one gradient at the
    parameters is enough; in these terms v ← αv − εg, parameters ← parameters + αv − εg.

    Arguments:
        rate: ε, a number or a schedule.
        decay: α in [0, 1).

    >>> nesterov(0.1)
    nesterov(0.1, decay=0.9)

    Goodfellow, Bengio and Courville (2016), algorithm 8.3; Sutskever et al. (2013). As in Keras,
    and as in PyTorch while ε is constant (see `momentum`).
    """
    check_fractions("nesterov", decay=decay)
    velocity = packed(optax.trace(decay, nesterov=True))
    return Optimizer(spelled("nesterov", rate, decay=decay), optax.identity(), rate, velocity)
