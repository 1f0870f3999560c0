"""The compiled run: shuffled epochs of steps, validation and stopping in one XLA program."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gradus.base.tree import layout
from gradus.training.checkpoint import fingerprint
from gradus.training.loops import Carry, Loops
from gradus.training.member import TABLE_ROWS, Examples, Life, Member
from gradus.training.part import shuffled

# Row numbers that are drawn ahead: many short epochs are one call, a long one is a call itself.
ORDERS_AHEAD = 2**17

MOST_KEPT = 32  # compiled programs that may serve again

# Code that runs once should compile fast: unoptimised it takes a tenth of the time.
# Of the levels above, the first gives code as fast as the highest and compiles 15 % faster.
QUICK_TO_RUN = {"xla_backend_optimization_level": 1}
QUICK_TO_COMPILE = {"xla_backend_optimization_level": 0}
if jax.__version_info__ < (0, 11):  # newer JAX has no such choice
    QUICK_TO_COMPILE["xla_cpu_use_fusion_emitters"] = False


class Compiled(NamedTuple):
    """The programs of a run, the functions they were made of, and the seconds it took."""

    loops: Loops
    start: Callable
    advance: Callable
    seconds: float


KEPT: dict[Hashable, Compiled] = {}  # the last used at the end


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
        steps: how many steps are planned, instead of epochs.
        identity: of the algorithm; programs of equal identity and shapes are compiled once.
    """

    resumable = True  # at every step
    slices_kept = 2

    def __init__(
        self,
        life: Life,
        members: Member,
        examples: Examples,
        epochs: int,
        steps: int | None = None,
        identity: Hashable | None = None,
    ):
        self.life, self.members, self.examples = life, members, examples
        self.together = members.rows.ndim > 1
        self.count = len(members.rows) if self.together else 1
        self.steps = -(-members.rows.shape[-1] // life.batch)  # of an epoch
        self.until = steps or epochs * self.steps
        self.ahead = max(1, min(TABLE_ROWS, ORDERS_AHEAD // members.rows.shape[-1]))
        self.ordered: tuple[range, jax.Array] | None = None  # the last orders, for its next slice
        life.together = self.together
        self.loops = Loops(life, self.together)
        compiled = shared(self._key(identity), self._compile)
        self.loops, self._start, self._advance, self.compile_seconds = compiled
        self.life = self.loops.life  # it has learned the names of the measures

    def start(self) -> Carry:
        """Fresh weights, no step taken."""
        return self._start(self.members, self.examples)

    def advance(self, carry: Carry, until: int) -> Carry:
        """Go on to step `until`, or to the end."""
        until, epoch = min(until, self.until), int(carry.epoch)
        epochs = range(epoch, min(-(-until // self.steps), epoch + self.ahead))
        return self._advance(carry, self._orders(epochs), self.members, self.examples, until)

    replay = advance

    def done(self, carry: Carry) -> bool:
        """Whether all planned steps were taken."""
        return int(carry.step) >= self.until

    def place(self, carry: Carry) -> str:
        """Where in its epoch the run stands."""
        return f"step {int(carry.step) % self.steps}/{self.steps}"

    def fingerprint(self) -> int:
        """A number that is another one for other data, rows or seeds."""
        return fingerprint(self.members, self.examples)

    def trouble(self, carry: Carry) -> list[str]:
        """What is not finite in the next step: names of measures, gradients and updates."""
        start = (int(carry.step) % self.steps) * self.life.batch
        rows = self._order(int(carry.epoch))[start : start + self.life.batch]
        return self.loops.trouble(carry, rows, self.members, self.examples)

    def _orders(self, epochs: range) -> jax.Array:
        """The rows of some epochs in the order of each; zeros for epochs that are not wanted."""
        if self.ordered is not None and self.ordered[0] == epochs:
            return self.ordered[1]
        shape = (self.ahead, self.steps * self.life.batch)
        orders = np.zeros((self.count, *shape) if self.together else shape, np.int32)
        for place, epoch in enumerate(epochs):
            orders[..., place, :] = self._order(epoch)
        self.ordered = epochs, jax.device_put(orders)
        return self.ordered[1]

    def _order(self, epoch: int) -> np.ndarray:
        """The rows of one epoch in its order, for one member or for each."""
        each = zip(np.atleast_1d(self.members.seed), np.atleast_2d(self.members.rows), strict=True)
        orders = [shuffled(rows, int(seed), epoch, self.life.batch) for seed, rows in each]
        return np.stack(orders) if self.together else orders[0]

    def _compile(self) -> Compiled:
        """Trace both programs, then compile them side by side."""
        began = time.perf_counter()
        given = self.members, self.examples
        start = jax.jit(self.loops.start).trace(*given)
        orders = self._orders(range(0))
        advance = jax.jit(self._advance_all).trace(start.out_info, orders, *given, 0)
        first, others = compile_together(start, advance)
        return Compiled(self.loops, first, others, time.perf_counter() - began)

    def _key(self, identity: Hashable | None) -> Hashable | None:
        """What the compiled programs depend on; None where that is not known."""
        if identity is None:
            return None
        plan = self.life.batch, self.life.stop, layout((self.members, self.examples))
        return identity, plan, str(jax.config.values)  # precision, checks … as JAX is set now

    def _advance_all(
        self, carry: Carry, orders: jax.Array, members: Member, examples: Examples, until: int
    ) -> Carry:
        loops, began = self.loops, carry.epoch

        def going(carry: Carry) -> jax.Array:
            ordered = carry.epoch < began + self.ahead
            return ordered & loops.healthy(carry, until) & ~loops.pausing(carry)

        def epoch(carry: Carry) -> Carry:
            first = carry.epoch * self.steps
            end = first + self.steps
            order = lax.dynamic_index_in_dim(orders, carry.epoch - began, -2, keepdims=False)
            carry = loops.steps(carry, order, members, examples, first, jnp.minimum(end, until))
            complete = loops.healthy(carry, end + 1) & (carry.step == end)
            return lax.cond(
                complete, lambda c: loops.finish(c, members, examples), lambda c: c, carry
            )

        return lax.while_loop(going, epoch, carry)


def shared(key: Hashable | None, make: Callable[[], Compiled]) -> Compiled:
    """What was made for an equal key before, or is made now; nothing is kept without a key."""
    if key is None:
        return make()
    found = KEPT.pop(key, None)
    KEPT[key] = made = make() if found is None else found._replace(seconds=0.0)
    while len(KEPT) > MOST_KEPT:
        del KEPT[next(iter(KEPT))]
    return made


def compile_together(first, *others) -> list[Callable]:
    """Compile traced programs side by side; the first, which runs once, in the quickest way."""
    options = [QUICK_TO_COMPILE, *[QUICK_TO_RUN] * len(others)]
    if jax.default_backend() != "cpu":
        options = [None] * len(options)
    with ThreadPoolExecutor(len(options)) as pool:
        lowered = [traced.lower() for traced in (first, *others)]
        return list(pool.map(lambda p, o: p.compile(compiler_options=o), lowered, options))
