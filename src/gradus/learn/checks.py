"""What ways of learning are made of, told apart from what is easily given in its place."""

from __future__ import annotations

import math
from typing import Any

import jax
import numpy as np
import optax

from gradus.base.errors import InputError
from gradus.base.record import Record
from gradus.likelihoods import Likelihood, Written
from gradus.nn.layer import Layer
from gradus.optim.optimizer import Optimizer
from gradus.penalties import Penalty


def check_model(model: Any) -> None:
    """Refuse what is no layer."""
    fix = "give a layer, or several in nn.Sequential(…); a class is called first: nn.Dense(1)"
    if isinstance(model, Likelihood):
        fix = "the model comes first, then the likelihood"
    require(model, Layer, "model", "a layer", fix)


def check_likelihood(likelihood: Any) -> None:
    """Refuse what is no likelihood."""
    fix = "give a likelihood such as Gaussian() or Categorical(10); a class is called first"
    if isinstance(likelihood, Layer):
        fix = "the model comes first, then the likelihood"
    require(likelihood, Likelihood, "likelihood", "a likelihood", fix)


def as_likelihood(given: Any) -> Likelihood:
    """A likelihood as it is, and a function of outputs and targets as a loss."""
    if is_function(given):
        return Written(given)
    check_likelihood(given)
    return given


def is_function(value: Any) -> bool:
    """Whether something is a function, and not a class or a layer, which can be called as well."""
    return callable(value) and not isinstance(value, type | Record)


def check_optimizer(optimizer: Any) -> None:
    """Refuse what is no optimiser of ours."""
    fix = "give an optimiser with its rate, such as optim.adam(0.001)"
    if isinstance(optimizer, optax.GradientTransformation):
        fix = "wrap what comes from Optax: Optimizer('name', direction, rate=…), no rate inside"
    require(optimizer, Optimizer, "optimizer", "an optimiser", fix)


def check_penalty(penalty: Any) -> None:
    """Refuse what is no penalty, nor None."""
    if penalty is not None:
        fix = "say which penalty it is, such as penalties.l2(1e-4)"
        require(penalty, Penalty, "penalty", "a penalty, or None", fix)


def check_number(name: str, value: Any, most: float = math.inf) -> None:
    """Refuse what is no number from 0 to `most`; numbers that vary between members are traced."""
    if isinstance(value, jax.Array):
        return
    if not isinstance(value, int | float | np.number) or not 0 <= value <= most:
        expected = "a number from 0 up" if most == math.inf else f"a number from 0 to {most}"
        raise InputError(name, expected=expected, got=described(value), fix="give such a number")


def is_zero(value: Any) -> bool:
    """Whether what has this factor can be left out; of a traced number nobody knows."""
    return not isinstance(value, jax.Array) and not callable(value) and value == 0


def require(value: Any, kind: type, name: str, expected: str, fix: str) -> None:
    """Raise InputError unless `value` is of a kind."""
    if not isinstance(value, kind):
        raise InputError(name, expected=expected, got=described(value), fix=fix)


def described(value: Any) -> str:
    """A wrong argument in few words.

    >>> described(0.1), described(dict), described(described)
    ('0.1', 'the class dict', 'the function described, not called')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, str | int | float | None):
        return repr(value)
    if hasattr(value, "__name__"):
        return f"the function {value.__name__}, not called"
    return f"an object of type {type(value).__name__}"
