"""One training run as pure functions: how it starts, what a step does, how an epoch ends.

`program.py` puts them into compiled loops; several members are the same functions under `vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.training.part import Rows, average, take
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
        seed: the source of all its random numbers.
        rows: which training examples are its own, shape (n,); −1 is no row.
        validation: which validation examples, or None.
        settings: hyperparameters that vary between members, by name.
    """

    seed: np.ndarray
    rows: Rows
    validation: Rows | None
    settings: dict[str, jax.Array]


class Learner(NamedTuple):
    """Where one member stands."""

    state: Any  # of the algorithm
    sums: jax.Array  # the step's measures, weighted and summed over the epoch, and the weights
    lost: jax.Array  # what rounding has cut off the sums
    trace: Any  # what the last step left for `watch`
    bad_step: jax.Array  # the first step whose measures were not finite
    tracker: Tracker | None  # the best epoch; None where nothing is monitored
    table: jax.Array  # one row of measures for each finished epoch
    album: dict[str, jax.Array]  # one array to look at for each finished epoch, by name


class Life:
    """The life of a member: `start`, `step`, and `finish` of an epoch.

    Measures have names for people and algorithms, and are kept as vectors in between: a compiled
    loop over few arrays is faster, and faster to compile, than one over many numbers.

    Arguments:
        make: settings -> Algorithm.
        batch: examples per step.
        stop: which epoch is the best, and when to stop.
    """

    def __init__(self, make: Callable[[dict], Algorithm], batch: int, stop: Stop):
        self.make, self.batch, self.stop = make, batch, stop
        self.together = False  # whether this is one of several members
        self.averaged: list[str] = []  # names of the measures, known once `start` was traced
        self.validated: list[str] = []
        self.watched: list[str] = []
        self.remarks: dict[str, str] = {}  # of the algorithm, known then, too
        self.input_shape: Any = None  # of one example

    @property
    def columns(self) -> list[str]:
        """The names of the table's columns."""
        return [*self.averaged, *self.validated, *self.watched]

    def start(self, member: Member, examples: Examples) -> Learner:
        """Before the first step: fresh weights, nothing seen."""
        algorithm = self.make(member.settings)
        every = take(examples.train, member.rows)
        state = algorithm.init(self._key(member, 0), every)
        first = take(examples.train, member.rows[: self.batch])
        self.input_shape = jax.tree.map(lambda a: a.shape[1:], first.x)
        self.remarks = {} if algorithm.remarks is None else algorithm.remarks(state, first)
        _, info = jax.eval_shape(algorithm.step, state, first, self._key(member, 0))
        trace = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), info.pop("trace", None))
        seen = jax.eval_shape(self.watch, state, trace, member)
        self.watched = [name for name, value in seen.items() if not value.shape]
        album = {name: value for name, value in seen.items() if value.shape}
        self.averaged = sorted(info, key=lambda name: name != "loss")  # the loss comes first
        found = jax.eval_shape(self.validate, state, member, examples)
        self.validated = sorted(found, key=lambda name: name != "val_loss")
        return Learner(
            state=state,
            sums=jnp.zeros(len(self.averaged) + 1),
            lost=jnp.zeros(len(self.averaged) + 1),
            trace=trace,
            bad_step=jnp.asarray(NEVER),
            tracker=self.stop.start(state.model) if self.stop.watches(self.columns) else None,
            table=jnp.zeros((TABLE_ROWS, len(self.columns))),
            album=jax.tree.map(lambda a: jnp.zeros((TABLE_ROWS, *a.shape), a.dtype), album),
        )

    def step(
        self,
        learner: Learner,
        rows: jax.Array,
        member: Member,
        examples: Examples,
        step: jax.Array,
    ) -> Learner:
        """Learn from the examples of some rows."""
        batch = take(examples.train, rows)
        key = self._key(member, step + 1)
        algorithm = self.make(member.settings)
        state, info = algorithm.step(learner.state, batch, key)
        trace = info.pop("trace", None)
        measures = vector({**info, "weight": jnp.ones(())}, [*self.averaged, "weight"])
        fine = jnp.all(jnp.isfinite(measures))
        sums, lost = compensated(learner.sums, learner.lost, algorithm.total(batch) * measures)
        if self.together:  # rest in batches that only others have, and after numbers went wrong
            goes_on = jnp.any(rows >= 0) & fine & (learner.bad_step == NEVER)
            state = jax.tree.map(lambda a, b: jnp.where(goes_on, a, b), state, learner.state)
        return learner._replace(
            state=state,
            sums=sums,
            lost=lost,
            trace=trace,
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
        averages = learner.sums[:-1] / learner.sums[-1]
        found = vector(self.validate(learner.state, member, examples), self.validated)
        seen = self.watch(learner.state, learner.trace, member)
        row = jnp.concatenate([averages, found, vector(seen, self.watched)])
        tracker = learner.tracker
        if tracker is not None:
            value = row[self.columns.index(self.stop.monitor)]
            tracker = self.stop.update(tracker, value, learner.state.model, epoch)
        return learner._replace(
            sums=jnp.zeros_like(learner.sums),
            lost=jnp.zeros_like(learner.lost),
            tracker=tracker,
            table=learner.table.at[line].set(row),
            album={name: old.at[line].set(seen[name]) for name, old in learner.album.items()},
        )

    def not_finite(self, learner: Learner, member: Member) -> list[str]:
        """The names of the measures that are infinite or NaN."""
        found = dict(zip(self.averaged, learner.sums, strict=False))
        found |= self.watch(learner.state, learner.trace, member)
        return [name for name, value in found.items() if not jnp.all(jnp.isfinite(value))]

    def watch(self, state: Any, trace: Any, member: Member) -> dict[str, jax.Array]:
        """What the algorithm makes of the last step's trace."""
        watch = self.make(member.settings).watch
        return {} if watch is None else watch(state, trace)

    def validate(self, state: Any, member: Member, examples: Examples) -> dict[str, jax.Array]:
        """The measures of the validation part, their names with `val_` before."""
        if examples.validation is None or member.validation is None:
            return {}
        algorithm = self.make(member.settings)
        evaluate = algorithm.evaluate
        if evaluate is None:
            raise InputError(
                "validation",
                expected="an algorithm that can be evaluated",
                got="one whose `evaluate` is None",
                fix="leave `validation` out, or give the Algorithm a function `evaluate`",
            )
        values = average(
            lambda batch: evaluate(state, batch),
            examples.validation,
            member.validation,
            algorithm.total,
        )
        return {f"val_{name}": value for name, value in values.items()}

    def _key(self, member: Member, number: jax.Array | int) -> jax.Array:
        """One of the member's random keys: 0 starts it, the others are the noise of its steps."""
        return random.fold_in(random.key(member.seed), number)


def vector(measures: dict[str, jax.Array], names: list[str]) -> jax.Array:
    """The measures of some names as one vector of floats."""
    if not names:
        return jnp.zeros(0)
    return jnp.stack([measures[name].astype(jnp.result_type(float)) for name in names])


def compensated(total: jax.Array, lost: jax.Array, term: jax.Array) -> tuple[jax.Array, jax.Array]:
    """total + term, and what rounding cut off: a running sum that stays exact (Kahan, 1965).

    In 32 bits, a plain sum of a million losses of 0.1 is 1 % off.
    """
    term = term - lost
    new = total + term
    return new, (new - total) - term
