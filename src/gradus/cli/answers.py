"""What runs without targets say of new rows, as a table with a line for each.

Each function takes a run, the rows, and what was measured on rows that were held out, or None.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gradus.base.errors import InputError
from gradus.cli.worth import imputed
from gradus.evaluation import Scores
from gradus.models.generative.missing import refuse_nothing_known
from gradus.training import Run
from gradus.training.run import outputs


def likeliness(run: Run, rows: Any, worth: Scores | None) -> dict[str, np.ndarray]:
    """log p(x) of every encoded row, in nats."""
    return {"log_p": outputs(run.model, run.preprocessor.inputs(rows), "log_prob")}


def codes(run: Run, rows: Any, worth: Scores | None) -> dict[str, np.ndarray]:
    """The code of every row."""
    found = outputs(run.model, run.preprocessor.inputs(rows), "embed")
    return {f"code_{i}": column for i, column in enumerate(found.T, start=1)}


def anomalies(run: Run, rows: Any, worth: Scores | None) -> dict[str, np.ndarray]:
    """Score, the share of held-out rows with a lower one, and whether it is an anomaly."""
    scores = outputs(run.model, run.preprocessor.inputs(rows), "anomaly_score")
    found = {"score": scores}
    if worth is not None:
        usual = np.sort(worth.each)
        share = float(run.settings["anomalies"])
        found["quantile"] = np.searchsorted(usual, scores) / len(usual)
        found["anomaly"] = scores > np.quantile(usual, 1 - share)
    return found


def filled(run: Run, rows: Any, worth: Scores | None) -> dict[str, Any]:
    """The table itself with its holes filled in, in the user's units."""
    import polars as pl

    prep = run.preprocessor
    x = prep.inputs(rows)
    refuse_nothing_known(np.isnan(x))
    guess = prep.decode(imputed(run.model, x) if np.isnan(x).any() else x)
    both = {
        name: pl.select(pl.coalesce(rows[name], guess[name])).to_series() for name in guess.columns
    }
    return {name: both.get(name, rows[name]) for name in rows.columns}


def refused(run: Run, rows: Any, worth: Scores | None) -> dict[str, Any]:
    """Nothing: the run has learned to draw."""
    raise InputError(
        "predict with a run of --task generate",
        expected="a run that says something of given rows",
        got="one that makes new ones",
        fix="gradus generate RUN --count 100",
    )
