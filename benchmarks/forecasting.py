"""Forecasts beside simple rules: `python -m benchmarks.forecasting [trial …] [--seeds 1]`.

Series are read from the folder GRADUS_DATA. Of `ETTh1` the first 12 months of 30 days are learned
from, the next 4 end the training in time and the next 4 are tested on, as is customary: errors are
of all seven columns, standardised by the training part, over all windows. Of the others the latest
rows are held out, as `gradus fit` would.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path
from typing import Any, NamedTuple

from gradus import Patience, fit, models, optim, supervised
from gradus.data import SeriesPreprocessor, read_table, split_windows
from gradus.data.series.windows import split_rows
from gradus.evaluation import Forecasts, assess_forecasts
from gradus.likelihoods import Gaussian

MONTH = 30 * 24


class Trial(NamedTuple):
    """A series, and how it is learned.

    Arguments:
        file: below GRADUS_DATA.
        target, time: names of columns; without a target all are forecast.
        horizon, length: rows to forecast, and rows that are known; None: what is usual.
        parts: rows, or their share, for validation and for testing.
        rows: of the series that are used; None: all.
        rate: of Adam at its highest; it falls to 0 as a cosine.
        epochs, batch: how long, and how many windows a step sees.
        model: further arguments of `models.forecaster`.
    """

    file: str
    target: str | None
    time: str
    horizon: int
    length: int | None
    parts: tuple[float, float] = (0.1, 0.2)
    rows: int | None = None
    rate: float = 0.003
    epochs: int = 20
    batch: int = 32
    model: dict[str, Any] = {}  # noqa: RUF012 - never changed


ETT = Trial("ett/ETTh1.csv", None, "date", 96, 336, (4 * MONTH, 4 * MONTH), 20 * MONTH)
SHORT = ETT._replace(length=96, batch=128, epochs=10)
SMALL = {"rate": 0.03, "epochs": 300}
TRIALS = {
    "ETTh1 96": ETT,
    "ETTh1 96 from the last value": ETT._replace(model={"normalise": "last"}),
    "ETTh1 96 of a window of 96": ETT._replace(length=96),
    "ETTh1 96 by a GRU": SHORT._replace(model={"kind": "rnn"}),
    "ETTh1 96 by convolutions": SHORT._replace(model={"kind": "cnn"}),
    "ETTh1 24 of OT alone": ETT._replace(horizon=24, length=72, target="OT"),
    "airline passengers": Trial(
        "timeseries/airline-passengers.csv", "Passengers", "Month", 12, None, **SMALL
    ),
    "monthly sunspots": Trial(
        "timeseries/monthly-sunspots.csv", "Sunspots", "Month", 12, None, epochs=60
    ),
}


def main() -> None:
    """Try the named series, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.forecasting")
    parser.add_argument("trials", nargs="*", default=list(TRIALS), help=", ".join(TRIALS))
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for name in given.trials:
        for seed in range(given.seeds):
            began = time.perf_counter()
            found, status = tried(TRIALS[name], seed)
            took = time.perf_counter() - began
            print(f"\n{name}, seed {seed}: {found.rows} windows; {status}; {took:.0f} s\n{found}",
                  flush=True)  # fmt: skip


def tried(trial: Trial, seed: int) -> tuple[Forecasts, str]:
    """What a forecaster reaches on the latest rows, and how its training ended."""
    table = read_table(Path(os.environ["GRADUS_DATA"], trial.file))[: trial.rows]
    early, *_ = split_rows(table.height, trial.horizon, *trial.parts)
    targets = None if trial.target is None else [trial.target]
    prep = SeriesPreprocessor.fit(
        table, targets, time=trial.time, length=trial.length, horizon=trial.horizon, train=early
    )
    x, y, _ = prep.windows(table)
    rows = split_windows(table.height, prep.length, trial.horizon, *trial.parts)
    train, validation, test = ((x[r[0] : r[-1] + 1], y[r[0] : r[-1] + 1]) for r in rows)
    steps = trial.epochs * -(-len(train[0]) // trial.batch)
    model = models.forecaster(trial.horizon, prep.width, **trial.model)
    optimizer = optim.adam(optim.cosine_decay(trial.rate, steps))
    run = fit(
        supervised(model, Gaussian(), optimizer),
        train,
        epochs=trial.epochs,
        batch=trial.batch,
        validation=validation,
        stop=Patience(max(trial.epochs // 4, 5)),
        seed=seed,
        progress=False,
    )
    return assess_forecasts(run.predict, prep, test, train), run.status


if __name__ == "__main__":
    main()
