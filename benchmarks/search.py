"""Search against random search and the default on six tables: `python -m benchmarks.search`.

All three choose by the same validation rows, spend the same number of epochs (the default has but
one trial to spend them on), and are trained again on training and validation rows. What counts is
the loss on test rows that none has seen: −log p of classes, squared error of numbers in units of
the training variance. Two of the tables come from the folder that GRADUS_DATA names.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradus import models, optim, penalties, supervised
from gradus.data import Dataset, NumberTarget, Standardize
from gradus.likelihoods import Categorical, Gaussian
from gradus.tuning import Space, choice, log_uniform, search

FOLDER = Path(os.environ.get("GRADUS_DATA", "nowhere")) / "tabular"
DEFAULT = {"rate": 3e-3, "l2": 1e-6, "hidden": (128, 64)}
EPOCHS, TRIALS, BATCH = 40, 24, 32


class Table(NamedTuple):
    """A table, its targets, and how many classes they are; 0 for numbers."""

    x: np.ndarray
    y: np.ndarray
    classes: int


def bundled(name: str) -> Callable[[], Table]:
    """A table that comes with scikit-learn."""

    def read() -> Table:
        from sklearn import datasets

        found = getattr(datasets, f"load_{name}")()
        classes = len(found.target_names) if "target_names" in found else 0
        return Table(found.data, found.target, classes)

    return read


def file(name: str) -> Callable[[], Table]:
    """A file of numbers, the last of which is the target."""

    def read() -> Table:
        numbers = np.loadtxt(FOLDER / name, delimiter=",")
        return Table(numbers[:, :-1], numbers[:, -1], 0)

    return read


TABLES = {
    "digits": bundled("digits"),
    "wine": bundled("wine"),
    "breast cancer": bundled("breast_cancer"),
    "diabetes": bundled("diabetes"),
    "white wine quality": file("winequality-white.csv"),
    "Boston housing": file("boston-housing.csv"),
}


def parts(table: Table, seed: int) -> tuple[Dataset, Dataset]:
    """Training and test part, on scales that the training part shows."""
    labels = tuple(range(table.classes)) if table.classes else None
    train, _, test = Dataset(table.x, table.y, labels=labels).split(0, 0.25, seed=seed)
    scale = Standardize.fit(train.x)
    if not table.classes:
        target = NumberTarget.fit(train.y)
        train, test = (Dataset(part.x, target.encode(part.y)) for part in (train, test))
    return train.map(scale), test.map(scale)


def space(classes: int, rows: int, chosen: dict | None = None) -> Space:
    """What is tried; with `chosen` only that. Rates fall to 0 over the epochs of a trial."""
    steps = EPOCHS * -(-rows // BATCH)
    likelihood = Categorical(classes) if classes else Gaussian()

    def make(rate, l2, hidden):
        net = models.mlp(hidden, likelihood.size, dropout=0.1)
        optimizer = optim.adam(optim.cosine_decay(rate, steps))
        return supervised(net, likelihood, optimizer, penalty=penalties.l2(l2))

    if chosen:
        return Space(make, **{name: choice([value]) for name, value in chosen.items()})
    return Space(
        make,
        rate=log_uniform(3e-4, 3e-2),
        l2=log_uniform(1e-6, 1e-1),
        hidden=choice([(32,), (128,), (128, 64)]),
    )


def losses(table: Table, seed: int) -> dict[str, float]:
    """The test loss of everybody."""
    train, test = parts(table, seed)
    folds = 3 if len(train) < 1000 else None
    given = {"epochs": EPOCHS, "batch": BATCH, "folds": folds, "seed": seed, "progress": False}
    budget = TRIALS * EPOCHS * (folds or 1)
    ways = {
        "default": (
            space(table.classes, len(train), DEFAULT),
            EPOCHS * (folds or 1),
            {"stopping": False},
        ),
        "random": (space(table.classes, len(train)), budget, {"stopping": False}),
        "search": (space(table.classes, len(train)), budget, {"first": DEFAULT}),
        "search, tpe": (
            space(table.classes, len(train)),
            budget,
            {"first": DEFAULT, "sampler": "tpe"},
        ),
    }
    found = {}
    for name, (tried, spent, how) in ways.items():
        run = search(tried, train, spent, **given, **how).fit(progress=False)
        assert run.likelihood is not None
        outputs, y = run.outputs(test.x), test.y
        found[name] = float(-np.mean(np.asarray(run.likelihood.log_prob(outputs, y))))
        if not table.classes:
            found[name] = float(np.mean(np.square(outputs[:, 0] - y)))
    return found


def main() -> None:
    """Print the mean test loss of everybody on every table, over several divisions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many divisions of each table")
    given = parser.parse_args()
    wins: list[str] = []
    for name, read in TABLES.items():
        if name in ("white wine quality", "Boston housing") and not FOLDER.exists():
            continue
        each = [losses(read(), seed) for seed in range(given.seeds)]
        mean = {way: statistics.mean(found[way] for found in each) for way in each[0]}
        wins += [way for way, loss in mean.items() if loss < mean["default"]]
        print(
            f"{name:20}" + "".join(f"  {way} {loss:.4f}" for way, loss in mean.items()), flush=True
        )
    for way in ("random", "search", "search, tpe"):
        print(f"{way} beats the default on {wins.count(way)} tables")


if __name__ == "__main__":
    main()
