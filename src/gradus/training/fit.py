"""The two doors of the compiled run: `fit` one model, `fit_many` side by side."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.stream import Stream
from gradus.learn.algorithm import Algorithm
from gradus.training.door import Admitted, admit, as_batch, on_device
from gradus.training.launch import Given, begun_at, launch, life_of
from gradus.training.many import Plan, Runs
from gradus.training.member import Member
from gradus.training.outcome import apart, as_run
from gradus.training.program import Program
from gradus.training.progress import Progress, Reporter
from gradus.training.refit import Then, check_then, refit
from gradus.training.run import Run
from gradus.training.shared import Shared, as_shared, whole_batches
from gradus.training.stopping import BEST, Stop
from gradus.training.streaming import StreamProgram


def fit(
    algorithm: Algorithm | Shared,
    data: Any,
    *,
    epochs: int = 10,
    batch: int = 32,
    validation: Any = None,
    stop: Stop | None = None,
    then: Then | None = None,
    start: Any = None,
    seed: int = 0,
    progress: Progress = None,
    folder: str | Path | None = None,
    resume: bool = False,
    save_every: float = 30.0,
) -> Run:
    """Learn from data: fold `algorithm.step` over shuffled batches, compiled as one program.

        state ← step(state, batch)   for every batch of every epoch

    Arguments:
        algorithm: a way of learning, such as `supervised(model, likelihood, optimizer)`; or one
            whose compiled program other runs may use, too, see `training.shared`.
        data: (x, y), (x, y, weight), a `Dataset`, or x alone where learning needs no targets;
            or a `Stream` of examples that do not fit into memory.
        epochs: how often every example is seen, at most.
        batch: examples per step. A short last batch counts with the examples it has.
        validation: a fraction of the data to hold out, or data of the same form. With it, the
            model of the best epoch is returned, whether or not training stopped early.
        stop: when to stop early, such as `Patience(10)`.
        then: how to learn from the validation examples too, once the best epoch is known:
            "retrain" from scratch on all examples for as many steps, or "continue" from the best
            epoch until the validation loss is what the training loss was.
        start: a state to begin with in the place of `algorithm.init`, such as the `state` of an
            earlier run of this algorithm: its weights, and what its optimiser remembers.
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
    shared = as_shared(algorithm)
    algorithm = shared.algorithm
    check_algorithm(algorithm)
    given = Given(epochs, batch, BEST if stop is None else stop, seed, folder, resume, save_every)
    reporter = Reporter(progress, epochs)
    if isinstance(data, Stream):
        build, admitted = over_stream(algorithm, data, validation, given), None
    else:
        admitted = admit(algorithm, data, validation, seed)
        build = over_arrays(shared, admitted, given)
    if then is not None:
        check_then(then, admitted, validation)
    begin = None if start is None else lambda carry: begun_at(carry, start)
    program, outcome = launch(build, given, reporter, begin)
    run = as_run(algorithm, program, outcome, outcome.carry.learner, outcome.histories[0])
    if then is not None and admitted is not None and run.history.epochs:
        run = refit(algorithm, admitted, run, then, given)
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
    stop: Stop | None = None,
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
    >>> runs = fit_many(make, (x, 3 * x[:, 0]), vary(rate=[0.001, 0.1]), epochs=40)
    >>> runs.measure("mse").round(2)
    array([4.59, 0.02], dtype=float32)
    """
    make = algorithm if callable(algorithm) else lambda: algorithm
    example = first_of(make, plan)
    admitted = admit(example, data, validation, seed)
    given = Given(epochs, batch, BEST if stop is None else stop, seed, folder, resume, save_every)
    reporter = Reporter(progress, epochs)
    examples, members = plan.examples(admitted), plan.members(admitted, seed)

    def build() -> Program:
        life = life_of(lambda settings: make(**settings), given, members.rows.shape[-1])
        return Program(life, members, on_device(examples), epochs)

    program, outcome = launch(build, given, reporter)
    algorithms = [make(**settings) for settings in plan.each()]
    ended = zip(algorithms, apart(outcome), outcome.histories, strict=True)
    runs = [as_run(a, program, outcome, learner, history) for a, learner, history in ended]
    reporter.finished(f"{len(runs)} runs: {outcome.reason}")
    return Runs(plan.names, runs)


def check_algorithm(algorithm: Any) -> None:
    """Refuse what is no way of learning, such as a model alone."""
    if not isinstance(algorithm, Algorithm):
        raise InputError(
            "algorithm",
            expected="a way of learning",
            got=type(algorithm).__name__,
            fix="fit(supervised(model, likelihood, optimizer), data)",
        )


def first_of(make: Callable[..., Algorithm], plan: Plan) -> Algorithm:
    """The algorithm of a plan's first member; raises InputError where the two do not fit."""
    if not isinstance(plan, Plan):
        raise InputError("plan", expected="a plan", got=repr(plan), fix="seeds(5), folds(10) …")
    settings = plan.each()[0]
    try:
        inspect.signature(make).bind(**settings)
    except TypeError as error:
        raise InputError(
            "the algorithm does not take what varies",
            expected=f"a function of {', '.join(settings) or 'nothing'} that gives an Algorithm",
            got=error,
            fix="fit_many(lambda rate: supervised(…, adam(rate)), data, vary(rate=[0.1, 0.01]))",
        ) from None
    algorithm = make(**settings)
    check_algorithm(algorithm)
    return algorithm


def over_arrays(shared: Shared, admitted: Admitted, given: Given) -> Callable[[], Program]:
    """How to build the program of a run over arrays."""
    make = shared.make
    life = life_of(lambda numbers: make(**numbers), given, len(admitted.rows))
    if shared.identity is not None:
        admitted = whole_batches(admitted, given.batch)
        life.batch = given.batch
    seed, settings = np.asarray(given.seed, np.uint32), shared.settings()
    member = Member(seed, admitted.rows, admitted.validation, settings)
    examples, epochs = admitted.examples, given.epochs
    return lambda: Program(life, member, on_device(examples), epochs, identity=shared.identity)


def over_stream(
    algorithm: Algorithm, stream: Stream, validation: Any, given: Given
) -> Callable[[], StreamProgram]:
    """How to build the program of a run over a stream."""
    if isinstance(validation, int | float):
        raise InputError(
            "validation of a stream",
            expected="arrays (x, y), or a Dataset",
            got=validation,
            fix="set some examples aside: fit(algorithm, stream, validation=(x, y))",
        )
    life, held_out, rows = life_of(lambda _: algorithm, given, given.batch), None, None
    if validation is not None:
        held_out = jax.device_put(as_batch(algorithm, validation))
        rows = np.arange(held_out.size, dtype=np.int32)
    member = Member(np.asarray(given.seed, np.uint32), np.zeros(0, np.int32), rows, {})
    return lambda: StreamProgram(
        algorithm, life, stream, member, held_out, given.epochs, given.seed
    )
