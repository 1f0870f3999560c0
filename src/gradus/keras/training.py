"""`fit`: translated into a program of `gradus.training`, in slices as long as callbacks allow."""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.keras.callback import CallbackList, History, Printer, listed
from gradus.keras.examples import examples_of
from gradus.keras.generators import generated, is_generator
from gradus.keras.model_like import ModelLike
from gradus.keras.random import next_key, next_seed
from gradus.keras.translation import (
    Translation,
    algorithm_of,
    bare,
    identity,
    start_of,
    take_back,
    translated,
)
from gradus.learn.descent import State
from gradus.training.door import on_device
from gradus.training.interrupt import ctrl_c_ends_the_run
from gradus.training.launch import begun_at, whole_number
from gradus.training.loops import Carry
from gradus.training.member import NEVER, Examples, Life, Member
from gradus.training.part import padded
from gradus.training.program import MOST_KEPT, Program
from gradus.training.slices import Pace, collect
from gradus.training.stopping import Patience

NO_BEST = Patience(None, monitor="")  # Keras gives back the last epoch's model, not the best one's
BATCH_SIZE = 32


@dataclass(frozen=True)
class Fit:
    """What was given to `fit` besides the examples; see `Model.fit`."""

    epochs: int = 1
    batch_size: int | None = None
    verbose: Any = "auto"
    callbacks: Any = None
    validation_split: float = 0.0
    validation_data: Any = None
    shuffle: bool = True
    class_weight: dict | None = None
    sample_weight: Any = None
    initial_epoch: int = 0
    steps_per_epoch: int | None = None
    validation_steps: int | None = None
    validation_freq: int = 1

    def __post_init__(self):
        whole_number("epochs", self.epochs, 1)
        whole_number("batch_size", self.batch, 1)
        if self.validation_freq != 1:
            raise InputError(
                "fit: validation_freq", expected=1, got=self.validation_freq, fix="leave it out"
            )
        if not 0 <= self.validation_split < 1:
            raise InputError(
                "fit: validation_split",
                expected="a share from 0 to below 1",
                got=self.validation_split,
                fix="validation_split=0.2 keeps the last fifth for validation",
            )

    @property
    def batch(self) -> int:
        """Examples per step."""
        return BATCH_SIZE if self.batch_size is None else self.batch_size

    @property
    def planned(self) -> int:
        """How many epochs are still to come."""
        return self.epochs - self.initial_epoch


class InOrder(Program):
    """A program that takes the rows of every epoch as they are."""

    def _order(self, epoch: int) -> np.ndarray:
        return np.asarray(padded(self.members.rows, self.life.batch))


def fit(model: ModelLike, x: Any, y: Any, given: Fit) -> History:
    """Learn from examples; see `Model.fit`."""
    history = History()
    told = [*listed(given.callbacks), history]
    if given.verbose:
        told.append(Printer())
    model.history, model.stop_training = history, False
    if given.planned < 1:
        return history
    if is_generator(x):
        translation, start, program = generated(model, x, given)
    else:
        translation, start, program = over_arrays(model, x, y, given)
    params = {"epochs": given.epochs, "steps": program.steps, "verbose": given.verbose}
    callbacks = CallbackList(told, model, params)
    if callbacks.steps and not program.steps:
        raise InputError(
            "callbacks with hooks for batches",
            expected="arrays, or hooks for epochs alone",
            got="a generator, whose batches are learned from many at a time",
            fix="use on_epoch_end, or call train_on_batch in a loop of your own",
        )
    Loop(model, translation, program, callbacks, given).run(start)
    return history


