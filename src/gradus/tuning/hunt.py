"""A search under way: what it may spend, where its trials learn, and which go on."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from gradus.training.door import Admitted, on_device
from gradus.training.interrupt import Interrupt
from gradus.tuning.bench import Bench
from gradus.tuning.progress import Line
from gradus.tuning.samplers import Sampler
from gradus.tuning.space import Settings, Space
from gradus.tuning.trials import Trial, falls_behind

SLOTS = 8  # trials side by side
TRIALS_OF_A_STRUCTURE = 2 * SLOTS  # before another one has its turn


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
        self.space, self.examples, self.parts = space, on_device(admitted.examples), parts
        self.batch, self.seed = batch, seed
        self.varying = space.varying(admitted.examples.train)
        self.made: dict[str, Bench] = {}

    def structure(self, settings: Settings) -> Settings:
        """The settings that all trials of one program share."""
        return {name: settings[name] for name in self.space.ranges if name not in self.varying}

    def of(self, structure: Settings) -> Bench:
        """The bench for trials of this structure."""
        name = repr(structure)
        if name not in self.made:

            def make(**numbers):
                return self.space.make(**structure, **numbers)

            self.made[name] = Bench(
                make,
                self.varying,
                self.examples,
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
            for slot in sorted(set(range(bench.width)) - set(live)):
                affordable = self.purse.affords(len(live) + len(new) + 1, self.rungs[0])
                if affordable and len(self.trials) < most:
                    settings = waiting.pop() if waiting else self.sampler.ask(structure)
                    new[slot] = self.begun(settings)
            live |= new
            step = min((self.next_rung(trial) - trial.epochs for trial in live.values()), default=0)
            self.give_up(live, step)
            if not live:
                return
            if new:
                bench.fill({slot: trial.settings for slot, trial in new.items()})
            self.advance(bench, live, step)
        for trial in live.values():
            self.ended(trial, "unfinished")

    def give_up(self, live: dict[int, Trial], epochs: int) -> None:
        """End the worst trials where not all of them can be afforded any longer."""
        for slot in sorted(live, key=lambda slot: -live[slot].value):
            if not self.purse.affords(len(live), epochs):
                self.ended(live.pop(slot), "unfinished")

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
