"""What every room refuses in the same words: what is no whole number, and unknown names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gradus.base.errors import InputError, nearest


def check_whole(what: str, value: Any, least: int = 1, *, fix: str = "") -> None:
    """Refuse what is no whole number from `least` up.

    >>> check_whole("window", 0, fix="take 100")
    Traceback (most recent call last):
    gradus.base.errors.InputError: window
      Expected: a whole number from 1 up
      Got:      0
      Fix:      take 100
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise InputError(
            what,
            expected=f"a whole number from {least} up",
            got=repr(value),
            fix=fix or f"give a whole number, such as {max(least, 10)}",
        )


def check_name(what: str, name: Any, names: Iterable[str]) -> None:
    """Refuse a name that is none of `names`, with the nearest one.

    >>> check_name("kind", "bags", ("bag", "cnn"))
    Traceback (most recent call last):
    gradus.base.errors.InputError: kind
      Expected: 'bag', 'cnn'
      Got:      'bags'
      Fix:      did you mean 'bag'?
    """
    known = list(names)
    if name not in known:
        raise InputError(
            what,
            expected=", ".join(map(repr, known)),
            got=repr(name),
            fix=nearest(str(name), known),
        )
