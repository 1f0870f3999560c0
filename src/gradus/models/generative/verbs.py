"""What all verbs of generative models do with what they are asked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

import jax.numpy as jnp

from gradus.base.errors import InputError

Verb = TypeVar("Verb", bound=Callable)


def verb(function: Verb) -> Verb:
    """A method that takes lists of numbers as well as arrays, and refuses labels it has no use for.

    >>> class Coin:
    ...     @verb
    ...     def log_prob(self, x):
    ...         return jnp.log(0.5 * jnp.ones(len(x)))
    >>> Coin().log_prob([[0], [1]])
    Array([-0.6931472, -0.6931472], dtype=float32)
    >>> Coin().log_prob([[0], [1]], labels=[1, 2])
    Traceback (most recent call last):
    gradus.base.errors.InputError: log_prob of Coin: labels
      Expected: no labels: the model has none, or the verb does not ask for them
      Got:      labels
      Fix:      leave them out
    """
    labelled = "labels" in signature(function).parameters

    @wraps(function)
    def asked(self, *given: Any, **named: Any):
        name = f"{function.__name__} of {type(self).__name__}"
        if not labelled and named.pop("labels", None) is not None:
            raise InputError(
                f"{name}: labels",
                expected="no labels: the model has none, or the verb does not ask for them",
                got="labels",
                fix="leave them out",
            )
        arrays = {key: as_array(value, f"{name}: {key}") for key, value in named.items()}
        return function(self, *(as_array(value, name) for value in given), **arrays)

    return cast(Verb, asked)


def as_array(value: Any, what: str) -> Any:
    """A list as an array; anything else as it is."""
    if not isinstance(value, list):
        return value
    try:
        return jnp.asarray(value)
    except (TypeError, ValueError):
        raise InputError(
            what,
            expected="an array, or lists of numbers, all equally long",
            got="lists of different lengths, or of something else",
            fix="give numpy.array(x), one row per example",
        ) from None
