"""Callbacks that follow one number: stop, slow down or save by it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.keras.callback import Callback


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
