"""Polarity of film reviews by nets for text: `python -m benchmarks.reviews [kind …] [--seed 0]`.

10 662 sentences of Pang and Lee (2005), from GRADUS_DATA, in ten folds as Kim (2014), who reports
76.1 % for a convolution whose vectors of words begin at random. All folds are trained in one
program, each with a vocabulary of its own training part. The number of epochs is fixed beforehand
and nothing is chosen by a test part. Beside them stands logistic regression on tf-idf.
"""

from __future__ import annotations

import argparse
import os
import time
from functools import partial
from pathlib import Path

import numpy as np

from gradus import data, evaluate, models, optim, supervised
from gradus.likelihoods import Categorical

FOLDS, BATCH, LENGTH, WORDS = 10, 128, 32, 15_000
NETS = {  # what `models.text_classifier` takes, learning rate, epochs
    "bag": ({"width": 64, "dropout": 0.5}, 3e-3, 3),
    "cnn": ({"width": 64, "units": 100, "windows": (1, 2, 3), "dropout": 0.5}, 2e-3, 3),
    "rnn": ({"width": 64, "units": 64, "dropout": 0.5}, 2e-3, 3),
}


def main() -> None:
    """Every net that was asked for, and logistic regression."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reviews", description=__doc__)
    parser.add_argument("kinds", nargs="*", default=["tf-idf", *NETS])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int)
    given = parser.parse_args()
    table = reviews()
    for kind in given.kinds:
        began = time.perf_counter(), time.process_time()
        found = (
            logistic(table, given.seed)
            if kind == "tf-idf"
            else net(kind, table, given.seed, given.epochs)
        )
        wall, work = time.perf_counter() - began[0], time.process_time() - began[1]
        folds = " ".join(f"{100 * a:.1f}" for a in found)
        mean = f"{100 * found.mean():.2f} %"
        print(f"{kind}: {mean} of {folds}; {wall:.0f} s, CPU {work:.0f} s", flush=True)


def reviews() -> dict[str, list]:
    """All sentences, as a table."""
    folder = Path(os.environ["GRADUS_DATA"]) / "rt_polarity"
    parts = {mark: data.read_text(folder / f"rt-polarity.{mark}") for mark in ("pos", "neg")}
    lines = {mark: text.strip().split("\n") for mark, text in parts.items()}
    labels = [mark for mark, texts in lines.items() for _ in texts]
    return {"review": [*lines["pos"], *lines["neg"]], "label": labels}


def net(kind: str, table: dict[str, list], seed: int, epochs: int | None) -> np.ndarray:
    """The accuracy of every fold."""
    settings, rate, usual = NETS[kind]
    model = models.text_classifier(WORDS + 2, 2, kind, **settings)
    result = evaluate(
        supervised(model, Categorical(2), optim.adam(rate)),
        table,
        FOLDS,
        target="label",
        prepare=prepared,
        seed=seed,
        epochs=epochs or usual,
        batch=BATCH,
    )
    return result["accuracy"]


def prepared(rows: object) -> data.TextPreprocessor:
    """The words of a training part, the most frequent ones."""
    words = partial(data.Words.fit, most=WORDS)
    return data.TextPreprocessor.fit(rows, "review", "label", vectoriser=words, length=LENGTH)


def logistic(table: dict[str, list], seed: int) -> np.ndarray:
    """The accuracy of logistic regression on tf-idf of words, as scikit-learn has it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    learner = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
    return cross_val_score(learner, table["review"], table["label"], cv=folds)


if __name__ == "__main__":
    main()
