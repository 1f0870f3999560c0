"""Compile a run, start it or take it up again, and train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError
from gradus.base.tree import layout
from gradus.learn.algorithm import Algorithm
from gradus.training.checkpoint import Checkpoint
from gradus.training.history import History
from gradus.training.interrupt import ctrl_c_ends_the_run
from gradus.training.loops import Carry
from gradus.training.member import Life
from gradus.training.outcome import Outcome
from gradus.training.progress import Reporter
from gradus.training.protocol import Runnable
from gradus.training.slices import train
from gradus.training.stopping import Stop


class Given(NamedTuple):
    """What the user chose for a run."""

    epochs: int
    batch: int
    stop: Stop
    seed: int
    folder: str | Path | None = None
    resume: bool = False
    save_every: float = 30.0


def launch(
    build: Callable[[], Runnable],
    given: Given,
    reporter: Reporter,
    begin: Callable[[Carry], Carry] | None = None,
) -> tuple[Runnable, Outcome]:
    """Compile the program that `build` makes, and run it to its end.

    `begin` changes the state before the first step.
    """
    with ctrl_c_ends_the_run() as interrupt:
        program = build()
        run = program.fingerprint() if given.folder is not None else 0
        checkpoint = Checkpoint(given.folder, given.save_every, run)
        carry, histories = program.start(), [History({})] * program.count
        if begin is not None:
            carry = begin(carry)
        if given.resume and checkpoint.exists:
            carry, histories = checkpoint.load(carry)
        outcome = train(program, carry, histories, reporter, interrupt, checkpoint)
    return program, outcome


def begun_at(carry: Carry, state: Any) -> Carry:
    """The carry before the first step, with a state of the user's; InputError for another kind."""
    own = carry.learner.state
    if layout(state) != layout(own):
        raise InputError(
            "start",
            expected="the state of a run of this algorithm: the same model and optimiser",
            got=f"{type(state).__name__} with other arrays",
            fix="fit(algorithm, data, start=run.state)",
        )
    return carry._replace(learner=carry.learner._replace(state=jax.tree.map(jnp.asarray, state)))


def life_of(make: Callable[[dict], Algorithm], given: Given, rows: int) -> Life:
    """What happens to a run over so many rows; raises InputError for a plan that means nothing."""
    if given.resume and given.folder is None:
        raise InputError(
            "resume", expected="the folder of the checkpoint", got="no folder", fix="folder=…"
        )
    if not isinstance(given.stop, Stop):
        raise InputError(
            "stop", expected="a rule for stopping", got=repr(given.stop), fix="stop=Patience(10)"
        )
    whole_number("epochs", given.epochs, 1)
    whole_number("seed", given.seed, 0)
    return Life(make, min(whole_number("batch", given.batch, 1), rows), given.stop)


def whole_number(name: str, value: Any, least: int) -> int:
    """A whole number of any type from `least` on; raises InputError for anything else."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if whole and least <= value < 2**32:
        return int(value)
    raise InputError(
        name,
        expected=f"a whole number from {least} to 2³²−1",
        got=repr(value),
        fix=f"give {name}=10, say",
    )
