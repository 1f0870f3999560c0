"""What each of the two players makes smaller, on one batch of real examples."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from gradus.data.batch import Batch
from gradus.learn.checks import check_number, is_zero
from gradus.learn.game import slopes
from gradus.learn.game.losses import Game, game_of
from gradus.models.generative.gan import GAN
from gradus.nn.layer import INFERENCE, Forward
from gradus.optim.optimizer import Rate


class Rules(NamedTuple):
    """What is played, with real examples x and as many made ones, example by example.

    Every objective is (model, batch, key, step) -> loss, (the player with the new state of its
    layers, measures).

    Arguments:
        game: the losses as functions of logits.
        r1: strength of the penalty on D's slope at real examples.
        gradient_penalty: strength of the penalty on slopes of another length than 1.
        noise: on what D sees, a standard deviation or a schedule of it.
    """

    game: Game
    r1: float
    gradient_penalty: float
    noise: Rate

    def of_discriminator(self, model: GAN, batch: Batch, key: jax.Array, step: jax.Array):
        """The discriminator's objective: real and made examples in a pass each."""
        keys = Keys.of(key)
        labels = labels_of(model, batch)
        made = model.generate(model.draw(keys.z, batch.size), labels, training(batch, keys.making))
        x = self.blurred(batch.x.astype(made.dtype), keys.real_noise, step)
        made = self.blurred(made, keys.fake_noise, step)
        forward = training(batch, keys.real)
        real = model.judge(x, labels, forward)
        after = model.replace(discriminator=forward.updated(model.discriminator))
        forward = training(batch, keys.fake)
        fake = after.judge(made, labels, forward)
        player = forward.updated(after.discriminator)
        info = self.measures(batch, real, fake)
        loss = info["discriminator_loss"]

        def judge(x: jax.Array) -> jax.Array:
            return model.judge(x, labels, training(batch, keys.real))

        if not is_zero(self.r1):
            info["r1"] = batch.mean(self.r1 * slopes.r1(judge, x))
            loss = loss + info["r1"]
        if not is_zero(self.gradient_penalty):
            excess = slopes.gradient_penalty(judge, x, made, keys.between)
            info["gradient_penalty"] = batch.mean(self.gradient_penalty * excess)
            loss = loss + info["gradient_penalty"]
        return loss, (player, info)

    def of_generator(self, model: GAN, batch: Batch, key: jax.Array, step: jax.Array):
        """The generator's objective."""
        keys = Keys.of(key)
        labels, forward = labels_of(model, batch), training(batch, keys.making)
        made = model.generate(model.draw(keys.z, batch.size), labels, forward)
        made = self.blurred(made, keys.fake_noise, step)
        fake = model.judge(made, labels, training(batch, keys.fake))
        loss = batch.mean(self.game.generator(fake))
        return loss, (forward.updated(model.generator), {"generator_loss": loss})

    def measures(self, batch: Batch, real: jax.Array, fake: jax.Array) -> dict[str, jax.Array]:
        """The discriminator's loss, and what it says about both kinds of examples."""
        return {
            "discriminator_loss": batch.mean(self.game.real(real) + self.game.fake(fake)),
            "d_real": batch.mean(self.game.shown(real)),
            "d_fake": batch.mean(self.game.shown(fake)),
        }

    def validated(self, model: GAN, batch: Batch) -> dict[str, jax.Array]:
        """The measures of both players without learning, noise and penalties, always of one z."""
        labels = labels_of(model, batch)
        made = model.generate(model.draw(random.key(0), batch.size), labels, INFERENCE)
        real = model.judge(batch.x, labels, INFERENCE)
        fake = model.judge(made, labels, INFERENCE)
        loss = batch.mean(self.game.generator(fake))
        return self.measures(batch, real, fake) | {"generator_loss": loss}

    def strengths(self) -> dict[str, Any]:
        """What is added, for people to read."""
        return {name: getattr(self, name) for name in ("r1", "gradient_penalty", "noise")}

    def blurred(self, x: jax.Array, key: jax.Array, step: jax.Array) -> jax.Array:
        """Examples as D sees them in training."""
        if is_zero(self.noise):
            return x
        std = self.noise(step) if callable(self.noise) else self.noise
        return x + jnp.asarray(std, x.dtype) * random.normal(key, x.shape, x.dtype)


def rules_of(loss: str, r1: Any, gradient_penalty: Any, noise: Rate) -> Rules:
    """Rules of a named loss, whose gradient penalty stands where None is said."""
    game = game_of(loss)
    strength = game.gradient_penalty if gradient_penalty is None else gradient_penalty
    check_number("gan: r1", r1)
    check_number("gan: gradient_penalty", strength)
    if not callable(noise):
        check_number("gan: noise", noise)
    return Rules(game, r1, strength, noise)


class Keys(NamedTuple):
    """Where the random numbers of one objective come from."""

    z: jax.Array
    making: jax.Array
    real: jax.Array
    fake: jax.Array
    real_noise: jax.Array
    fake_noise: jax.Array
    between: jax.Array

    @classmethod
    def of(cls, key: jax.Array) -> Keys:
        """A key for each purpose; those that nobody uses cost nothing."""
        return cls(*(random.fold_in(key, number) for number in range(len(cls._fields))))


def training(batch: Batch, key: jax.Array) -> Forward:
    """A pass in training over the rows of a batch, or over one made example for each of them."""
    return Forward(training=True, key=key, present=batch.present)


def labels_of(model: GAN, batch: Batch) -> Any:
    """The labels, where the model wants some: a made example has that of the real one."""
    return batch.y if model.classes is not None else None
