"""Texts as users give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gradus.base.errors import InputError


def check_texts(texts: Any) -> list[str]:
    """Texts as a list; raises InputError for a single text, and for a row that is no text.

    >>> check_texts(("one", "two"))
    ['one', 'two']
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise InputError(
            "texts",
            expected="a list of texts",
            got="one text" if isinstance(texts, str) else type(texts).__name__,
            fix="put it into a list: [text]",
        )
    listed = list(texts)
    for row, text in enumerate(listed):
        check_text(text, f"text in row {row} (counted from 0)")
    return [str(text) for text in listed]


def check_text(text: Any, what: str = "text") -> str:
    """The text; raises InputError for anything else."""
    if not isinstance(text, str):
        raise InputError(
            what,
            expected="text",
            got=f"{text!r}, of type {type(text).__name__}",
            fix="take the row out, or write it as text: str(value)",
        )
    return text
