"""One training run as pure functions: how it starts, what a step does, how an epoch ends.

`program.py` puts them into compiled loops; several members are the same functions under `vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import random

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.training.part import Rows, average, shuffled, take
from gradus.training.stopping import Stop, Tracker

TABLE_ROWS = 64  # epochs that fit into the table before the host must collect them
NEVER = jnp.iinfo(jnp.int32).max


class Examples(NamedTuple):
    """The examples that all members share."""

    train: Batch
    validation: Batch | None


class Member(NamedTuple):
    """What makes one run differ from another of the same algorithm.

    Arguments:
        key: the source of all its random numbers.
        rows: which training examples are its own, shape (n,); −1 is no row.
        validation: which validation examples, or None.
        settings: hyperparameters that vary between members, by name.
    """

    key: jax.Array
    rows: Rows
    validation: Rows | None
    settings: dict[str, jax.Array]


class Learner(NamedTuple):
    """Where one member stands."""

    state: Any  # of the algorithm
    sums: dict[str, jax.Array]  # info, weighted and summed over the epoch so far
    watched: dict[str, jax.Array]  # info of the last watched step
    bad_step: jax.Array  # the first step whose info was not finite
    tracker: Tracker | None  # the best epoch; None where nothing is monitored
    table: jax.Array  # one row of measures for each finished epoch


class Life:
    """The life of a member: `start`, `order` of an epoch, `step`, `finish` of an epoch.

    Arguments:
        make: settings -> Algorithm.
        batch: examples per step.
        stop: which epoch is the best, and when to stop.
    """

    def __init__(self, make: Callable[[dict], Algorithm], batch: int, stop: Stop):
        self.make, self.batch, self.stop = make, batch, stop
        self.columns: list[str] = []  # names of the table's columns, known once `start` was traced

    def start(self, member: Member, examples: Examples) -> Learner:
        """Before the first step: fresh weights, nothing seen."""
        algorithm = self.make(member.settings)
        every = take(examples.train, member.rows)
        state = algorithm.init(random.fold_in(member.key, 0), every)
        first = take(examples.train, member.rows[: self.batch])
        _, info = jax.eval_shape(algorithm.step, state, first, member.key)
        watched = zeros(info.pop("watched", {}))
        sums = zeros(info) | {"weight": jnp.zeros(())}
        measured = [*info, *self.validate(state, member, examples), *watched]
        self.columns = sorted(measured, key=lambda name: name != "loss")  # the loss comes first
        tracker = self.stop.start(state.model) if self.stop.watches(self.columns) else None
        table = jnp.zeros((TABLE_ROWS, len(self.columns)))
        return Learner(state, sums, watched, jnp.asarray(NEVER), tracker, table)

    def order(self, member: Member, epoch: jax.Array) -> jax.Array:
        """The rows of one epoch in random order, filled up with −1 to whole batches."""
        key = random.fold_in(random.fold_in(member.key, 1), epoch)
        return shuffled(member.rows, key, self.batch)

    def step(
        self,
        learner: Learner,
        rows: jax.Array,
        member: Member,
        examples: Examples,
        step: jax.Array,
        watched: jax.Array,
    ) -> Learner:
        """Learn from the examples of some rows."""
        batch = take(examples.train, rows)._replace(watched=watched)
        key = random.fold_in(random.fold_in(member.key, 2), step)
        state, info = self.make(member.settings).step(learner.state, batch, key)
        seen = info.pop("watched", {})
        weight = batch.total()
        sums = {k: learner.sums[k] + weight * v for k, v in info.items()}
        sums["weight"] = learner.sums["weight"] + weight
        fine = jnp.all(jnp.stack([jnp.isfinite(v) for v in info.values()]))
        return learner._replace(
            state=state,
            sums=sums,
            watched={k: jnp.where(watched, v, learner.watched[k]) for k, v in seen.items()},
            bad_step=jnp.where(fine, learner.bad_step, jnp.minimum(learner.bad_step, step)),
        )

    def finish(
        self,
        learner: Learner,
        member: Member,
        examples: Examples,
        epoch: jax.Array,
        line: jax.Array,
    ) -> Learner:
        """End an epoch: average, validate, keep the best, write a line of the table."""
        sums = dict(learner.sums)
        weight = sums.pop("weight")
        trained = {k: v / weight for k, v in sums.items()}
        validated = self.validate(learner.state, member, examples)
        measures = {**trained, **validated, **learner.watched}
        tracker = learner.tracker
        if tracker is not None:
            value = measures[self.stop.monitor]
            tracker = self.stop.update(tracker, value, learner.state.model, epoch)
        row = jnp.stack([measures[name].astype(learner.table.dtype) for name in self.columns])
        return learner._replace(
            sums=zeros(learner.sums), tracker=tracker, table=learner.table.at[line].set(row)
        )

    def validate(self, state: Any, member: Member, examples: Examples) -> dict[str, jax.Array]:
        """The measures of the validation part, their names with `val_` before."""
        if examples.validation is None or member.validation is None:
            return {}
        evaluate = self.make(member.settings).evaluate
        if evaluate is None:
            raise InputError(
                "validation",
                expected="an algorithm that can be evaluated",
                got="one whose `evaluate` is None",
                fix="leave `validation` out, or give the Algorithm a function `evaluate`",
            )
        values = average(
            lambda batch: evaluate(state, batch), examples.validation, member.validation
        )
        return {f"val_{name}": value for name, value in values.items()}


def zeros(tree: Any) -> Any:
    """Zeros of the same shapes and types."""
    return jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), tree)
