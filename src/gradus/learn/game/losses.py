"""What the two players make smaller, as functions of the discriminator's logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
from jax.nn import relu, sigmoid, softplus

from gradus.base.errors import InputError, nearest

Logits = Callable[[jax.Array], jax.Array]


class Game(NamedTuple):
    """Losses of the two players; a is D(x), the logit of a real example, b is D(G(z)).

    Arguments:
        real: a -> the discriminator's loss.
        fake: b -> the discriminator's loss, added to the former.
        generator: b -> the generator's loss.
        shown: what people see of D: the probability σ(D), or D itself where it is none.
        gradient_penalty: λ, where nothing else is said.
    """

    real: Logits
    fake: Logits
    generator: Logits
    shown: Logits
    gradient_penalty: float = 0.0


def same(score: jax.Array) -> jax.Array:
    """The score as it is."""
    return score


def negative(score: jax.Array) -> jax.Array:
    """Minus the score."""
    return -score


def not_real(logit: jax.Array) -> jax.Array:
    """−log σ(logit) = ζ(−logit): how surprising it would be that the example is real."""
    return softplus(-logit)


GAMES = {
    # −log σ(a) − log(1 − σ(b)) against log(1 − σ(b)), whose slope vanishes where D is sure
    "minimax": Game(not_real, softplus, lambda b: -softplus(b), sigmoid),
    # the same against −log σ(b)
    "non-saturating": Game(not_real, softplus, not_real, sigmoid),
    # b − a against −b, and slopes of length 1
    "wasserstein-gp": Game(negative, same, negative, same, gradient_penalty=10.0),
    # max(0, 1 − a) + max(0, 1 + b) against −b
    "hinge": Game(lambda a: relu(1 - a), lambda b: relu(1 + b), negative, same),
}


def game_of(loss: str) -> Game:
    """The losses of a name; raises InputError for another one."""
    if loss not in GAMES:
        fix = nearest(str(loss), GAMES)
        raise InputError("gan: loss", expected=" | ".join(GAMES), got=repr(loss), fix=fix)
    return GAMES[loss]
