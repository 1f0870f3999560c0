"""Try settings side by side, stop the worse half early, and keep the best."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.data.splits import k_folds
from gradus.training.door import Admitted, admit, as_batch
from gradus.training.interrupt import Interrupt, ctrl_c_ends_the_run
from gradus.training.launch import whole_number
from gradus.tuning.bench import Bench
from gradus.tuning.progress import Line
from gradus.tuning.result import Search
from gradus.tuning.samplers import Sampler, sampler_of
from gradus.tuning.space import Settings, Space
from gradus.tuning.trials import Trial, falls_behind, rungs

SLOTS = 8  # trials side by side
TRIALS_OF_A_STRUCTURE = 2 * SLOTS  # before another one has its turn


def search(
    space: Space,
    data: Any,
    budget: int | None = None,
    *,
    seconds: float | None = None,
    epochs: int = 30,
    batch: int = 32,
    validation: Any = 0.2,
    folds: int | None = None,
    sampler: str = "random",
    stopping: bool = True,
    first: Settings | None = None,
    seed: int = 0,
    progress: Any = None,
) -> Search:
    """Find settings whose model has a low validation loss.

    Trials that differ in numbers only, such as rates and penalties, learn side by side in one
    compiled program, eight at a time. After ⅛, ¼ and ½ of its epochs a trial goes on only if its
    lowest loss so far is not above the median of all that came as far; a new one takes its place.

    Arguments:
        space: what to try.
        data: (x, y), (x, y, weight) or a `Dataset`: the training part. The validation part is
            drawn from it; keep the test part out, to measure the best model with.
        budget: how many epochs all trials may learn together; with folds, an epoch of each counts.
        seconds: how long the search may take, instead of a budget or besides.
        epochs: how long a trial learns, at most.
        batch: examples per step.
        validation: a fraction to hold out, or data.
        folds: k: the loss is the mean over k folds instead, which is less a matter of luck.
        sampler: "random"; or "tpe", which learns from trials that have ended and needs Optuna:
            `pip install "gradus[search]"`.
        stopping: whether trials that fall behind are stopped; without it this is plain random
            search, or plain TPE.
        first: settings to try before all others, such as those in use so far.
        seed: equal seeds give equal searches, where `seconds` is not given.
        progress: True shows a live line, False nothing, None shows it where a person is looking;
            a function is called with the numbers of each trial that ends.

    Raises InputError for an empty budget, settings that do not fit the space, and data that cannot
    be used. Ctrl-C ends the search and keeps what was found. A trial whose numbers stop being
    finite stays in the table as "diverged".

    >>> import numpy as np
    >>> from gradus import nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import sgd
    >>> from gradus.tuning import Space, log_uniform
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> space = Space(lambda rate: supervised(nn.Dense(1), Gaussian(), sgd(rate)),
    ...               rate=log_uniform(1e-4, 1.0))
    >>> found = search(space, (x, 3 * x[:, 0]), budget=200, epochs=20)
    >>> found.best.settings["rate"] > 0.1, found.cost <= 200
    (True, True)

    Bergstra and Bengio, "Random search for hyper-parameter optimization" (2012); Golovin and
    others, "Google Vizier" (2017), for the median rule; Goodfellow, Bengio and Courville (2016),
    section 11.4.
    """
    check_budget(space, budget, seconds)
    if first is not None:
        space.check(first)
    example = space.algorithm(first or space.sample(np.random.default_rng(seed)))
    admitted, parts = divided(example, data, validation, folds, seed)
    whole_number("epochs", epochs, 1)
    hunt = Hunt(
        space=space,
        sampler=sampler_of(sampler, space, seed),
        benches=Benches(space, admitted, parts, whole_number("batch", batch, 1), seed),
        purse=Purse(budget, seconds, len(parts)),
        rungs=rungs(epochs) if stopping else [epochs],
        line=Line(progress),
    )
    with ctrl_c_ends_the_run() as interrupt:
        why = hunt.run(first, interrupt)
    hunt.line.finished()
    return Search(space, hunt.trials, data, batch, seed, len(parts), why, hunt.purse.spent_seconds)


class Purse:
    """What a search may still spend.

    Arguments:
        epochs: of all trials together, or None.
        seconds: from now on, or None.
        folds: epochs that an epoch of one trial costs.
    """

    def __init__(self, epochs: int | None, seconds: float | None, folds: int):
        self.left, self.seconds, self.folds = epochs, seconds, folds
        self.began = time.perf_counter()

    @property
    def spent_seconds(self) -> float:
        """Seconds since the search began."""
        return time.perf_counter() - self.began

    def affords(self, trials: int, epochs: int) -> bool:
        """Whether some trials can learn for so long."""
        late = self.seconds is not None and self.spent_seconds >= self.seconds
        return not late and (self.left is None or self.left >= trials * epochs * self.folds)

    def pay(self, trials: int, epochs: int) -> None:
        """Some trials have learned for so long."""
        if self.left is not None:
            self.left -= trials * epochs * self.folds


class Benches:
    """A bench for every structure, made when it is first needed."""

    def __init__(
        self, space: Space, admitted: Admitted, parts: Sequence[tuple], batch: int, seed: int
    ):
        self.space, self.admitted, self.parts = space, admitted, parts
        self.batch, self.seed = batch, seed
        self.varying = space.varying(admitted.examples.train)
        self.made: dict[str, Bench] = {}

    def structure(self, settings: Settings) -> Settings:
        """The settings that all trials of one program share."""
        return {name: value for name, value in settings.items() if name not in self.varying}

    def of(self, structure: Settings) -> Bench:
        """The bench for trials of this structure."""
        name = repr(structure)
        if name not in self.made:

            def make(**numbers):
                return self.space.make(**structure, **numbers)

            self.made[name] = Bench(
                make,
                self.varying,
                self.admitted.examples,
                self.parts,
                SLOTS if self.varying else 1,
                self.batch,
                self.seed,
            )
        return self.made[name]


class Hunt:
    """A search under way.

    Arguments:
        space: what to try.
        sampler: what to try next.
        benches: where trials learn.
        purse: what may be spent.
        rungs: the ages, in epochs, at which trials are compared; a trial ends with the last.
        line: what people see.
    """

    def __init__(
        self,
        space: Space,
        sampler: Sampler,
        benches: Benches,
        purse: Purse,
        rungs: list[int],
        line: Line,
    ):
        self.space, self.sampler, self.benches, self.purse = space, sampler, benches, purse
        self.rungs, self.line = rungs, line
        self.trials: list[Trial] = []

    def run(self, first: Settings | None, interrupt: Interrupt) -> str:
        """Try structures in turn until there is a reason to end; gives that reason."""
        while not interrupt.requested and self.purse.affords(1, self.rungs[0]):
            begin = first or self.sampler.ask({})
            first = None
            self.heat(begin, interrupt)
        return "interrupted" if interrupt.requested else "the budget is spent"

    def heat(self, begin: Settings, interrupt: Interrupt) -> None:
        """Trials of one structure, from the first to the last that is worth going on with."""
        structure = self.benches.structure(begin)
        bench = self.benches.of(structure)
        most = len(self.trials) + (TRIALS_OF_A_STRUCTURE if structure else 10**9)
        live: dict[int, Trial] = {}
        waiting = [begin]
        while not interrupt.requested:
            new: dict[int, Trial] = {}
            for slot in range(bench.width):
                affordable = self.purse.affords(len(live) + len(new) + 1, self.rungs[0])
                if slot not in live and len(self.trials) < most and affordable:
                    settings = waiting.pop() if waiting else self.sampler.ask(structure)
                    new[slot] = self.begun(settings)
            live |= new
            step = min((self.next_rung(trial) - trial.epochs for trial in live.values()), default=0)
            if not live or not self.purse.affords(len(live), step):
                break
            if new:
                bench.fill({slot: trial.settings for slot, trial in new.items()})
            self.advance(bench, live, step)
        for trial in live.values():
            self.ended(trial, "unfinished")

    def begun(self, settings: Settings) -> Trial:
        """A new trial."""
        self.trials.append(Trial(len(self.trials) + 1, settings))
        return self.trials[-1]

    def next_rung(self, trial: Trial) -> int:
        """The next age at which a trial is compared."""
        return next(rung for rung in self.rungs if rung > trial.epochs)

    def advance(self, bench: Bench, live: dict[int, Trial], epochs: int) -> None:
        """Let live trials learn, and end those that are done, or not worth going on with."""
        losses = bench.advance(epochs)
        self.purse.pay(len(live), epochs)
        for slot, trial in live.items():
            trial.losses += losses[slot].tolist()
        for slot, trial in list(live.items()):
            if status := self.verdict(trial):
                self.ended(live.pop(slot), status)

    def verdict(self, trial: Trial) -> str:
        """Why a trial ends here; empty where it goes on."""
        if not np.isfinite(trial.losses[-1]):
            return "diverged"
        if trial.epochs >= self.rungs[-1]:
            return "finished"
        behind = trial.epochs in self.rungs and falls_behind(trial, self.trials)
        return "stopped" if behind else ""

    def ended(self, trial: Trial, status: str) -> None:
        """Note how a trial ended, for the sampler and for people."""
        trial.status = status
        self.sampler.tell(trial.settings, trial.value)
        self.line.ended(trial, self.trials)


def divided(
    example: Any, data: Any, validation: Any, folds: int | None, seed: int
) -> tuple[Admitted, list[tuple[np.ndarray, np.ndarray]]]:
    """The examples, and the rows that are learned from and validated on, for each fold."""
    if folds is None:
        admitted = admit(example, data, validation, seed)
        if admitted.validation is None:
            raise InputError(
                "validation", expected="a fraction, or data", got="None", fix="validation=0.2"
            )
        return admitted, [(admitted.rows, admitted.validation)]
    admitted = admit(example, data, None, seed)
    train = as_batch(example, data)
    parts = k_folds(train.size, folds, stratify=admitted.classes, seed=seed)
    examples = admitted.examples._replace(validation=admitted.examples.train)
    rows = [(train.astype(np.int32), test.astype(np.int32)) for train, test in parts]
    return admitted._replace(examples=examples), rows


def check_budget(space: Any, budget: Any, seconds: Any) -> None:
    """Refuse a search without a space, and one without an end or a beginning."""
    if not isinstance(space, Space):
        raise InputError(
            "space",
            expected="a Space",
            got=type(space).__name__,
            fix="Space(lambda rate: supervised(…, adam(rate)), rate=log_uniform(1e-4, 1e-1))",
        )
    if budget is None and seconds is None:
        raise InputError(
            "budget", expected="a number of epochs, or of seconds", got="neither", fix="budget=500"
        )
    if budget is not None:
        whole_number("budget", budget, 1)
    if seconds is not None and not seconds > 0:
        raise InputError("seconds", expected="more than 0", got=seconds, fix="seconds=60")
