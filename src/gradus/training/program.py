"""The compiled run: shuffled epochs of steps, validation and stopping in one XLA program."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from gradus.training.member import NEVER, TABLE_ROWS, Examples, Learner, Life, Member

# Start-up code runs once: compiling it twice as fast matters more than how fast it is.
QUICK_TO_COMPILE = {"xla_cpu_use_fusion_emitters": False}


class Carry(NamedTuple):
    """Everything a run needs to go on, on the device."""

    learner: Learner  # of the member, or of all members side by side
    step: jax.Array  # steps taken
    filled: jax.Array  # lines of the table in use


class Program:
    """The two compiled programs of a run: `start() -> carry` and `advance(carry, until) -> carry`.

    `advance` goes on to step `until`, and comes back before it when every member has stopped,
    when every loss has become infinite or NaN, or when the table is full. The result does not
    depend on how a run is cut into slices.

    Arguments:
        life: what happens to one member.
        members: one member, or several side by side: their rows then have a leading axis.
        examples: what they learn from.
    """

    def __init__(self, life: Life, members: Member, examples: Examples):
        self.life, self.members, self.examples = life, members, examples
        self.together = members.rows.ndim > 1
        self.count = len(members.rows) if self.together else 1
        self.steps = -(-members.rows.shape[-1] // life.batch)
        self.compile_seconds = self._compile()

    def start(self) -> Carry:
        """Fresh weights, no step taken."""
        return self._start(self.members, self.examples)

    def advance(self, carry: Carry, until: int) -> Carry:
        """Go on to step `until`."""
        return self._advance(carry, self.members, self.examples, until)

    def trouble(self, carry: Carry) -> list[str]:
        """What is not finite in the next step: names of measures, gradients and updates."""
        epoch = carry.step // self.steps
        first = (carry.step - epoch * self.steps) * self.life.batch
        rows = self.life.order(self.members, epoch)[first : first + self.life.batch]
        step = jax.jit(lambda *given: self.life.step(*given, jnp.asarray(True)))
        after = step(carry.learner, rows, self.members, self.examples, carry.step)
        measured = {**after.sums, **after.watched}
        measured.pop("weight")
        return [name for name, value in measured.items() if not jnp.isfinite(value)]

    def _compile(self) -> float:
        """Trace both programs, then compile them side by side; gives the seconds it took."""
        began = time.perf_counter()
        start = jax.jit(self._start_all).trace(self.members, self.examples)
        advance = jax.jit(self._advance_all).trace(start.out_info, self.members, self.examples, 0)
        options = [QUICK_TO_COMPILE if jax.default_backend() == "cpu" else None, None]
        with ThreadPoolExecutor(2) as pool:
            lowered = [start.lower(), advance.lower()]
            compiled = pool.map(lambda p, o: p.compile(compiler_options=o), lowered, options)
            self._start, self._advance = compiled
        return time.perf_counter() - began

    def _start_all(self, members: Member, examples: Examples) -> Carry:
        learner = self._each(self.life.start, 0, None)(members, examples)
        return Carry(learner, jnp.asarray(0), jnp.asarray(0))

    def _advance_all(self, carry: Carry, members: Member, examples: Examples, until: int) -> Carry:
        def going(carry: Carry) -> jax.Array:
            tracker = carry.learner.tracker
            stopped = jnp.asarray(False) if tracker is None else jnp.all(tracker.stopped)
            return self._healthy(carry, until) & ~stopped & (carry.filled < TABLE_ROWS)

        def epoch(carry: Carry) -> Carry:
            number = carry.step // self.steps
            end = (number + 1) * self.steps
            orders = self._each(self.life.order, 0, None)(members, number)
            carry = self._steps(carry, orders, members, examples, end, jnp.minimum(end, until))
            finished = self._healthy(carry, end + 1) & (carry.step == end)
            return lax.cond(finished, finish, lambda carry, number: carry, carry, number)

        def finish(carry: Carry, number: jax.Array) -> Carry:
            close = self._each(self.life.finish, 0, 0, None, None, None)
            learner = close(carry.learner, members, examples, number, carry.filled)
            return Carry(learner, carry.step, carry.filled + 1)

        return lax.while_loop(going, epoch, carry)

    def _steps(self, carry, orders, members, examples, end, until) -> Carry:
        """The steps of one epoch, which ends at step `end`, up to step `until`."""
        learn = self._each(self.life.step, 0, 0, 0, None, None, None)
        batch = self.life.batch

        def step(carry: Carry) -> Carry:
            position = carry.step - (end - self.steps)
            rows = lax.dynamic_slice_in_dim(orders, position * batch, batch, axis=-1)
            last = carry.step == end - 1
            learner = learn(carry.learner, rows, members, examples, carry.step, last)
            return Carry(learner, carry.step + 1, carry.filled)

        return lax.while_loop(lambda carry: self._healthy(carry, until), step, carry)

    def _healthy(self, carry: Carry, until: jax.Array | int) -> jax.Array:
        return (carry.step < until) & jnp.any(carry.learner.bad_step == NEVER)

    def _each(self, function, *axes):
        """`function` for one member, or for all of them side by side."""
        return jax.vmap(function, in_axes=axes) if self.together else function
