"""Who is told about a run while it goes, and may change it.

Without a callback that may change it, a run of all epochs is one program; with one it goes epoch
by epoch, and with hooks for batches step by step: the same program, in slices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradus.base.errors import InputError
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


def listed(callbacks: Any) -> list:
    """Callbacks as a list: given as None, a single one, or several."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


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
