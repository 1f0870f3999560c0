"""Keras' optimisers, with its defaults and its exact rules.

>>> Adam()
Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False)
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import KW_ONLY, dataclass, fields
from typing import Any

import jax
import numpy as np
import optax

from gradus import optim
from gradus.base.errors import InputError
from gradus.keras import directions, missing, schedules
from gradus.keras.arguments import Described, pick
from gradus.optim.optimizer import NO_MOMENTUM
from gradus.optim.packed import packed


@dataclass(frozen=True, repr=False)
class Decaying(optim.Optimizer):
    """An optimiser that also takes the share rate · decay away from every array."""

    decay: float = 0.0

    def update(self, gradient: Any, state: Any, params: Any):
        change, new = super().update(gradient, state, params)
        share = self.rate_at(state.step) * self.decay
        return jax.tree.map(lambda c, w: c - share * w, change, params), new


@dataclass(eq=False, repr=False)
class Optimizer(Described):
    """What all optimisers share: limits on the gradient, and decay of all arrays."""

    learning_rate: Any = 0.001
    _: KW_ONLY
    weight_decay: float | None = None
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None
    name: str | None = None

    def __post_init__(self):
        self.only(use_ema=False, loss_scale_factor=None, gradient_accumulation_steps=None)
        limits = [self.clipnorm, self.clipvalue, self.global_clipnorm]
        if sum(limit is not None for limit in limits) > 1:
            raise InputError(
                f"{type(self).__name__}: limits on the gradient",
                expected="one of clipnorm, clipvalue and global_clipnorm",
                got="several",
                fix="choose one",
            )
        self.translated(self.start_rate())

    def start_rate(self) -> Any:
        """The learning rate as a number, or its schedule."""
        rate = self.learning_rate
        if callable(rate):
            return rate
        if not isinstance(rate, int | float | np.number | np.ndarray | jax.Array):
            raise InputError(
                f"{type(self).__name__}: learning_rate",
                expected="a number, or a schedule of optimizers.schedules",
                got=repr(rate),
                fix="learning_rate=0.001",
            )
        return float(rate)

    @abstractmethod
    def direction(self) -> optax.GradientTransformation:
        """Where to go, without the rate."""

    def velocity(self) -> optax.GradientTransformation:
        """What is done to the steps, the rate in them."""
        return NO_MOMENTUM

    def translated(self, rate: Any) -> optim.Optimizer:
        """The gradus optimiser with these arguments, at a rate."""
        parts = (type(self).__name__.lower(), self.limited(), rate, self.velocity())
        if self.weight_decay is None:
            return optim.Optimizer(*parts)
        return Decaying(*parts, decay=float(self.weight_decay))

    def limited(self) -> optax.GradientTransformation:
        """The direction of the gradient, shortened where a limit is set."""
        if self.clipnorm is not None:
            return optax.chain(directions.shortened(self.clipnorm), self.direction())
        if self.clipvalue is not None:
            return optax.chain(optax.clip(self.clipvalue), self.direction())
        if self.global_clipnorm is not None:
            limit = optax.clip_by_global_norm(self.global_clipnorm)
            return optax.chain(limit, self.direction())
        return self.direction()

    def rule(self) -> tuple:
        """All that the compiled program knows of it: everything but the rate as a number."""
        own = {name: v for name, v in self.config().items() if name != "learning_rate"}
        schedule = self.learning_rate if callable(self.learning_rate) else None
        return (type(self), tuple(own.items()), schedule)

    def __repr__(self) -> str:
        usual = {f.name: f.default for f in fields(Optimizer) if f.kw_only}
        own = {k: v for k, v in self.config().items() if k not in usual or v != usual[k]}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in own.items())})"


@dataclass(eq=False, repr=False)
class SGD(Optimizer):
    """θ ← θ − εg; with momentum v ← αv − εg, θ ← θ + v, or Nesterov's."""

    learning_rate: Any = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def direction(self):
        return optax.identity()

    def velocity(self):
        if not self.momentum:
            return super().velocity()
        return packed(optax.trace(self.momentum, nesterov=self.nesterov))


