"""Arrays to look at, one for each epoch, beside the columns of the history."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from gradus import Algorithm, fit, fit_many, seeds


class State(NamedTuple):
    """Counts the steps."""

    model: jnp.ndarray


def watch(state, trace):
    """A picture whose pixels are the number of steps, and a scalar."""
    return {"picture": jnp.full((2, 3), state.model), "half": state.model / 2}


COUNTING = Algorithm(
    init=lambda key, batch: State(jnp.zeros(())),
    step=lambda state, batch, key: (State(state.model + 1), {"loss": state.model}),
    watch=watch,
)
X = np.zeros((10, 1))


def test_one_array_for_every_epoch():
    """Ten examples in batches of five are two steps an epoch."""
    run = fit(COUNTING, X, epochs=70, batch=5)  # more than fit into the table at once
    shown = run.history.shown["picture"]
    assert shown.shape == (70, 2, 3)
    np.testing.assert_array_equal(shown[:, 0, 0], 2 * np.arange(1, 71))
    np.testing.assert_array_equal(run.history["half"], np.arange(1, 71))
    assert "picture" not in run.history


def test_every_member_has_its_own():
    runs = fit_many(COUNTING, X, seeds(2), epochs=3, batch=5)
    assert [run.history.shown["picture"].shape for run in runs] == [(3, 2, 3)] * 2


def test_a_resumed_run_has_them_all(tmp_path):
    fit(COUNTING, X, epochs=2, batch=5, folder=tmp_path)
    run = fit(COUNTING, X, epochs=4, batch=5, folder=tmp_path, resume=True)
    np.testing.assert_array_equal(run.history.shown["picture"][:, 1, 2], [2, 4, 6, 8])


def test_histories_are_cut_with_their_arrays():
    history = fit(COUNTING, X, epochs=3, batch=5).history
    assert history.until(2).shown["picture"].shape == (2, 2, 3)
    assert history.until(0).epochs == 0
