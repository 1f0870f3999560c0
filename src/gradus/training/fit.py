"""Train one model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jax

from gradus.base.errors import InputError
from gradus.training.checkpoint import Checkpoint
from gradus.training.door import admit, on_device
from gradus.training.history import History
from gradus.training.interrupt import ctrl_c_ends_the_run
from gradus.training.loop import train
from gradus.training.member import Examples, Life, Member
from gradus.training.program import Program
from gradus.training.progress import Progress, Reporter
from gradus.training.many import Plan, Runs
from gradus.training.outcome import Outcome, apart, as_run
from gradus.training.run import Run
from gradus.training.stopping import NEVER_STOP, Patience
from gradus.learn.algorithm import Algorithm


def fit(
    algorithm: Algorithm,
    data: Any,
    *,
    epochs: int = 10,
    batch: int = 32,
    validation: Any = None,
    stop: Patience | None = None,
    seed: int = 0,
    progress: Progress = None,
    folder: str | Path | None = None,
    resume: bool = False,
    save_every: float = 30.0,
) -> Run:
    """Learn from data: fold `algorithm.step` over shuffled batches, compiled as one program.

        state ← step(state, batch)   for every batch of every epoch

    Arguments:
        algorithm: a way of learning, such as `supervised(model, likelihood, optimizer)`.
        data: (x, y), (x, y, weight), a `Dataset`, or x alone where learning needs no targets.
        epochs: how often every example is seen, at most.
        batch: examples per step. A short last batch counts with the examples it has.
        validation: a fraction of the data to hold out, or data of the same form. With it, the
            model of the best epoch is returned, whether or not training stopped early.
        stop: when to stop early, such as `Patience(10)`.
        seed: equal seeds give equal runs.
        progress: True, False, a function called with each epoch's numbers, or None: a live line
            where a person is looking.
        folder: where to keep a checkpoint, written every `save_every` seconds.
        resume: go on from the checkpoint in `folder`, if there is one, as if nothing had happened.

    Raises InputError for data that cannot be used; nothing is written then. Ctrl-C ends the run
    and returns what was learned so far.

    >>> import numpy as np
    >>> from gradus import fit, nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> run = fit(supervised(nn.Dense(1), Gaussian(), adam(0.1)), (x, 3 * x[:, 0]), epochs=50)
    >>> run.predict([[0.5]]).round(2)
    array([1.5], dtype=float32)

    Differs from Keras: validation rows are drawn at random, never the last ones; the best epoch's
    model is always the one returned; no example of a short last batch is dropped.
    """
    admitted = admit(data, validation, algorithm.likelihood, seed)
    member = Member(jax.random.key(seed), admitted.rows, admitted.validation, {})
    given = Given(epochs, batch, stop or NEVER_STOP, folder, resume, save_every)
    reporter = Reporter(progress, epochs)
    program, outcome = launch(lambda _: algorithm, member, admitted.examples, given, reporter)
    run = as_run(algorithm, program, outcome, outcome.carry.learner, outcome.histories[0])
    reporter.finished(run.status)
    return run


def fit_many(
    algorithm: Algorithm | Callable[..., Algorithm],
    data: Any,
    plan: Plan,
    *,
    epochs: int = 10,
    batch: int = 32,
    validation: Any = None,
    stop: Patience | None = None,
    seed: int = 0,
    progress: Progress = None,
    folder: str | Path | None = None,
    resume: bool = False,
    save_every: float = 30.0,
) -> Runs:
    """Train several members of one algorithm side by side, in one compiled program.

    Member i is the run that `fit` would make of it alone, up to rounding.

    Arguments:
        algorithm: a way of learning; for `vary`, a function of what varies that gives one.
        plan: `seeds(5)`, `folds(10)`, `resamples(20)` or `vary(rate=[1e-3, 1e-2])`.

    All others as for `fit`; the history that `progress` sees is the first member's.

    >>> import numpy as np
    >>> from gradus import fit_many, nn, supervised, vary
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import sgd
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> make = lambda rate: supervised(nn.Dense(1), Gaussian(), sgd(rate))
    >>> runs = fit_many(make, (x, 3 * x[:, 0]), vary(rate=[0.001, 0.1]), epochs=20)
    >>> runs.measure("mse").round(2)
    array([2.77, 0.02], dtype=float32)
    """
    make = algorithm if callable(algorithm) else lambda: algorithm
    example = make(**{name: values[0] for name, values in plan.settings.items()})
    admitted = admit(data, validation, example.likelihood, seed)
    given = Given(epochs, batch, stop or NEVER_STOP, folder, resume, save_every)
    reporter = Reporter(progress, epochs)
    members, examples = plan.members(admitted, seed), plan.examples(admitted)
    program, outcome = launch(lambda settings: make(**settings), members, examples, given, reporter)
    runs = [
        as_run(example, program, outcome, learner, history)
        for learner, history in zip(apart(outcome), outcome.histories, strict=True)
    ]
    reporter.finished(f"{len(runs)} runs: {outcome.reason}")
    return Runs(plan.names, runs)


class Given(NamedTuple):
    """What the user chose for a run."""

    epochs: int
    batch: int
    stop: Patience
    folder: str | Path | None
    resume: bool
    save_every: float


def launch(
    make: Callable[[dict], Algorithm], members: Member, examples: Examples, given: Given,
    reporter: Reporter,
) -> tuple[Program, Outcome]:
    """Compile, start or resume, and train."""
    check_plan(given.epochs, given.batch)
    with ctrl_c_ends_the_run() as interrupt:
        life = Life(make, min(given.batch, members.rows.shape[-1]), given.stop)
        program = Program(life, members, on_device(examples))
        checkpoint = Checkpoint(given.folder, given.save_every)
        carry, histories = program.start(), [History({})] * program.count
        if given.resume and checkpoint.exists:
            carry, histories = checkpoint.load(carry)
        outcome = train(program, carry, histories, given.epochs, reporter, interrupt, checkpoint)
    return program, outcome


def check_plan(epochs: int, batch: int) -> None:
    """Refuse numbers of epochs and batch sizes that mean nothing."""
    for name, value in (("epochs", epochs), ("batch", batch)):
        if not isinstance(value, int) or value < 1:
            raise InputError(
                name, expected="a whole number from 1 on", got=value, fix=f"give {name}=10, say"
            )
