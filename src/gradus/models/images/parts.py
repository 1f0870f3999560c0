"""What nets for images are made of: convolutions that keep the size, and choices from a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradus import nn
from gradus.base.errors import InputError
from gradus.nn.window import is_whole


def conv(filters: int, size: int, stride: int = 1, *, bias: bool = False) -> nn.Conv:
    """A convolution of odd size for a rectifier after it; it keeps the size, but for its stride.

    The margin is the same on all sides, as PyTorch's is.
    """
    settings = {"use_bias": bias, "weight_init": nn.HeNormal()}
    return nn.Conv(filters, (size, size), stride=stride, padding=size // 2, **settings)


def rectifier() -> nn.Lambda:
    """max(0, x) as a layer of its own, which keeps the numbering of published weights."""
    return nn.Lambda(nn.relu)


def stages_of(net: str, depth: Any, table: dict[int, Any], own: Callable = tuple) -> Any:
    """The row of a table of published nets; or `own(how many blocks each stage has)`.

    Raises InputError for a depth that is not in the table, and for blocks that cannot be.
    """
    if isinstance(depth, Sequence) and depth and all(is_whole(n, 1) for n in depth):
        return own(tuple(depth))
    if isinstance(depth, int) and depth in table:
        return table[depth]
    raise InputError(
        f"{net}: depth",
        expected=f"one of {', '.join(map(str, table))}, or how many blocks each stage has",
        got=repr(depth),
        fix=f"write {net}({next(iter(table))}, …), or {net}([1, 1, 1], …) for a small net",
    )


def choice(net: str, what: str, value: Any, names: Sequence) -> Any:
    """The value, if it is one of `names`; raises InputError for another."""
    if value in names:
        return value
    expected, fix = " or ".join(map(repr, names)), f"write {what}={names[0]!r}"
    raise InputError(f"{net}: {what}", expected=expected, got=repr(value), fix=fix)
