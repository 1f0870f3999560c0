"""How optimisers and schedules are written down for people to read, and refuse wrong numbers."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from gradus.base.errors import InputError


def spelled(name: str, /, *values: Any, **settings: Any) -> str:
    """The call that gives this thing again, as text.

    >>> spelled("adam", 1e-3, beta1=0.9)
    'adam(0.001, beta1=0.9)'
    """
    words = [_shown(value) for value in values]
    words += [f"{key}={_shown(value)}" for key, value in settings.items()]
    return f"{name}({', '.join(words)})"


def check_rate(name: str, rate: Any) -> None:
    """Refuse a learning rate that is not one number of at least 0; a traced one may be any."""
    number = isinstance(rate, int | float | np.number | jax.Array) and np.ndim(rate) == 0
    if not number or not (isinstance(rate, Tracer) or 0 <= rate < float("inf")):
        raise InputError(
            f"{name}: learning rate",
            expected="one number of at least 0, or a schedule",
            got=repr(rate),
            fix="give a small number such as 0.001, or cosine_decay(0.001, steps=1000)",
        )


def check_fractions(name: str, /, **values: float) -> None:
    """Refuse factors of decay that are not in [0, 1)."""
    for key, value in values.items():
        if not 0 <= value < 1:
            raise InputError(
                f"{name}: {key}",
                expected="a number in [0, 1)",
                got=value,
                fix="give the share of the old value that is kept at each step, such as 0.9",
            )


def check_not_negative(name: str, /, **values: float) -> None:
    """Refuse numbers below 0."""
    for key, value in values.items():
        if not value >= 0:
            raise InputError(
                f"{name}: {key}",
                expected="a number of at least 0",
                got=value,
                fix=f"leave {key} out, or give 0 or more",
            )


def _shown(value: Any) -> str:
    if isinstance(value, Tracer):
        return "…"  # known only while the compiled program runs
    if isinstance(value, jax.Array) and value.ndim == 0:
        return f"{float(value):g}"
    if isinstance(value, float):
        return f"{value:g}"
    return getattr(value, "__name__", None) or repr(value)
