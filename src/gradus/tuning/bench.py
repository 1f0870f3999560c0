"""A program with slots in which trials of one structure learn side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from gradus.learn.algorithm import Algorithm
from gradus.training.door import on_device
from gradus.training.loops import Carry
from gradus.training.many import side_by_side
from gradus.training.member import NEVER, Examples, Life, Member
from gradus.training.program import Program
from gradus.training.slices import collect
from gradus.training.stopping import BEST
from gradus.tuning.space import Settings

FOREVER = 20_000  # epochs, after which they are counted from 0 again


class Bench:
    """Slots for trials that differ in numbers only: one program, compiled once.

    A slot whose trial has ended is taken by a new one; the others go on where they are. With
    several folds a trial takes as many members, one for each.

    Arguments:
        make: numbers that vary -> Algorithm.
        names: of these numbers.
        examples: what is learned from and validated on.
        parts: (training rows, validation rows) of each fold.
        width: how many slots there are.
        batch: examples per step.
        seed: of all trials, so that they begin with the same weights.
    """

    def __init__(
        self,
        make: Callable[..., Algorithm],
        names: Sequence[str],
        examples: Examples,
        parts: Sequence[tuple[np.ndarray, np.ndarray]],
        width: int,
        batch: int,
        seed: int,
    ):
        self.names, self.width, self.folds = list(names), width, len(parts)
        rows, held_out = (side_by_side(list(each) * width) for each in zip(*parts, strict=True))
        count = width * self.folds
        self.numbers = {name: np.ones(count) for name in names}
        life = Life(lambda settings: make(**settings), min(batch, rows.shape[1]), BEST)
        members = Member(np.full(count, seed, np.uint32), rows, held_out, self._settings())
        self.program = Program(life, members, on_device(examples), FOREVER)
        self.carry: Carry | None = None

    def fill(self, new: Mapping[int, Settings]) -> None:
        """Begin trials in some slots."""
        fresh = np.zeros(self.width * self.folds, bool)
        for slot, settings in new.items():
            members = slice(slot * self.folds, (slot + 1) * self.folds)
            fresh[members] = True
            for name in self.names:
                self.numbers[name][members] = settings[name]
        self.program.members = self.program.members._replace(settings=self._settings())
        started = self.program.start()
        if self.carry is None:
            self.carry = started
            return

        def chosen(new, old):
            return jnp.where(fresh.reshape(-1, *(1,) * (new.ndim - 1)), new, old)

        learner = jax.tree.map(chosen, started.learner, self.carry.learner)
        self.carry = self.carry._replace(learner=learner)

    def advance(self, epochs: int) -> np.ndarray:
        """Learn for some epochs: the validation loss after each, shape (width, epochs).

        It is the mean over folds; NaN where numbers stopped being finite in these epochs.
        """
        assert self.carry is not None, "fill some slots first"
        if int(self.carry.epoch) + epochs > FOREVER:
            zero = jnp.zeros_like(self.carry.epoch)
            self.carry = self.carry._replace(epoch=zero, step=zero)
        losses = np.full((self.width * self.folds, epochs), np.nan)
        done, end = 0, (int(self.carry.epoch) + epochs) * self.program.steps
        while done < epochs:
            self.carry = self.program.advance(self.carry, end)
            histories, self.carry = collect(self.program, self.carry, 0.0)
            new = histories[0].epochs
            for line, history in zip(losses, histories, strict=True):
                line[done : done + new] = history["val_loss"]
            done += new
            if self._all_diverged():
                self.carry = None
                return np.full((self.width, epochs), np.nan)
        losses[np.asarray(self.carry.learner.bad_step) != NEVER] = np.nan
        return losses.reshape(self.width, self.folds, epochs).mean(axis=1)

    def _all_diverged(self) -> bool:
        assert self.carry is not None
        return bool(np.all(np.asarray(self.carry.learner.bad_step) != NEVER))

    def _settings(self) -> dict[str, jax.Array]:
        kind = jnp.result_type(float)
        return {name: jnp.asarray(values, kind) for name, values in self.numbers.items()}