def over_arrays(model: ModelLike, x: Any, y: Any, given: Fit) -> tuple[Translation, State, Program]:
    """The program of a run over arrays."""
    refuse_steps(given)
    train = examples_of(model, x, y, given.sample_weight, given.class_weight)
    rows, held_out, validation = np.arange(train.size, dtype=np.int32), None, None
    if given.validation_data is not None:
        validation = validation_of(model, given)
        held_out = np.arange(validation.size, dtype=np.int32)
    elif given.validation_split:
        count = int(train.size * (1 - given.validation_split))
        rows, held_out, validation = rows[:count], rows[count:], train
        if not count or not len(held_out):
            raise InputError(
                "fit: validation_split",
                expected="examples to learn from and examples to validate on",
                got=f"{count} and {len(held_out)}",
                fix="choose another share, or give validation_data",
            )
    translation = translated(model, train.y.y)
    start = start_of(model, translation.outputs)
    member = Member(np.asarray(next_seed(), np.uint32), rows, held_out, rate_of(model))
    life = life_of(model, translation, start, min(given.batch, len(rows)))
    kind = Program if given.shuffle else InOrder
    examples = on_device(Examples(train, validation))
    name = identity(model, translation, start)
    return translation, start, kind(life, member, examples, given.planned, identity=name)


def validation_of(model: ModelLike, given: Fit) -> Any:
    """The examples to validate on."""
    data = given.validation_data
    if is_generator(data):
        from gradus.keras.generators import drawn

        data = drawn(data, given.validation_steps, "validation_steps")
    if not isinstance(data, list | tuple) or len(data) not in (2, 3):
        raise InputError(
            "fit: validation_data",
            expected="(x, y) or (x, y, sample_weight)",
            got=type(data).__name__,
            fix="validation_data=(x_val, y_val)",
        )
    return examples_of(model, *data)


def refuse_steps(given: Fit) -> None:
    """Refuse a number of steps for arrays: an epoch is all examples once."""
    if given.steps_per_epoch is not None:
        raise InputError(
            "fit: steps_per_epoch",
            expected="a generator of batches",
            got="arrays, all examples of which make an epoch",
            fix="leave steps_per_epoch out",
        )


def rate_of(model: ModelLike) -> dict[str, Any]:
    """The learning rate as a number that may change during the run; nothing for schedules."""
    rate = model.optimizer.start_rate()
    return {} if callable(rate) else {"rate": np.float32(rate)}


def life_of(model: ModelLike, translation: Translation, start: State, batch: int) -> Life:
    """What happens to the run."""
    return Life(
        lambda settings: algorithm_of(model, translation, start, settings.get("rate")),
        batch,
        NO_BEST,
    )


