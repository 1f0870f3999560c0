"""Learning hidden causes: a lower bound of log p(x), and estimates of its gradient."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from gradus.base.errors import InputError, located
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm, require_targets
from gradus.learn.checks import check_number, check_optimizer, check_penalty, require
from gradus.learn.descent import State, begin, descent, key_of
from gradus.likelihoods.inputs import as_targets, log_prob_of
from gradus.models.generative.coder import check_outputs
from gradus.models.generative.labels import check_labels
from gradus.models.generative.latents import GaussianLatent
from gradus.models.generative.vae import VAE
from gradus.nn.layer import Forward
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty

ACTIVE = 0.01  # nats: a hidden variable that says less about x is not in use
GRADIENTS = ("reparametrised", "score")


def vae(
    model: VAE,
    optimizer: Optimizer,
    *,
    beta: float | Callable[[jax.Array], Any] = 1.0,
    samples: int = 1,
    gradient: str = "reparametrised",
    penalty: Penalty | None = None,
) -> Algorithm:
    """Steps uphill on E_q log p(x | z) − β KL(q(z | x) ‖ p(z)), which is below log p(x) for β = 1.

    The history has minus this as the loss, in nats per example, and its two parts:
    `reconstruction` and `kl`, and `active`, how many hidden variables have a KL above 0.01 nats.
    A posterior that collapses shows there: a variable whose KL is 0 says nothing about x. A KL
    that starts small (`beta=optim.warm_up(1.0, steps=2000)`) or a weaker decoder helps.

    Validation draws z with the same random numbers every time, so that epochs can be compared and
    early stopping works; a schedule of β counts there with what it ends at.

    Arguments:
        model: a `models.VAE`; with `classes` the data are (x, labels).
        optimizer: how to follow the gradient.
        beta: β, a number or a schedule of steps.
        samples: K; above 1 the loss is minus the importance-weighted bound
            log 1/K Σₖ p(x | zₖ) p(zₖ) / q(zₖ | x), which has no β.
        gradient: "reparametrised", through z; or "score", f(z) ∇ log q(z | x), which needs no
            path through z and has far more variance.
        penalty: what is added to the loss.

    Raises InputError for arguments of another kind or that do not go together, for x that the
    likelihood cannot describe, and for labels outside the classes.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.likelihoods import Bernoulli
    >>> from gradus.optim import adam
    >>> x = np.repeat(np.float32([[0, 0, 0], [1, 1, 1]]), 64, axis=0)  # log ½ = −0.69 is known
    >>> run = fit(vae(models.vae(3, [16], 1, Bernoulli()), adam(0.02)), x, epochs=60, batch=64)
    >>> bool(0.6 < run.history["loss"][-1] < 1.0)
    True

    Kingma and Welling (2014); Burda, Grosse and Salakhutdinov (2016); Bowman et al. (2016) for
    the warm-up; Goodfellow, Bengio and Courville (2016), section 20.9 for the score function.
    """
    require(model, VAE, "model", "a models.VAE", "give models.vae(columns, hidden, latent)")
    check_optimizer(optimizer)
    check_penalty(penalty)
    check_ways(model, beta, samples, gradient)

    def measured(model: VAE, batch: Batch, forward: Forward):
        labels = batch.y if model.classes else None
        told = model.guess(batch.x, labels, forward)
        if samples > 1:
            values = weighted(model, told, batch.x, labels, forward, samples)
        else:
            values = bounded(model, told, batch.x, labels, forward, gradient, beta)
        divergence = jax.vmap(batch.mean, in_axes=1)(model.latent.divergence(told))
        found = {name: batch.mean(value) for name, value in values.items()}
        active = jnp.sum(divergence > ACTIVE, dtype=divergence.dtype)
        return found | {"kl": jnp.sum(divergence), "active": active}

    def init(key: jax.Array, batch: Batch) -> State:
        weight = batch.weight if batch.weight is None or batch.weight.ndim == 1 else None
        bias = model.likelihood.marginal_bias(as_targets(batch.x), weight)
        biased = model if bias is None else model.with_output_bias(bias)
        return begin(biased.init(key, batch.x.shape[1:]), optimizer)

    def check(data: Batch) -> None:
        if model.classes:
            require_targets(data)
            with located("y"):
                check_labels(data.y, model.classes, data.size)
        model.check((data.x, data.y) if model.classes else data.x)
        described = model.decoder.output_shape((model.latent.width + (model.classes or 0),))
        check_outputs(model.likelihood, described, data.x.shape[1:])

    settings = {
        "model": model,
        "likelihood": model.likelihood,
        "optimizer": optimizer.name,
        "beta": beta,
        "samples": samples,
        "gradient": gradient,
        "penalty": penalty,
    }
    parts = descent(measured, optimizer, penalty)
    return Algorithm(init, *parts, check, model.likelihood, settings)


def bounded(model, told, x, labels, forward, gradient, beta) -> dict[str, jax.Array]:
    """Minus the evidence lower bound of every example, by one z for each."""
    if gradient == "score":
        z = lax.stop_gradient(model.latent.sample(key_of(forward), told))
    else:
        z = model.latent.draw(key_of(forward), told)
    cost = -log_prob_of(model.likelihood, model.describe(z, labels, forward), x)
    loss = cost + weight_of(beta, forward) * model.latent.divergence(told).sum(axis=1)
    if gradient == "score":
        log_q = model.latent.log_prob(told, z)
        # adds nothing but the slope: the cost times that of log q
        loss = loss + lax.stop_gradient(cost) * (log_q - lax.stop_gradient(log_q))
    return {"loss": loss, "reconstruction": cost}


def weighted(model, told, x, labels, forward, samples) -> dict[str, jax.Array]:
    """Minus the importance-weighted bound of every example, by several z for each."""
    repeated = [a if a is None else jnp.concatenate([a] * samples) for a in (told, x, labels)]
    log_weight = model.log_weight(key_of(forward), *repeated, forward).reshape(samples, len(x))
    return {"loss": math.log(samples) - jax.nn.logsumexp(log_weight, axis=0)}


def weight_of(beta: float | Callable, forward: Forward) -> jax.Array | float:
    """β of a step; outside learning, what it ends at."""
    if not callable(beta):
        return beta
    return beta(jnp.iinfo(jnp.int32).max if forward.step is None else forward.step)


def check_ways(model: VAE, beta: Any, samples: int, gradient: str) -> None:
    """Refuse what is none, and what does not go together."""
    if not callable(beta):
        check_number("beta", beta)
    if gradient not in GRADIENTS:
        raise InputError(
            "gradient",
            expected=" or ".join(map(repr, GRADIENTS)),
            got=repr(gradient),
            fix='leave it out for "reparametrised"',
        )
    if samples == 1:
        return
    if samples < 1 or gradient == "score" or beta != 1.0:
        raise InputError(
            "the importance-weighted bound",
            expected='1 sample, or more with beta=1.0 and gradient="reparametrised"',
            got=f"samples={samples}, beta={beta}, gradient={gradient!r}",
            fix="leave the others out",
        )
    if not isinstance(model.latent, GaussianLatent):
        raise InputError(
            "the importance-weighted bound",
            expected="a GaussianLatent, whose draws have both a density and a gradient",
            got=type(model.latent).__name__,
            fix="samples=1",
        )
