"""When to stop, and which epoch's model to keep."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static


class Tracker(NamedTuple):
    """The best epoch so far, its model, and how long nothing has been better."""

    model: Any
    value: jax.Array
    epoch: jax.Array
    waited: jax.Array
    stopped: jax.Array


class Patience(Record):
    """Stop when a measure has not improved for some epochs; keep the best epoch's model.

    Arguments:
        epochs: how many epochs without improvement are borne; None never stops.
        monitor: the measure to watch, a column of the history.
        min_delta: how much better counts as better, in units of the measure.
        higher_is_better: whether large values are good (accuracy) or bad (loss).

    Goodfellow, Bengio and Courville (2016), algorithm 7.1. Differs from Keras: the best
    parameters are returned whether or not training stopped early.
    """

    epochs: int | None = static(10)
    monitor: str = static("val_loss")
    min_delta: float = static(0.0)
    higher_is_better: bool = static(False)

    def watches(self, columns: list[str]) -> bool:
        """Whether there is something to watch; raises InputError where there must be."""
        if self.monitor in columns:
            return True
        if self.epochs is None:
            return False
        raise InputError(
            "early stopping",
            expected=f"a measure named {self.monitor!r}",
            got=", ".join(name for name in columns if "/" not in name),
            fix="hold data out with validation=0.1, or monitor='loss'"
            if self.monitor.startswith("val_")
            else nearest(self.monitor, columns),
        )

    def start(self, model: Any) -> Tracker:
        """Before the first epoch: nothing seen yet."""
        none = jnp.asarray(0)
        worst = jnp.asarray(jnp.inf, jnp.result_type(float))
        return Tracker(model, worst, none, none, jnp.asarray(False))

    def update(self, tracker: Tracker, value: jax.Array, model: Any, epoch: jax.Array) -> Tracker:
        """After an epoch: the new best, or one more epoch waited. Nothing changes once stopped."""
        cost = -value if self.higher_is_better else value
        better = (cost < tracker.value - self.min_delta) & ~tracker.stopped
        keep = lambda new, old: jnp.where(better, new, old)  # noqa: E731
        waited = jnp.where(better, 0, tracker.waited + 1)
        limit = jnp.iinfo(waited.dtype).max if self.epochs is None else self.epochs
        return Tracker(
            model=jax.tree.map(keep, model, tracker.model),
            value=keep(cost, tracker.value),
            epoch=keep(epoch, tracker.epoch),
            waited=waited,
            stopped=tracker.stopped | (waited >= limit),
        )


NEVER_STOP = Patience(None)
