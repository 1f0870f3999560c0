"""Learning to make examples that a second player cannot tell from real ones."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.learn.game.average import moved_average
from gradus.learn.game.checks import (
    check_count,
    check_data,
    check_decay,
    check_players,
    check_steps,
)
from gradus.learn.game.player import Player, in_turn, watched
from gradus.learn.game.reach import check_reach
from gradus.learn.game.rules import rules_of
from gradus.models.generative.gan import GAN
from gradus.nn.layer import Layer
from gradus.optim.optimizer import Optimizer, OptimizerState, Rate


class State(NamedTuple):
    """What the next step needs."""

    model: GAN  # what the user keeps: its generator is the average, where one is asked for
    memories: dict[str, OptimizerState]  # of each player's optimiser
    moving: Layer | None = None  # the generator that learns, where that of `model` is the average


def gan(
    generator: Layer,
    discriminator: Layer,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
    *,
    latent: int,
    classes: int | None = None,
    loss: str = "non-saturating",
    r1: float = 0.0,
    gradient_penalty: float | None = None,
    noise: Rate = 0.0,
    steps: tuple[int, int] = (1, 1),
    ema: float | None = None,
    shown: int = 36,
) -> Algorithm:
    """A generator G and a discriminator D learn from each other, each by gradient steps of its own.

    With a = D(x) and b = D(G(z)) the logits of real and of made examples, z ~ N(0, I):

        loss              D makes smaller                      G makes smaller
        "non-saturating"  −log σ(a) − log(1 − σ(b))            −log σ(b)
        "minimax"         −log σ(a) − log(1 − σ(b))            log(1 − σ(b))
        "wasserstein-gp"  b − a + 10 (‖∇D(x̂)‖ − 1)²            −b
        "hinge"           max(0, 1 − a) + max(0, 1 + b)        −b

    Arguments:
        generator: maps z, shape (B, latent), to examples; with labels, see `models.GAN`.
        discriminator: maps examples to one logit each.
        generator_optimizer, discriminator_optimizer: how each follows its gradient.
        latent: the length of z.
        classes: how many labels there are, where samples shall be asked for by label.
        loss: one of the above; minimax is for study: its slope vanishes where D is sure.
        r1: γ in γ/2 ‖∇D(x)‖² at real examples, added to D's loss.
        gradient_penalty: λ in λ (‖∇D(x̂)‖ − 1)² between real and made examples, added to D's
            loss; None: 10 for "wasserstein-gp", 0 for the others.
        noise: standard deviation of normal noise on everything that D sees, a number or a
            schedule over each player's steps, in the units of x.
        steps: of D and of G on every batch, each with new z.
        ema: decay of a running average of G's weights, such as 0.999; samples come from it then.
        shown: how many samples are kept at the end of every epoch, `run.history.shown["samples"]`,
            always of the same z.

    The history has the loss of each player, and as `d_real` and `d_fake` the mean of σ(D), of D
    itself for the last two losses. The model is a `models.GAN`.

    Raises InputError for arguments of another kind, another loss, examples of another shape than
    the generator makes, or beyond the bounds of its last activation, and missing or unknown labels.

    >>> import numpy as np
    >>> from gradus import fit, models
    >>> from gradus.optim import adam
    >>> x = np.random.default_rng(0).normal(5, 1, (256, 1))
    >>> players = models.dense_gan(1, [16])
    >>> optimizers = adam(0.005, beta1=0.5), adam(0.005, beta1=0.5)
    >>> run = fit(gan(*players, *optimizers, latent=2, r1=0.1), x, epochs=60)
    >>> bool(abs(run.model.sample(jax.random.key(0), 1000).mean() - 5) < 0.5)
    True

    Goodfellow and others (2014); Gulrajani and others (2017); Lim and Ye (2017) for the hinge;
    Mescheder, Geiger and Nowozin (2018) for r1; Sønderby and others (2017) for noise. Differs from
    those with several steps of D for one of G: these see the same real examples.
    """
    check_players(generator, discriminator, generator_optimizer, discriminator_optimizer)
    check_count("latent", latent, 1)
    check_count("shown", shown, 0)
    check_steps(steps)
    check_decay(ema)
    rules = rules_of(loss, r1, gradient_penalty, noise)
    players = (
        Player("discriminator", rules.of_discriminator, discriminator_optimizer, steps[0]),
        Player("generator", rules.of_generator, generator_optimizer, steps[1]),
    )

    def init(key: jax.Array, batch: Batch) -> State:
        model = GAN(generator, discriminator, latent, classes).init(key, batch.x.shape[1:])
        memories = {player.part: player.start(model) for player in players}
        return State(model, memories, None if ema is None else model.generator)

    def step(state: State, batch: Batch, key: jax.Array):
        model, memories, info = in_turn(players, playing(state), state.memories, batch, key)
        if ema is None:
            return State(model, memories), info
        before = state.memories["generator"].step
        average = moved_average(state.model.generator, model.generator, ema, before)
        return State(model.replace(generator=average), memories, model.generator), info

    def evaluate(state: State, batch: Batch):
        return rules.validated(state.model, batch)

    def watch(state: State, gradient: dict[str, Any]):
        samples = {"samples": drawn(state.model, shown)} if shown else {}
        return watched(players, playing(state), state.memories, gradient) | samples

    def check(data: Batch) -> None:
        check_data(data, classes)
        check_reach(generator, data.x)

    chosen = {"loss": loss, "latent": latent, "classes": classes, "steps": steps, "ema": ema}
    settings = {
        "generator": generator,
        "discriminator": discriminator,
        "optimizer": f"{generator_optimizer.name}; {discriminator_optimizer.name}",
        **chosen,
        **rules.strengths(),
    }
    return Algorithm(init, step, evaluate, watch, check, settings=settings)


def playing(state: State) -> GAN:
    """The model with the generator that learns, in the place of its average."""
    return state.model if state.moving is None else state.model.replace(generator=state.moving)


def drawn(model: GAN, count: int) -> jax.Array:
    """Samples to look at, always of the same z; of every class in turn."""
    labels = None if model.classes is None else jnp.arange(count) % model.classes
    return model.sample(random.key(0), count, labels)
