"""Which settings to try next: at random, or where good ones were found."""

from __future__ import annotations

import warnings
from typing import Any, Protocol

import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.tuning.ranges import Choice, Numbers
from gradus.tuning.space import Settings, Space

NAMES = ("random", "tpe")


class Sampler(Protocol):
    """Proposes settings, and is told what they were worth."""

    def ask(self, fixed: Settings) -> Settings:
        """Settings to try, some of which may be fixed."""
        ...

    def tell(self, settings: Settings, value: float) -> None:
        """The lowest validation loss of a trial that has ended."""
        ...


class Random:
    """Independent draws from the ranges."""

    def __init__(self, space: Space, seed: int):
        self.space, self.random = space, np.random.default_rng(seed)

    def ask(self, fixed: Settings) -> Settings:
        return {**self.space.sample(self.random), **fixed}

    def tell(self, settings: Settings, value: float) -> None:
        pass


class TreeParzen:
    """Draws where good trials are dense and bad ones are not, by Optuna.

    Bergstra and others, "Algorithms for hyper-parameter optimization" (2011).
    """

    def __init__(self, space: Space, seed: int):
        optuna = import_optuna()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self.sampler = optuna.samplers.TPESampler(
                seed=seed, multivariate=True, constant_liar=True
            )
        self.study = optuna.create_study(sampler=self.sampler)
        self.space, self.waiting = space, []
        self.distributions = {n: self._distribution(n) for n in space.ranges}

    def ask(self, fixed: Settings) -> Settings:
        optuna = import_optuna()
        given = {name: self._encoded(name, value) for name, value in fixed.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self.study.sampler = optuna.samplers.PartialFixedSampler(given, self.sampler)
        trial = self.study.ask(self.distributions)
        settings = {name: self._decoded(name, value) for name, value in trial.params.items()}
        self.waiting.append((settings, trial))
        return settings

    def tell(self, settings: Settings, value: float) -> None:
        place = next((i for i, (asked, _) in enumerate(self.waiting) if asked is settings), None)
        if place is not None:  # the settings to begin with were never asked for
            self.study.tell(self.waiting.pop(place)[1], value)

    def _distribution(self, name: str) -> Any:
        distributions, values = import_optuna().distributions, self.space.ranges[name]
        if isinstance(values, Choice):
            return distributions.CategoricalDistribution(range(len(values.options)))
        assert isinstance(values, Numbers)
        if values.whole:
            return distributions.IntDistribution(int(values.low), int(values.high), log=values.log)
        return distributions.FloatDistribution(values.low, values.high, log=values.log)

    def _encoded(self, name: str, value: Any) -> Any:
        values = self.space.ranges[name]
        return values.options.index(value) if isinstance(values, Choice) else value

    def _decoded(self, name: str, value: Any) -> Any:
        values = self.space.ranges[name]
        return values.options[value] if isinstance(values, Choice) else value


def sampler_of(name: str, space: Space, seed: int) -> Sampler:
    """The sampler of a name; raises InputError for another, and where Optuna is missing."""
    if name not in NAMES:
        raise InputError(
            "sampler", expected=" or ".join(NAMES), got=repr(name), fix=nearest(str(name), NAMES)
        )
    return Random(space, seed) if name == "random" else TreeParzen(space, seed)


def import_optuna() -> Any:
    """Optuna, which comes with the extra `search`."""
    try:
        import optuna
    except ImportError:
        raise InputError(
            'sampler="tpe"',
            expected="Optuna",
            got="no such package here",
            fix='pip install "gradus[search]", or sampler="random"',
        ) from None
    return optuna
