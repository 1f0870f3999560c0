"""Where a net with a memory reads and writes."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.insight.question import noted, one_array
from gradus.nn.layer import Layer

KINDS = ("write weightings", "read weightings")


def weightings(model: Layer, x: Any) -> dict[str, np.ndarray]:
    """The weightings of all heads at all steps, by "write weightings" and "read weightings".

    Arguments:
        model: a net that holds one `nn.NeuralTuringMachine` or `nn.DNC`, with its weights.
        x: sequences with the batch axis first.

    Gives arrays of shape (B, T, heads, slots); in a step each head shares 1, or less, among the
    slots. Raises InputError for models without a memory.

    >>> import jax
    >>> from gradus import nn
    >>> model = nn.NeuralTuringMachine(2, slots=6, width=4, controller=nn.LSTM(8))
    >>> model = model.init(jax.random.key(0), (7, 3))
    >>> {name: w.shape for name, w in weightings(model, np.ones((5, 7, 3))).items()}
    {'write weightings': (5, 7, 1, 6), 'read weightings': (5, 7, 1, 6)}
    """
    found = noted(model, one_array(model, x))
    if not set(KINDS) <= set(found):
        raise InputError(
            "weightings: model",
            expected="a net with nn.NeuralTuringMachine or nn.DNC in it",
            got=type(model).__name__,
            fix="put the machine where its steps are seen, in nn.Sequential or nn.Stack",
        )
    return {kind: np.asarray(found[kind][0]) for kind in KINDS}
