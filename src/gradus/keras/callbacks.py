"""Keras' callbacks: who is told about a run while it goes, and may change it.

Without a callback that may change it, a run of all epochs is one program; with one it goes epoch
by epoch, and with hooks for batches step by step: the same program, in slices.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras import missing
from gradus.keras.arguments import check_call

HOOKS = ("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end")
BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
NEVER_CALLED = tuple(
    f"on_{what}_{when}"
    for what in ("test", "predict", "test_batch", "predict_batch")
    for when in ("begin", "end")
)


class Callback:
    """Somebody who is told; subclasses have the hooks they need, and `self.model`."""

    listens_only = False  # whether it never changes the run, and may be told afterwards

    def __new__(cls, *given, **named):
        check_call(cls, given, named)
        return super().__new__(cls)

    def __init__(self):
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def set_model(self, model: Any) -> None:
        """Remember the model."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Remember the plan of the run: epochs, steps, verbose."""
        self.params = params

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: dict | None = None) -> None:
        """After the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """After an epoch, with its numbers."""

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Before a step of an epoch."""

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """After a step, with the means of the epoch so far."""

    def on_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Another name of `on_train_batch_end`."""


class History(Callback):
    """The numbers of every epoch by name; what `fit` gives back."""

    listens_only = True

    def __init__(self):
        super().__init__()
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        return f"History of {len(self.epoch)} epochs: {', '.join(self.history)}"


class Printer(Callback):
    """A line for every epoch."""

    listens_only = True

    def on_epoch_end(self, epoch, logs=None):
        print(f"Epoch {epoch + 1}/{self.params['epochs']} - {line(logs or {})}", flush=True)


class LambdaCallback(Callback):
    """Functions as hooks."""

    def __init__(
        self,
        on_epoch_begin: Callable | None = None,
        on_epoch_end: Callable | None = None,
        on_train_begin: Callable | None = None,
        on_train_end: Callable | None = None,
        on_train_batch_begin: Callable | None = None,
        on_train_batch_end: Callable | None = None,
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for name, function in given.items():
            if function is not None:
                setattr(self, name, function)


class Watching(Callback):
    """A callback that follows one number and knows which of two is better."""

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0):
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise InputError(
                f"{type(self).__name__}: mode",
                expected="'auto', 'min' or 'max'",
                got=repr(mode),
                fix="leave it out",
            )
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best: float | None = None

    def value(self, logs: dict | None) -> float | None:
        """The number; None, and a warning, where it is not measured."""
        logs = logs or {}
        if self.monitor not in logs:
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not measured; "
                f"measured are {', '.join(logs)}",
                stacklevel=2,
            )
        return logs.get(self.monitor)

    def upward(self) -> bool:
        """Whether higher is better; raises InputError where nothing says so."""
        known = self.model.upward().get(self.monitor)
        if self.mode == "auto" and known is None:
            raise InputError(
                f"{type(self).__name__}: monitor={self.monitor!r}",
                expected="mode='min' or mode='max': is lower or higher better?",
                got="mode='auto', for a number of unknown kind",
                fix="say mode='max', or mode='min'",
            )
        return self.mode == "max" or (self.mode == "auto" and bool(known))

    def better(self, value: float, than: float | None) -> bool:
        """Whether a number is better than another by more than `min_delta`."""
        if than is None:
            return True
        if self.upward():
            return value - self.min_delta > than
        return value + self.min_delta < than


class EarlyStopping(Watching):
    """Stop when a number has not become better for some epochs.

    Arguments:
        monitor: the number.
        min_delta: how much better counts.
        patience: how many epochs without are borne.
        verbose: whether it says so.
        mode: "min", "max", or "auto": by the name.
        baseline: what must be beaten as well for patience to begin anew.
        restore_best_weights: whether the weights of the best epoch come back.
        start_from_epoch: how many epochs are not looked at.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best, self.best_weights = None, None

    def on_epoch_end(self, epoch, logs=None):
        current = self.value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.better(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch, self.model.stop_training = epoch, True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Restoring the weights of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


class ReduceLROnPlateau(Watching):
    """Lower the learning rate when a number has not become better for some epochs.

    Arguments:
        monitor, mode, min_delta, patience, verbose: as for `EarlyStopping`.
        factor: new rate = factor · old rate.
        cooldown: how many epochs after a change are not counted.
        min_lr: the lowest rate.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 0.0001,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ):
        super().__init__(monitor, mode, min_delta)
        if not 0 < factor < 1:
            raise InputError(
                "ReduceLROnPlateau: factor",
                expected="a number between 0 and 1",
                got=factor,
                fix="factor=0.1",
            )
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.best, self.wait, self.cooling = None, 0, 0

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.start_rate())
        current = self.value(logs)
        if current is None:
            return
        if self.cooling:
            self.cooling, self.wait = self.cooling - 1, 0
        if self.better(current, self.best):
            self.best, self.wait = current, 0
        elif not self.cooling:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch: int) -> None:
        old = float(self.model.optimizer.start_rate())
        if old > np.float32(self.min_lr):
            new = max(old * self.factor, self.min_lr)
            self.model.optimizer.learning_rate = new
            self.cooling, self.wait = self.cooldown, 0
            if self.verbose:
                print(f"Epoch {epoch + 1}: reducing the learning rate to {new:g}.")


class LearningRateScheduler(Callback):
    """The learning rate of every epoch, from a function of its number and the rate before."""

    def __init__(self, schedule: Callable, verbose: int = 0):
        super().__init__()
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        old = float(self.model.optimizer.start_rate())
        try:
            new = self.schedule(epoch, old)
        except TypeError:  # a function of the epoch alone
            new = self.schedule(epoch)
        self.model.optimizer.learning_rate = float(new)
        if self.verbose:
            print(f"Epoch {epoch + 1}: the learning rate is {float(new):g}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.start_rate())


class ModelCheckpoint(Watching):
    """Save the model after every epoch, or after those that are the best so far.

    Arguments:
        filepath: where; `{epoch:02d}` and names of numbers may stand in it.
        monitor, mode, verbose: as for `EarlyStopping`.
        save_best_only: whether worse epochs are not saved.
        save_weights_only: whether weights are saved without the model.
        save_freq: only "epoch".
        initial_value_threshold: what the first epoch must beat.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
        initial_value_threshold: float | None = None,
    ):
        super().__init__(monitor, mode)
        if save_freq != "epoch":
            raise InputError(
                "ModelCheckpoint: save_freq", expected="'epoch'", got=save_freq, fix="leave it out"
            )
        self.filepath, self.verbose = str(filepath), verbose
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self.best = initial_value_threshold

    def on_epoch_end(self, epoch, logs=None):
        if self.save_best_only:
            current = self.value(logs)
            if current is None or not self.better(current, self.best):
                return
            self.best = current
        path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path)
        if self.verbose:
            print(f"Epoch {epoch + 1}: saving to {path}")


