"""Keras' callbacks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradus.keras import missing
from gradus.keras.callback import Callback, CallbackList, History
from gradus.keras.watching import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]


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


def __getattr__(name: str) -> Any:
    raise missing.refusal("callbacks", name)
