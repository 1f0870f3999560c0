"""Words for people to read."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "epoch"), counted(1200, "row")
    ('1 epoch', '1,200 rows')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)
