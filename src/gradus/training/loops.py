"""The loops of a run as traced functions, for one member or for several side by side."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from gradus.training.member import NEVER, TABLE_ROWS, Examples, Learner, Life, Member
from gradus.training.part import Rows


class Carry(NamedTuple):
    """Everything a run needs to go on, on the device."""

    learner: Learner  # of the member, or of all members side by side
    step: jax.Array  # steps taken
    epoch: jax.Array  # epochs finished
    filled: jax.Array  # lines of the table in use


class Loops:
    """What is done in turn: start, steps, and the end of an epoch.

    Arguments:
        life: what happens to one member.
        together: whether there are several members, each with its own learner and rows.
    """

    def __init__(self, life: Life, together: bool):
        self.life, self.together = life, together

    def start(self, members: Member, examples: Examples) -> Carry:
        """Fresh weights, no step taken."""
        learner = self._each(self.life.start, 0, None)(members, examples)
        return Carry(learner, jnp.asarray(0), jnp.asarray(0), jnp.asarray(0))

    def steps(
        self,
        carry: Carry,
        orders: jax.Array,
        members: Member,
        examples: Examples,
        first: jax.Array,
        until: jax.Array,
    ) -> Carry:
        """Go through the batches of `orders`, the first of which belongs to step `first`.

        Stops before step `until`, or after the step in which the last member's numbers stopped
        being finite.
        """
        learn = self._each(self.life.step, 0, 0, 0, None, None)
        batch = self.life.batch

        def step(carry: Carry) -> Carry:
            start = (carry.step - first) * batch
            rows = lax.dynamic_slice_in_dim(orders, start, batch, axis=-1)
            learner = learn(carry.learner, rows, members, examples, carry.step)
            return carry._replace(learner=learner, step=carry.step + 1)

        return lax.while_loop(lambda carry: self.healthy(carry, until), step, carry)

    def finish(self, carry: Carry, members: Member, examples: Examples) -> Carry:
        """End an epoch."""
        close = self._each(self.life.finish, 0, 0, None, None, None)
        learner = close(carry.learner, members, examples, carry.epoch, carry.filled)
        return Carry(learner, carry.step, carry.epoch + 1, carry.filled + 1)

    def healthy(self, carry: Carry, until: jax.Array | int) -> jax.Array:
        """Whether there are steps to take before `until`, and numbers are still finite."""
        return (carry.step < until) & jnp.any(carry.learner.bad_step == NEVER)

    def pausing(self, carry: Carry) -> jax.Array:
        """Whether every member has stopped, or the host must empty the table."""
        tracker = carry.learner.tracker
        stopped = jnp.asarray(False) if tracker is None else jnp.all(tracker.stopped)
        return stopped | (carry.filled >= TABLE_ROWS)

    def trouble(self, carry: Carry, rows: Rows, member: Member, examples: Examples) -> list[str]:
        """What is not finite in a step from here: names of measures, gradients and updates."""
        after = jax.jit(self.life.step)(carry.learner, rows, member, examples, carry.step)
        return self.life.not_finite(after, member)

    def _each(self, function, *axes):
        """`function` for one member, or for all of them side by side."""
        return jax.vmap(function, in_axes=axes) if self.together else function