@dataclass(eq=False, repr=False)
class Adam(Optimizer):
    """θ ← θ − ε m √(1−β₂ᵗ)/(1−β₁ᵗ) / (√v + δ)."""

    learning_rate: Any = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    def direction(self):
        if self.amsgrad:
            betas = {"beta1": self.beta_1, "beta2": self.beta_2, "epsilon": self.epsilon}
            return optim.amsgrad(1.0, **betas).direction
        return packed(directions.adam(self.beta_1, self.beta_2, self.epsilon))


@dataclass(eq=False, repr=False)
class AdamW(Adam):
    """Adam, with the share ελ taken away from every array, biases too."""

    learning_rate: Any = 0.001
    weight_decay: float | None = 0.004


@dataclass(eq=False, repr=False)
class RMSprop(Optimizer):
    """v ← ρv + (1−ρ)g², θ ← θ − εg / √(v + δ)."""

    learning_rate: Any = 0.001
    rho: float = 0.9
    momentum: float = 0.0
    epsilon: float = 1e-7
    centered: bool = False

    def direction(self):
        if self.centered:
            return packed(directions.centred(self.rho, self.epsilon))
        return packed(optax.scale_by_rms(self.rho, self.epsilon))

    def velocity(self):
        return packed(optax.trace(self.momentum)) if self.momentum else super().velocity()


@dataclass(eq=False, repr=False)
class Adagrad(Optimizer):
    """r ← r + g², θ ← θ − εg / √(r + δ)."""

    learning_rate: Any = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def direction(self):
        return packed(optax.scale_by_rss(self.initial_accumulator_value, self.epsilon))


@dataclass(eq=False, repr=False)
class Adadelta(Optimizer):
    """d = g √(s + δ) / √(r + δ), θ ← θ − εd, with running squares r of g and s of d."""

    learning_rate: Any = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    def direction(self):
        return packed(optax.scale_by_adadelta(self.rho, self.epsilon))


@dataclass(eq=False, repr=False)
class Adamax(Optimizer):
    """u ← max(β₂u, |g|), θ ← θ − ε m / ((1−β₁ᵗ)(u + δ))."""

    learning_rate: Any = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def direction(self):
        return packed(directions.adamax(self.beta_1, self.beta_2, self.epsilon))


@dataclass(eq=False, repr=False)
class Nadam(Optimizer):
    """Adam with Nesterov's momentum, which grows as 1 − ½·0.96ᵗ."""

    learning_rate: Any = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def direction(self):
        return packed(directions.nadam(self.beta_1, self.beta_2, self.epsilon))


@dataclass(eq=False, repr=False)
class Lion(Optimizer):
    """θ ← θ − ε sign(β₁s + (1−β₁)g), s ← β₂s + (1−β₂)g."""

    learning_rate: Any = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.99

    def direction(self):
        return packed(optax.scale_by_lion(self.beta_1, self.beta_2))


CLASSES: list[type[Optimizer]] = [
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Adamax,
    Lion,
    Nadam,
    RMSprop,
    SGD,
]
BY_NAME = {cls.__name__.lower(): cls for cls in CLASSES}


def get(optimizer: Any) -> Optimizer:
    """The optimiser of a name with its defaults; an optimiser is itself."""
    if isinstance(optimizer, Optimizer):
        return optimizer
    if isinstance(optimizer, type) and issubclass(optimizer, Optimizer):
        return optimizer()
    name = optimizer.lower() if isinstance(optimizer, str) else optimizer
    return BY_NAME[pick("optimizers", name, BY_NAME)]()


__all__ = [*[cls.__name__ for cls in CLASSES], "Optimizer", "get", "schedules"]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    raise missing.refusal("optimizers", name)
