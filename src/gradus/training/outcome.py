"""From where a run ended to what the user gets: the model to keep, and why it ended."""

from __future__ import annotations

import platform
from typing import NamedTuple

import jax
import numpy as np

from gradus.base.version import __version__
from gradus.learn.algorithm import Algorithm
from gradus.training.history import History
from gradus.training.loops import Carry
from gradus.training.member import NEVER, Learner
from gradus.training.protocol import Runnable
from gradus.training.run import Run
from gradus.training.stopping import Stop


class Outcome(NamedTuple):
    """Where a run ended, what it measured on the way, and why it ended."""

    carry: Carry
    histories: list[History]  # of each member
    reason: str  # "finished", "stopped", "interrupted" or "diverged"


def apart(outcome: Outcome) -> list[Learner]:
    """Where each of several members stands."""
    learners = jax.device_get(outcome.carry.learner)
    return [jax.tree.map(lambda a, m=m: a[m], learners) for m in range(len(outcome.histories))]


def as_run(
    algorithm: Algorithm,
    program: Runnable,
    outcome: Outcome,
    learner: Learner,
    history: History,
) -> Run:
    """What one member gives back."""
    tracker, stop = learner.tracker, program.life.stop
    best, reason = None, outcome.reason
    if tracker is not None and np.isfinite(tracker.value):
        best = int(tracker.epoch) + 1
    if learner.bad_step != NEVER:
        reason = "diverged"
    if tracker is not None and tracker.stopped:
        stopped = int(tracker.epoch + tracker.waited) + 1
        if learner.bad_step >= stopped * program.steps:  # what came later is none of its business
            reason, history = "stopped", history.until(stopped)
    where = ""
    if reason == "diverged":
        where = where_it_diverged(program, outcome.carry, learner)
    if reason == "interrupted" and tracker is None:
        where = f" and {program.place(outcome.carry)}"
    return Run(
        model=tracker.model if tracker is not None and best else learner.state.model,
        history=history,
        status=sentence(reason, history.epochs, best, stop, where),
        likelihood=algorithm.likelihood,
        settings=algorithm.settings | program.life.remarks,
        best_epoch=best or history.epochs,
        seconds={
            "compile": program.compile_seconds,
            "train": history.last.get("seconds", 0.0),
        },
        versions=versions(),
        input_shape=program.life.input_shape,
        state=learner.state,
    )


def versions() -> dict[str, str]:
    """What a run depends on besides its settings."""
    return {
        "gradus": __version__,
        "jax": jax.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": jax.devices()[0].device_kind,
    }


def sentence(reason: str, epochs: int, best: int | None, stop: Stop, where: str = "") -> str:
    """The status of a run.

    Arguments:
        reason: "finished", "stopped", "interrupted" or "diverged".
        epochs: epochs finished.
        best: the epoch whose model is kept, where one was chosen.
        stop: the rule that was in force.
        where: where a diverged run went wrong, or how far into an epoch an interrupted one came.

    >>> from gradus.training.stopping import Patience
    >>> sentence("stopped", 47, 37, Patience(10))
    'stopped early: no improvement for 10 epochs; best was epoch 37'
    """
    done = f"{epochs} epoch{'s' * (epochs != 1)}"
    begin = {
        "finished": f"finished {done}",
        "stopped": stop.sentence(),
        "interrupted": f"interrupted after {done}{where}",
        "diverged": f"stopped after {done}: {where}",
    }[reason]
    if best:
        return f"{begin}; best was epoch {best}"
    return begin + ("; the model is the last good one" if reason == "diverged" else "")


def where_it_diverged(program: Runnable, carry: Carry, learner: Learner) -> str:
    """At which step the numbers were no longer finite, and, for a single run, which of them."""
    if program.together:
        return f"loss not finite at step {int(learner.bad_step) + 1}"
    names = ", ".join(program.trouble(carry)[:4]) or "the loss"
    return f"{names} not finite at step {int(carry.step) + 1} (epoch {int(carry.epoch) + 1})"
