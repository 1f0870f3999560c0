"""Where the heads of a memory are, step by step, as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.insight.weightings import weightings
from gradus.nn.layer import Layer
from gradus.report.html import Markup
from gradus.report.sheets import Row, sheet, signed


def heads(model: Layer, x: Any) -> Markup:
    """The weightings of every head for one sequence: a column for each step, a row for each slot;
    the stronger the colour, the more of it.

    Arguments:
        model: a net with a memory, see `insight.weightings`.
        x: one sequence with the batch axis, shape (1, T, …); the first of several is drawn.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.NeuralTuringMachine(2, slots=6, width=4, controller=nn.LSTM(8))
    >>> heads(model.init(jax.random.key(0), (7, 3)), np.ones((1, 7, 3))).count("<image")
    2
    """
    found = {kind: w[0] for kind, w in weightings(model, np.asarray(x)[:1]).items()}
    rows = [
        Row(list(signed(w[:, i].T[None])), caption=f"{kind.split()[0]} head {i + 1}")
        for kind, w in found.items()
        for i in range(w.shape[1])
    ]
    steps, _, slots = found["read weightings"].shape
    return sheet(rows, "Heads", f"{steps} steps from left to right, {slots} slots downwards.")
