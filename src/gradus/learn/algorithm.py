"""Every way of learning is a fold of `step` over data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.likelihoods import Likelihood


class Algorithm(NamedTuple):
    """A way of learning: how it starts, and what one batch changes.

    `state` is what the next step needs; its field `model` is what the user keeps. `info` is what
    people want to know: a dict of scalars, averaged over the epoch. Under the key "trace" it may
    hold arrays of the step, of which `watch` makes scalars once, after the last step of an epoch:
    to look at something large in every step would slow all of them down.

    Arguments:
        init: (key, batch) -> state. The batch shows shapes and the targets' statistics.
        step: (state, batch, key) -> (state, info).
        evaluate: (state, batch) -> info, without learning; None where nothing can be validated.
        watch: (state, trace) -> info, at the end of an epoch; None where nothing is watched.
            Arrays among it, such as samples, are kept for people to look at: `history.shown`.
        check: (batch of NumPy arrays) -> None; raises InputError for data it cannot learn from.
        likelihood: what the outputs of `state.model` mean; None where they mean nothing yet.
        settings: what was chosen, for people to read.
        remarks: (state, batch) -> {name: sentence}: what else people should know about a run over
            such batches. It is traced: it sees shapes, no numbers. None where there is nothing.
        total: (batch) -> of how many examples a batch's measures are the mean; so many times they
            enter the averages of an epoch.
    """

    init: Callable
    step: Callable
    evaluate: Callable | None = None
    watch: Callable | None = None
    check: Callable | None = None
    likelihood: Likelihood | None = None
    settings: dict[str, Any] = {}  # noqa: RUF012 - never changed
    remarks: Callable | None = None
    total: Callable[[Batch], jax.Array] = Batch.total


def require_targets(data: Batch) -> None:
    """Refuse data without targets."""
    if data.y is None:
        raise InputError(
            "the data has no targets",
            expected="(x, y) or (x, y, weight)",
            got="x alone",
            fix="give the targets as well: fit(algorithm, (x, y))",
        )
