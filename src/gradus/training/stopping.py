"""When to stop, and which epoch's model to keep."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus.base.errors import InputError, nearest
from gradus.base.record import Record, static


class Tracker(NamedTuple):
    """The epoch to keep, its model, and how long nothing has been better."""

    model: Any
    value: jax.Array
    epoch: jax.Array
    waited: jax.Array
    stopped: jax.Array


class Stop(Record):
    """A rule for stopping, watched at the end of every epoch inside the compiled run."""

    monitor: str = eqx.field(default="val_loss", static=True, kw_only=True)

    def start(self, model: Any) -> Tracker:
        """Before the first epoch: nothing seen yet."""
        none = jnp.asarray(0)
        worst = jnp.asarray(jnp.inf, jnp.result_type(float))
        return Tracker(model, worst, none, none, jnp.asarray(False))

    def update(self, tracker: Tracker, value: jax.Array, model: Any, epoch: jax.Array) -> Tracker:
        """After an epoch, with the monitored measure. Nothing changes once stopped."""
        cost = self.cost(value)
        better = self.better(cost, tracker.value) & ~tracker.stopped

        def keep(new, old):
            return jnp.where(better, new, old)

        longer = jnp.where(tracker.stopped, tracker.waited, tracker.waited + 1)
        waited = jnp.where(better, 0, longer)
        return Tracker(
            model=jax.tree.map(keep, model, tracker.model),
            value=keep(cost, tracker.value),
            epoch=keep(epoch, tracker.epoch),
            waited=waited,
            stopped=tracker.stopped | self.enough(cost, waited),
        )

    def cost(self, value: jax.Array) -> jax.Array:
        """The measure so that lower is better."""
        return value

    @abstractmethod
    def better(self, cost: jax.Array, best: jax.Array) -> jax.Array:
        """Whether this epoch's model is to be kept."""

    @abstractmethod
    def enough(self, cost: jax.Array, waited: jax.Array) -> jax.Array:
        """Whether to stop, after `waited` epochs that were not better."""

    @abstractmethod
    def sentence(self) -> str:
        """Why it stopped."""

    @property
    def required(self) -> bool:
        """Whether the run makes no sense where the measure is not there."""
        return True

    def watches(self, columns: list[str]) -> bool:
        """Whether there is something to watch; raises InputError where there must be."""
        if self.monitor in columns or not self.required:
            return self.monitor in columns
        raise InputError(
            "early stopping",
            expected=f"a measure named {self.monitor!r}",
            got=", ".join(name for name in columns if "/" not in name),
            fix="hold data out with validation=0.1, or monitor='loss'"
            if self.monitor.startswith("val_")
            else nearest(self.monitor, columns),
        )


class Patience(Stop):
    """Stop when a measure has not improved for some epochs; keep the best epoch's model.

    Arguments:
        epochs: how many epochs without improvement are borne; None never stops.
        monitor: the measure to watch, a column of the history.
        min_delta: how much better counts as better, in units of the measure.
        higher_is_better: whether large values are good (accuracy) or bad (loss).

    >>> import numpy as np
    >>> from gradus import fit, nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> x = np.linspace(-1, 1, 64, dtype="float32")[:, None]
    >>> line = supervised(nn.Dense(1), Gaussian(), adam(0.1))
    >>> run = fit(line, (x, x[:, 0]), validation=0.25, epochs=200, stop=Patience(5, min_delta=0.01))
    >>> run.status.split(";")[0]
    'stopped early: no improvement for 5 epochs'

    Goodfellow, Bengio and Courville (2016), algorithm 7.1. Differs from Keras: the best
    parameters are returned whether or not training stopped early.
    """

    epochs: int | None = static(10)
    min_delta: float = static(0.0)
    higher_is_better: bool = static(False)

    def __check_init__(self):
        if self.epochs is not None and not (isinstance(self.epochs, int) and self.epochs >= 1):
            raise InputError(
                "Patience", expected="a whole number of epochs", got=self.epochs, fix="Patience(10)"
            )

    @property
    def required(self):
        return self.epochs is not None

    def cost(self, value):
        return -value if self.higher_is_better else value

    def better(self, cost, best):
        return cost < best - self.min_delta

    def enough(self, cost, waited):
        return jnp.asarray(False) if self.epochs is None else waited >= self.epochs

    def sentence(self):
        return f"stopped early: no improvement for {self.epochs} epoch{'s' * (self.epochs != 1)}"


class Reach(Stop):
    """Stop as soon as a measure is as low as a limit; keep the model that reached it.

    Arguments:
        limit: the value to reach, in units of the measure.
        monitor: the measure to watch, a column of the history.

    Goodfellow, Bengio and Courville (2016), algorithm 7.3, uses it to go on with the validation
    examples until their loss is what the training loss was.
    """

    limit: float = static(0.0)

    def better(self, cost, best):
        return jnp.asarray(True)

    def enough(self, cost, waited):
        return cost <= self.limit

    def sentence(self):
        return f"stopped: {self.monitor} reached {self.limit:.4g}"


BEST = Patience(None)
