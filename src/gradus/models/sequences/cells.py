"""Recurrent layers by name, and what lies between layers."""

from __future__ import annotations

from gradus import nn
from gradus.base.checks import check_name

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU}


def cell_named(net: str, cell: str) -> type[nn.LSTM] | type[nn.GRU]:
    """The recurrent layer of a name; raises InputError with the nearest name for another.

    >>> cell_named("tagger", "gru").__name__
    'GRU'
    """
    check_name(f"{net}: cell", cell, CELLS)
    return CELLS[cell]


def dropped(rate: float) -> tuple[nn.Layer, ...]:
    """A layer that drops numbers, where any are dropped.

    >>> dropped(0.0), len(dropped(0.5))
    ((), 1)
    """
    return (nn.Dropout(rate),) if rate else ()
