"""One player of several: gradient steps on its own part of a model, the others held still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax, random

from gradus.base.tree import merge, split
from gradus.data.batch import Batch
from gradus.learn.descent import lengths
from gradus.optim.optimizer import Optimizer, OptimizerState


class Turn(NamedTuple):
    """What a player leaves: the model, its memory, what it measured, and its last gradient."""

    model: Any
    memory: OptimizerState
    info: dict[str, jax.Array]
    gradient: Any


class Player(NamedTuple):
    """A part of a model that learns by itself.

    Arguments:
        part: the name of the field that holds it.
        objective: (model, batch, key, step) -> loss, (the part with new layer states, measures).
        optimizer: how it follows its gradient.
        steps: how many steps it makes on every batch.
    """

    part: str
    objective: Callable
    optimizer: Optimizer
    steps: int

    def params(self, model: Any) -> Any:
        """What it can change."""
        return split(getattr(model, self.part))[0]

    def start(self, model: Any) -> OptimizerState:
        """Its memory before the first step."""
        return self.optimizer.init(self.params(model))

    def turn(self, model: Any, memory: OptimizerState, batch: Batch, key: jax.Array) -> Turn:
        """All its steps on one batch; measures are means over them."""
        rest = model.replace(**{self.part: None})  # which stays as it is

        def step(carry: tuple, key: jax.Array):
            part, memory = carry
            whole = rest.replace(**{self.part: part})
            part, memory, info, gradient = self.step(whole, memory, batch, key)
            return (part, memory), (info, gradient)

        begin = getattr(model, self.part), memory
        (part, memory), (info, gradient) = lax.scan(step, begin, random.split(key, self.steps))
        info = jax.tree.map(lambda values: values.mean(axis=0), info)
        last = jax.tree.map(lambda values: values[-1], gradient)
        return Turn(rest.replace(**{self.part: part}), memory, info, last)

    def step(self, model: Any, memory: OptimizerState, batch: Batch, key: jax.Array) -> tuple:
        """One step: the part, its memory, measures and gradient."""
        params, rest = split(getattr(model, self.part))

        def objective(params: Any):
            whole = model.replace(**{self.part: merge(params, rest)})
            loss, (part, info) = self.objective(whole, batch, key, memory.step)
            return loss, (split(part)[1], info)

        gradient, (rest, info) = jax.grad(objective, has_aux=True)(params)
        change, memory = self.optimizer.update(gradient, memory, params)
        return merge(jax.tree.map(jnp.add, params, change), rest), memory, info, gradient


Memories = dict[str, OptimizerState]


def in_turn(
    players: Sequence[Player], model: Any, memories: Memories, batch: Batch, key: jax.Array
) -> tuple[Any, Memories, dict[str, Any]]:
    """A turn of every player: the model, their memories, and what they measured, as of a step."""
    memories, info, trace = dict(memories), {}, {}
    for player, own in zip(players, random.split(key, len(players)), strict=True):
        turn = player.turn(model, memories[player.part], batch, own)
        model, memories[player.part] = turn.model, turn.memory
        info, trace[player.part] = info | turn.info, turn.gradient
    return model, memories, info | {"trace": trace}


def watched(
    players: Sequence[Player], model: Any, memories: Memories, gradients: dict[str, Any]
) -> dict[str, jax.Array]:
    """Lengths of every player's gradient, and of the change it makes."""
    params = {player.part: player.params(model) for player in players}
    changes = {}
    for player in players:
        given = (tree[player.part] for tree in (gradients, memories, params))
        changes[player.part], _ = player.optimizer.update(*given)
    return lengths(gradients, changes, params)