class Loop:
    """A run, slice by slice, with callbacks in between."""

    def __init__(
        self,
        model: ModelLike,
        translation: Translation,
        program: Any,
        callbacks: CallbackList,
        given: Fit,
    ):
        self.model, self.outputs, self.program = model, translation.outputs, program
        self.callbacks, self.given = callbacks, given
        model.measured = self.outputs
        self.pace, self.began = Pace(), time.perf_counter()

    def run(self, start: State) -> None:
        """Go through all epochs, or until somebody stops."""
        carry = begun_at(self.program.start(), start)
        self.callbacks.tell("on_train_begin", {})
        with ctrl_c_ends_the_run() as interrupt:
            while not (self.program.done(carry) or self.model.stop_training):
                carry = self.slice(carry)
                if interrupt.requested:
                    break
        self.settle(carry)
        self.callbacks.tell("on_train_end", {})

    def slice(self, carry: Carry) -> Carry:
        """Go on for a while: a quarter of a second, or an epoch where somebody may change it."""
        first = self.given.initial_epoch + int(carry.epoch)
        if self.callbacks.controls:
            self.callbacks.tell("on_epoch_begin", first, {})
            self.update_rate()
            new = self.epoch(carry)
        else:
            step, tick = int(carry.step), time.perf_counter()
            new = self.program.advance(carry, step + self.pace.steps)
            self.pace.took(int(new.step) - step, time.perf_counter() - tick)
        if int(new.learner.bad_step) != NEVER:
            self.model.stop_training = True
            warnings.warn(
                f"the loss is not finite at step {int(new.learner.bad_step) + 1}: training stops, "
                "the weights are those before the last epochs",
                stacklevel=5,
            )
            return carry
        (rows,), new = collect(self.program, new, time.perf_counter() - self.began)
        return self.told(first, rows, new)

    def epoch(self, carry: Carry) -> Carry:
        """One epoch, in single steps where somebody wants to see them."""
        epoch, steps = int(carry.epoch), self.program.steps
        while int(carry.epoch) == epoch and int(carry.learner.bad_step) == NEVER:
            place = int(carry.step) - epoch * steps
            if self.callbacks.steps:
                self.tell_step("begin", place, {})
                carry = self.program.advance(carry, int(carry.step) + 1)
                self.tell_step("end", place, self.means(carry))
            else:
                carry = self.program.advance(carry, (epoch + 1) * steps)
        return carry

    def tell_step(self, when: str, place: int, logs: dict[str, float]) -> None:
        """Tell about a step, by both names of the hook."""
        self.callbacks.tell(f"on_train_batch_{when}", place, logs)
        self.callbacks.tell(f"on_batch_{when}", place, logs)

    def means(self, carry: Carry) -> dict[str, float]:
        """The means of the epoch so far; of the whole epoch, where it has just ended."""
        names = self.program.life.averaged
        sums = np.asarray(carry.learner.sums)
        values = sums[:-1] / sums[-1] if sums[-1] else carry.learner.table[int(carry.filled) - 1]
        return self.outputs.logs(dict(zip(names, np.asarray(values), strict=False)))

    def told(self, first: int, rows: Any, carry: Carry) -> Carry:
        """Tell about the epochs that ended; gives the carry with what callbacks changed."""
        controls = self.callbacks.controls
        if controls:
            self.settle(carry)
        for i in range(rows.epochs):
            row = {name: column[i] for name, column in rows.items()}
            logs = self.outputs.logs(train_part(row))
            if any(name.startswith("val_") for name in row):
                logs |= self.outputs.logs(row, "val_")
            self.callbacks.tell("on_epoch_end", first + i, logs)
        return self.with_new_weights(carry) if controls else carry

    def settle(self, carry: Carry) -> None:
        """Put what was learned into the model."""
        state = carry.learner.state
        self.model.optimizer_state = state.optimizer
        take_back(self.model, self.outputs, state.model)

    def with_new_weights(self, carry: Carry) -> Carry:
        """The carry with the model's weights, where a callback has set others."""
        state, now = carry.learner.state, bare(self.model, self.outputs)
        pairs = zip(jax.tree.leaves(now), jax.tree.leaves(state.model), strict=True)
        if all(a is b for a, b in pairs):
            return carry
        return begun_at(carry, state._replace(model=now))

    def update_rate(self) -> None:
        """Take the learning rate that the optimiser has now."""
        self.program.members = self.program.members._replace(settings=rate_of(self.model))


def train_part(row: dict[str, Any]) -> dict[str, Any]:
    """The numbers of the training part."""
    return {name: value for name, value in row.items() if not name.startswith("val_")}


STEPS: dict[Any, Any] = {}  # compiled single steps, by what they depend on


def one_step(
    model: ModelLike, x: Any, y: Any, weight: Any, class_weight: dict | None
) -> dict[str, float]:
    """One step of learning from a batch; gives what was measured before it."""
    batch = examples_of(model, x, y, weight, class_weight)
    translation = translated(model, batch.y.y)
    start = start_of(model, translation.outputs)
    key = identity(model, translation, start)
    if key not in STEPS:

        def step(state, batch, key, rate):
            return algorithm_of(model, translation, start, rate).step(state, batch, key)

        STEPS[key] = jax.jit(step)
        while len(STEPS) > MOST_KEPT:
            del STEPS[next(iter(STEPS))]
    rate = rate_of(model).get("rate")
    new, info = STEPS[key](start, batch, next_key(), rate)
    model.optimizer_state = new.optimizer
    take_back(model, translation.outputs, new.model)
    return translation.outputs.logs({name: float(value) for name, value in info.items()})
