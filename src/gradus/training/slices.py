"""The loop around the compiled run: slices of about ¼ s, with people and disks in between."""

from __future__ import annotations

import time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.training.checkpoint import Checkpoint
from gradus.training.history import History
from gradus.training.interrupt import Interrupt
from gradus.training.loops import Carry
from gradus.training.member import NEVER
from gradus.training.outcome import Outcome
from gradus.training.progress import Reporter
from gradus.training.protocol import Runnable

SLICE_SECONDS = 0.25
FIRST_SLICE = 16  # steps


class Pace:
    """How many steps make a slice of about ¼ s, learned from the slices so far."""

    def __init__(self) -> None:
        self.steps = FIRST_SLICE

    def took(self, steps: int, seconds: float) -> None:
        """Note how long some steps took."""
        if steps:
            wanted = int(SLICE_SECONDS / max(seconds, 1e-6) * steps)
            self.steps = max(1, min(wanted, 20 * self.steps))


def train(
    program: Runnable,
    carry: Carry,
    histories: list[History],
    reporter: Reporter,
    interrupt: Interrupt,
    checkpoint: Checkpoint,
) -> Outcome:
    """Advance the run slice by slice until there is a reason to end it."""
    pace, began = Pace(), time.perf_counter()
    spent = histories[0].last.get("seconds", 0.0)
    trail = [carry]  # where the last slices began
    reporter.started(int(carry.epoch), program.life.remarks)
    while True:
        step, tick = int(carry.step), time.perf_counter()
        carry = program.advance(carry, step + pace.steps)
        reason = _reason(program, carry, interrupt)
        pace.took(int(carry.step) - step, time.perf_counter() - tick)
        if reason == "diverged" and not program.together:
            carry = _last_good(program, trail, int(carry.learner.bad_step))
        known = int(carry.epoch) - int(carry.filled)  # fewer than before, where steps were undone
        new, carry = collect(program, carry, spent + time.perf_counter() - began)
        pairs = zip(histories, new, strict=True)
        histories = [old.until(known).followed_by(rows) for old, rows in pairs]
        reporter.advanced(new[0], int(carry.epoch), program.place(carry))
        if program.resumable:
            checkpoint(carry, histories, final=bool(reason))
        if reason:
            return Outcome(carry, histories, reason)
        trail = [*trail, carry][-program.slices_kept :]


def collect(program: Runnable, carry: Carry, seconds: float) -> tuple[list[History], Carry]:
    """Take the finished epochs out of the table: a history for each member."""
    lines = int(carry.filled)
    table, album = jax.device_get((carry.learner.table, carry.learner.album))
    last = int(carry.epoch)
    about = {
        "epoch": np.arange(last - lines, last) + 1,
        **{name: table[..., :lines, i] for i, name in enumerate(program.life.columns)},
        "seconds": np.full(lines, seconds),
    }
    histories = []
    for m in range(program.count):
        columns = {name: v[m] if v.ndim > 1 else v for name, v in about.items()}
        pages = {name: (v[m] if program.together else v)[:lines] for name, v in album.items()}
        histories.append(History(columns, pages))
    return histories, carry._replace(filled=jnp.zeros_like(carry.filled))


def _reason(program: Runnable, carry: Carry, interrupt: Interrupt) -> str:
    """Why the run ends here; empty while it goes on."""
    if np.all(np.asarray(carry.learner.bad_step) != NEVER):
        return "diverged"
    tracker = carry.learner.tracker
    if tracker is not None and np.all(np.asarray(tracker.stopped)):
        return "stopped"
    if program.done(carry):
        return "finished"
    return "interrupted" if interrupt.requested else ""


def _last_good(program: Runnable, trail: list[Carry], bad: int) -> Carry:
    """The last carry with finite numbers before step `bad`, found by taking steps again.

    A gradient may be NaN where the loss is not: then the step before `bad` is to blame.
    """
    for step in (bad, bad - 1):
        for base in reversed(trail):
            if int(base.step) <= step:
                carry = program.replay(base, step)
                if _finite(carry.learner.state):
                    return carry
                break
    return trail[0]


def _finite(tree: Any) -> bool:
    arrays = [a for a in jax.tree.leaves(tree) if jnp.issubdtype(a.dtype, jnp.inexact)]
    return all(bool(jnp.all(jnp.isfinite(a))) for a in arrays)
