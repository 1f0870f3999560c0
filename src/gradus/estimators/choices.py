"""From what may be given by name, or as an object, to the words of the lower rooms."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from gradus import nn, optim, penalties
from gradus.base.errors import InputError, nearest
from gradus.likelihoods import Likelihood
from gradus.optim import Optimizer
from gradus.penalties import Penalty

OPTIMIZERS = (
    *("adam", "adamw", "nadam", "amsgrad", "radam", "adamax", "lion"),
    *("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta"),
)


def activation_of(given: str | Callable) -> Callable:
    """An activation by name, or a function as it is."""
    if not isinstance(given, str):
        return given
    return nn.ACTIVATIONS[known("activation", given, nn.ACTIVATIONS)]


def optimizer_of(given: str | Optimizer, rate: Any) -> Optimizer:
    """An optimiser by name with a learning rate, or one of the user's own with its own rate."""
    if not isinstance(given, str):
        return given
    return getattr(optim, known("optimizer", given, OPTIMIZERS))(rate)


def penalty_of(alpha: Any, given: Penalty | None) -> Penalty | None:
    """Weight decay and a penalty of the user's own, those that there are."""
    if isinstance(alpha, int | float) and alpha == 0:
        return given
    return penalties.l2(alpha) if given is None else penalties.l2(alpha) + given


def likelihood_of(given: Likelihood | None, default: Likelihood, kinds: tuple) -> Likelihood:
    """The user's likelihood, or else the default; raises InputError for one of another kind."""
    likelihood = default if given is None else given
    if not isinstance(likelihood, Likelihood) or likelihood.kind not in kinds:
        raise InputError(
            "likelihood",
            expected=f"a likelihood of {' or '.join(kinds)}, or None",
            got=repr(given),
            fix=f"likelihood={default!r}, say, or leave it out",
        )
    return likelihood


def units_of(given: Any) -> tuple[int, ...]:
    """The units of the hidden layers."""
    if isinstance(given, str) or not np.iterable(given):
        raise InputError(
            "hidden_units",
            expected="the units of each hidden layer",
            got=repr(given),
            fix="hidden_units=(64,) is one layer of 64 units, () a linear model",
        )
    return tuple(given)


def identity_of(*parts: Any) -> Hashable | None:
    """The parts, by which equal algorithms are known; None where they cannot be compared."""
    try:
        hash(parts)
    except TypeError:  # a model with weights, say
        return None
    return parts


def known(what: str, name: str, names: Any) -> str:
    """The name itself; raises InputError for one that is not among `names`."""
    if name not in names:
        raise InputError(what, expected=", ".join(names), got=name, fix=nearest(name, names))
    return name
