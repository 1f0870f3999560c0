"""The compiled run: shuffled epochs of steps, validation and stopping in one XLA program."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
from jax import lax

from gradus.training.loops import Carry, Loops
from gradus.training.member import Examples, Life, Member

# Code that runs once should compile fast: unoptimised it takes a tenth of the time.
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0}
if jax.__version_info__ < (0, 11):  # newer JAX has no such choice
    QUICK_TO_COMPILE["xla_cpu_use_fusion_emitters"] = False


class Program:
    """The two compiled programs of a run: `start() -> carry` and `advance(carry, until) -> carry`.

    `advance` goes on to step `until`, and comes back before it when every member has stopped,
    when no member's numbers are finite any more, or when the table of epochs is full. The result
    does not depend on how a run is cut into slices.

    Arguments:
        life: what happens to one member.
        members: one member, or several side by side: their rows then have a leading axis.
        examples: what they learn from, all on the device.
        epochs: how many are planned.
    """

    resumable = True  # at every step
    slices_kept = 2

    def __init__(self, life: Life, members: Member, examples: Examples, epochs: int):
        self.life, self.members, self.examples = life, members, examples
        self.together = members.rows.ndim > 1
        self.count = len(members.rows) if self.together else 1
        self.steps = -(-members.rows.shape[-1] // life.batch)  # of an epoch
        self.until = epochs * self.steps
        self.loops = Loops(life, self.together)
        self.compile_seconds = self._compile()

    def start(self) -> Carry:
        """Fresh weights, no step taken."""
        return self._start(self.members, self.examples)

    def advance(self, carry: Carry, until: int) -> Carry:
        """Go on to step `until`, or to the end."""
        return self._advance(carry, self.members, self.examples, min(until, self.until))

    replay = advance

    def done(self, carry: Carry) -> bool:
        """Whether all planned steps were taken."""
        return int(carry.step) >= self.until

    def trouble(self, carry: Carry) -> list[str]:
        """What is not finite in the next step: names of measures, gradients and updates."""
        first = (carry.step - carry.epoch * self.steps) * self.life.batch
        rows = self.life.order(self.members, carry.epoch)[first : first + self.life.batch]
        return self.loops.trouble(carry, rows, self.members, self.examples)

    def _compile(self) -> float:
        """Trace both programs, then compile them side by side; gives the seconds it took."""
        began = time.perf_counter()
        given = self.members, self.examples
        start = jax.jit(self.loops.start).trace(*given)
        advance = jax.jit(self._advance_all).trace(start.out_info, *given, 0)
        self._start, self._advance = compile_together(start, advance)
        return time.perf_counter() - began

    def _advance_all(self, carry: Carry, members: Member, examples: Examples, until: int) -> Carry:
        loops = self.loops

        def going(carry: Carry) -> jax.Array:
            return loops.healthy(carry, until) & ~loops.pausing(carry)

        def epoch(carry: Carry) -> Carry:
            first = carry.epoch * self.steps
            end = first + self.steps
            orders = loops.orders(members, carry.epoch)
            until_here = jnp.minimum(end, until)
            carry = loops.steps(carry, orders, members, examples, first, end, until_here)
            complete = loops.healthy(carry, end + 1) & (carry.step == end)
            return lax.cond(
                complete, lambda c: loops.finish(c, members, examples), lambda c: c, carry
            )

        return lax.while_loop(going, epoch, carry)


def compile_together(first, *others) -> list[Callable]:
    """Compile traced programs side by side; the first, which runs once, in the quickest way."""
    on_cpu = jax.default_backend() == "cpu"
    options = [QUICK_TO_COMPILE if on_cpu else None, *[None] * len(others)]
    with ThreadPoolExecutor(len(options)) as pool:
        lowered = [traced.lower() for traced in (first, *others)]
        return list(pool.map(lambda p, o: p.compile(compiler_options=o), lowered, options))