class CSVLogger(Callback):
    """The numbers of every epoch as lines of a file."""

    listens_only = True

    def __init__(self, filename: Any, separator: str = ",", append: bool = False):
        super().__init__()
        self.filename, self.separator, self.append = Path(filename), separator, append
        self.names: list[str] = []

    def on_train_begin(self, logs=None):
        self.names = []
        if self.append and self.filename.exists():
            self.names = self.filename.read_text().splitlines()[0].split(self.separator)
        else:
            self.filename.write_text("")

    def on_epoch_end(self, epoch, logs=None):
        logs = {"epoch": epoch, **(logs or {})}
        with self.filename.open("a", newline="") as file:
            writer = csv.writer(file, delimiter=self.separator, lineterminator="\n")
            if not self.names:
                self.names = list(logs)
                writer.writerow(self.names)
            writer.writerow([logs.get(name, "NA") for name in self.names])


class TerminateOnNaN(Callback):
    """Stop when the loss is no longer finite: what `fit` does with or without it."""

    listens_only = True


class CallbackList:
    """All who are told about a run, in order."""

    def __init__(self, callbacks: Iterable[Any], model: Any, params: dict[str, Any]):
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            check_callback(callback)
            callback.set_model(model)
            callback.set_params(params)

    @property
    def controls(self) -> bool:
        """Whether somebody may change the run between epochs."""
        return not all(callback.listens_only for callback in self.callbacks)

    @property
    def steps(self) -> bool:
        """Whether somebody wants to be told about every step."""
        return any(hears(c, hook) for c in self.callbacks for hook in BATCH_HOOKS)

    def tell(self, hook: str, *arguments: Any) -> None:
        """Call a hook of everybody."""
        for callback in self.callbacks:
            getattr(callback, hook)(*arguments)


def check_callback(callback: Any) -> None:
    """Refuse what is no callback, and hooks that are never called."""
    if not isinstance(callback, Callback):
        raise InputError(
            "callbacks",
            expected="callbacks of keras.callbacks, or your own below Callback",
            got=f"the class {callback.__name__}" if isinstance(callback, type) else repr(callback),
            fix="callbacks=[EarlyStopping(patience=3)]",
        )
    never = [hook for hook in NEVER_CALLED if hasattr(callback, hook)]
    if never:
        raise InputError(
            f"{type(callback).__name__}.{never[0]} would never be called",
            expected=f"hooks {', '.join((*HOOKS, *BATCH_HOOKS[:2]))}",
            got=", ".join(never),
            fix="use on_epoch_end, whose logs hold the numbers of the validation part",
        )


def hears(callback: Callback, hook: str) -> bool:
    """Whether a callback has a hook of its own."""
    own = getattr(callback, hook)
    return getattr(own, "__func__", own) is not getattr(Callback, hook)


def line(logs: dict[str, float]) -> str:
    """Numbers in a line.

    >>> line({"loss": 0.123456, "accuracy": 1.0})
    'loss: 0.1235 - accuracy: 1.0000'
    """
    return " - ".join(f"{name}: {shown(value)}" for name, value in logs.items())


def shown(value: float) -> str:
    """Four decimals, or four digits where a number is small."""
    return f"{value:.4f}" if abs(value) >= 1e-3 or value == 0 else f"{value:.4g}"


def __getattr__(name: str) -> Any:
    raise missing.refusal("callbacks", name)
