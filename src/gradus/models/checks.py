"""Checks that named nets share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradus.base.errors import InputError
from gradus.nn.window import is_whole


def check_numbers(net: str, what: str, given: Any, example: Sequence[int]) -> None:
    """Refuse what is not several whole numbers; as many as in the example, if that is a tuple."""
    fits = isinstance(given, Sequence) and all(is_whole(n, 1) for n in given)
    if not fits or (isinstance(example, tuple) and len(given) != len(example)):
        raise InputError(
            f"{net}: {what}",
            expected=f"whole numbers from 1 up, such as {example}",
            got=repr(given),
            fix=f"write {example}",
        )
