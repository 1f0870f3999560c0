"""Compile a run, start it or take it up again, and train."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gradus.base.errors import InputError
from gradus.learn.algorithm import Algorithm
from gradus.training.checkpoint import Checkpoint
from gradus.training.door import on_device
from gradus.training.history import History
from gradus.training.interrupt import ctrl_c_ends_the_run
from gradus.training.loop import train
from gradus.training.member import Examples, Life, Member
from gradus.training.outcome import Outcome
from gradus.training.program import Carry, Program
from gradus.training.progress import Reporter
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
    steps: int | None = None  # instead of epochs
    begin: Callable[[Carry], Carry] | None = None  # changes the state before the first step


def launch(
    make: Callable[[dict], Algorithm],
    members: Member,
    examples: Examples,
    given: Given,
    reporter: Reporter,
) -> tuple[Program, Outcome]:
    """Train one member, or several side by side."""
    check_plan(given)
    with ctrl_c_ends_the_run() as interrupt:
        life = Life(make, min(given.batch, members.rows.shape[-1]), given.stop)
        program = Program(life, members, on_device(examples))
        checkpoint = Checkpoint(given.folder, given.save_every)
        carry, histories = program.start(), [History({})] * program.count
        if given.begin is not None:
            carry = given.begin(carry)
        if given.resume and checkpoint.exists:
            carry, histories = checkpoint.load(carry)
        until = given.steps or given.epochs * program.steps
        outcome = train(program, carry, histories, until, reporter, interrupt, checkpoint)
    return program, outcome


def check_plan(given: Given) -> None:
    """Refuse numbers of epochs and batch sizes that mean nothing."""
    for name, value in (("epochs", given.epochs), ("batch", given.batch)):
        if not isinstance(value, int) or value < 1:
            raise InputError(
                name, expected="a whole number from 1 on", got=value, fix=f"give {name}=10, say"
            )
