"""What is searched: a function that makes an algorithm, and the ranges of its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from gradus.base.errors import InputError, nearest
from gradus.data.batch import Batch
from gradus.learn.algorithm import Algorithm
from gradus.tuning.ranges import Numbers, Range

Settings = dict[str, Any]


class Space:
    """All algorithms that a function makes of settings within their ranges.

    Arguments:
        make: a function of settings that gives an `Algorithm`.
        ranges: what each setting may be: `log_uniform(1e-4, 1e-1)`, `uniform(0, 1)`,
            `integers(1, 4)`, `choice([32, 64])`.

    Raises InputError for no ranges, for what is no range, and for settings that `make` does not
    take.

    >>> from gradus import nn, supervised
    >>> from gradus.likelihoods import Gaussian
    >>> from gradus.optim import adam
    >>> from gradus.tuning import choice, log_uniform
    >>> def make(rate, units):
    ...     net = nn.Sequential(nn.Dense(units, nn.tanh), nn.Dense(1))
    ...     return supervised(net, Gaussian(), adam(rate))
    >>> Space(make, rate=log_uniform(1e-3, 1e-1), units=choice([8, 16]))
    Space(rate from 0.001 to 0.1, units 8 or 16)
    """

    def __init__(self, make: Callable[..., Algorithm], /, **ranges: Range):
        self.make, self.ranges = make, ranges
        check_ranges(ranges)
        check_names(make, ranges)

    def sample(self, random: np.random.Generator) -> Settings:
        """Settings drawn at random."""
        return {name: values.sample(random) for name, values in self.ranges.items()}

    def algorithm(self, settings: Settings) -> Algorithm:
        """The algorithm of some settings; raises InputError where `make` gives something else."""
        made = self.make(**settings)
        if not isinstance(made, Algorithm):
            raise InputError(
                "the space",
                expected="a function that gives an Algorithm",
                got=type(made).__name__,
                fix="return supervised(model, likelihood, optimizer)",
            )
        return made

    def check(self, settings: Settings) -> None:
        """Refuse settings that do not fit the ranges."""
        for name in [*settings, *self.ranges]:
            if name not in settings or name not in self.ranges:
                raise InputError(
                    f"settings to begin with: {name!r}",
                    expected=f"one value for each of {', '.join(self.ranges)}",
                    got=", ".join(settings) or "nothing",
                    fix=nearest(name, self.ranges) if name in settings else f"add {name!r}",
                )
            if not self.ranges[name].holds(settings[name]):
                raise InputError(
                    f"settings to begin with: {name!r}",
                    expected=self.ranges[name].described,
                    got=repr(settings[name]),
                    fix="begin with a value of the range, or give it this one too",
                )

    def varying(self, batch: Batch) -> list[str]:
        """The settings that may differ between trials of one program.

        These are numbers that the algorithm computes with, such as rates and penalties; others,
        such as widths, and rates of dropout, change the program itself.
        """
        example = self.sample(np.random.default_rng(0))
        numbers = [n for n, r in self.ranges.items() if isinstance(r, Numbers) and not r.whole]
        return [name for name in numbers if self._traceable(name, example, batch)]

    def _traceable(self, name: str, settings: Settings, batch: Batch) -> bool:
        def life(value, key, batch):
            algorithm = self.make(**{**settings, name: value})
            state = algorithm.init(key, batch)
            return jax.tree.leaves(algorithm.step(state, batch, key)[0])

        key = jax.random.key(0)
        try:
            jax.eval_shape(life, jnp.asarray(settings[name], jnp.result_type(float)), key, batch)
        except Exception:  # whatever a layer or optimiser says about a number it does not know yet
            return False
        return True

    def __repr__(self) -> str:
        shown = (f"{name} {values.described}" for name, values in self.ranges.items())
        return f"Space({', '.join(shown)})"


def check_ranges(ranges: dict[str, Any]) -> None:
    """Refuse an empty space, and settings without a range."""
    if not ranges:
        raise InputError(
            "the space is empty",
            expected="at least one setting with its range",
            got="none",
            fix="Space(make, rate=log_uniform(1e-4, 1e-1))",
        )
    for name, values in ranges.items():
        if not isinstance(values, Range):
            raise InputError(
                f"range of {name!r}",
                expected="uniform, log_uniform, integers or choice",
                got=repr(values),
                fix=f"{name}=choice([{values!r}]), or set it within the function",
            )


def check_names(make: Any, ranges: dict[str, Range]) -> None:
    """Refuse settings that the function does not take, and arguments without a range."""
    if not callable(make):
        raise InputError(
            "the space",
            expected="a function of settings that gives an Algorithm",
            got=type(make).__name__,
            fix="Space(lambda rate: supervised(model, likelihood, adam(rate)), rate=…)",
        )
    try:
        inspect.signature(make).bind(**ranges)
    except TypeError as error:
        taken = list(inspect.signature(make).parameters)
        unknown = [name for name in ranges if name not in taken]
        raise InputError(
            "settings of the space",
            expected=f"ranges for {', '.join(taken) or 'nothing'}, as the function takes them",
            got=error,
            fix=nearest(unknown[0], taken) if unknown else "give the missing setting a range",
        ) from None
