"""After early stopping: learn from the validation examples as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np

from gradus.base.errors import InputError
from gradus.learn.algorithm import Algorithm
from gradus.training.door import Admitted, on_device
from gradus.training.launch import Given, launch, life_of
from gradus.training.loops import Carry
from gradus.training.member import Examples, Member
from gradus.training.outcome import as_run
from gradus.training.program import Program
from gradus.training.progress import Reporter
from gradus.training.run import Run
from gradus.training.stopping import BEST, Reach

Then = Literal["retrain", "continue"]


def check_then(then: str, admitted: Admitted | None, validation: object) -> None:
    """Refuse a plan for the validation examples that cannot be carried out."""
    if then not in ("retrain", "continue"):
        raise InputError(
            "then", expected='"retrain" or "continue"', got=repr(then), fix='then="retrain"'
        )
    if admitted is None or not isinstance(validation, int | float):
        raise InputError(
            f"then={then!r}",
            expected="arrays, a fraction of which is held out for validation",
            got="a stream" if admitted is None else f"validation={type(validation).__name__}",
            fix=f"fit(…, validation=0.1, stop=Patience(10), then={then!r})",
        )


def refit(algorithm: Algorithm, admitted: Admitted, run: Run, then: Then, given: Given) -> Run:
    """The run with a model that has learned from all examples.

    Arguments:
        then: "retrain" starts afresh, for as many steps as led to the best epoch; "continue" goes
            on from the best epoch until the validation loss is what the training loss was there.
            In both the optimiser, and its schedule, begin anew.

    Goodfellow, Bengio and Courville (2016), algorithms 7.2 and 7.3.
    """
    parts = (admitted.rows, admitted.validation)
    rows = np.concatenate([part for part in parts if part is not None])
    if then == "retrain":
        return _retrain(algorithm, admitted, run, rows, given)
    return _continue(algorithm, admitted, run, rows, given)


def _retrain(algorithm, admitted: Admitted, run: Run, rows: np.ndarray, given: Given) -> Run:
    steps = run.best_epoch * -(-len(admitted.rows) // given.batch)
    member = Member(np.asarray(given.seed, np.uint32), rows, None, {})
    given = given._replace(stop=BEST, folder=None)
    new = _run(algorithm, member, Examples(admitted.examples.train, None), given, steps)
    status = f"{run.status}; retrained on all examples for {steps} steps"
    return replace(run, model=new.model, state=new.state, status=status)


def _continue(algorithm, admitted: Admitted, run: Run, rows: np.ndarray, given: Given) -> Run:
    limit = run.history["loss"][run.best_epoch - 1].item()
    member = Member(np.asarray(given.seed, np.uint32), rows, admitted.validation, {})

    def from_best(carry: Carry) -> Carry:
        state = carry.learner.state._replace(model=run.model)
        return carry._replace(learner=carry.learner._replace(state=state))

    given = given._replace(stop=Reach(limit), folder=None)
    new = _run(algorithm, member, admitted.examples, given, begin=from_best)
    status = f"{run.status}; went on with all examples for {new.history.epochs} epochs"
    return replace(run, model=new.model, state=new.state, status=status)


def _run(
    algorithm: Algorithm,
    member: Member,
    examples: Examples,
    given: Given,
    steps: int | None = None,
    begin: Callable[[Carry], Carry] | None = None,
) -> Run:
    def build() -> Program:
        life = life_of(lambda _: algorithm, given, len(member.rows))
        return Program(life, member, on_device(examples), given.epochs, steps)

    program, outcome = launch(build, given, Reporter(False, given.epochs), begin)
    return as_run(algorithm, program, outcome, outcome.carry.learner, outcome.histories[0])
