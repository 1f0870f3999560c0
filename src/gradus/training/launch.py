"""Compile a run, start it or take it up again, and train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gradus.base.errors import InputError
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
    begin: Callable[[Carry], Carry] | None = None  # changes the state before the first step


def launch(
    build: Callable[[], Runnable], given: Given, reporter: Reporter
) -> tuple[Runnable, Outcome]:
    """Compile the program that `build` makes, and run it to its end."""
    with ctrl_c_ends_the_run() as interrupt:
        program = build()
        checkpoint = Checkpoint(given.folder, given.save_every)
        carry, histories = program.start(), [History({})] * program.count
        if given.begin is not None:
            carry = given.begin(carry)
        if given.resume and checkpoint.exists:
            carry, histories = checkpoint.load(carry)
        outcome = train(program, carry, histories, reporter, interrupt, checkpoint)
    return program, outcome


def life_of(make: Callable[[dict], Algorithm], given: Given, rows: int) -> Life:
    """What happens to a run over so many rows; raises InputError for a plan that means nothing."""
    for name, value in (("epochs", given.epochs), ("batch", given.batch)):
        if not isinstance(value, int) or value < 1:
            raise InputError(
                name, expected="a whole number from 1 on", got=value, fix=f"give {name}=10, say"
            )
    if not isinstance(given.seed, int) or not 0 <= given.seed < 2**32:
        raise InputError(
            "seed", expected="a whole number from 0 to 2³²−1", got=given.seed, fix="give seed=0"
        )
    return Life(make, min(given.batch, rows), given.stop)
