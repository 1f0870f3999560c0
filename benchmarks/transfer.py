"""What five kinds of clothes teach about five others, of which there are 20 pictures each.

    GRADUS_DATA=folder python -m benchmarks.transfer

A small net is trained on the first five classes of Fashion-MNIST. For the last five it is trained
from scratch, with its features frozen, and with its features at a tenth of the rate of the head.
"""

from __future__ import annotations

import numpy as np

from gradus import data, fit, models, supervised
from gradus.likelihoods import Categorical
from gradus.optim import adam, per_layer

CLASSES, EXAMPLES, SEEDS = 5, 20, 5
RATE, EPOCHS, BATCH = 1e-3, 60, 20


def half(dataset: data.Dataset, first: bool) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of the first or the last five classes, and which of the five they show."""
    kept = (dataset.y < CLASSES) == first
    return dataset.x[kept], dataset.y[kept] % CLASSES


def few(y: np.ndarray, seed: int) -> np.ndarray:
    """Rows with equally many examples of each class."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(np.flatnonzero(y == c))[:EXAMPLES] for c in range(5)])


def accuracies(train: data.Dataset, test: data.Dataset, seed: int) -> dict[str, float]:
    """The share of right answers on the last five classes, by how they were learned."""
    fresh = models.cnn([16, 32], CLASSES, hidden=[64])
    source = supervised(fresh, Categorical(CLASSES), adam(RATE))
    learned = fit(source, half(train, first=True), epochs=1, batch=128, seed=seed).model
    copied = models.with_head(learned, CLASSES)
    slower = per_layer(adam(RATE), {"features": 0.1})
    ways = {
        "from scratch": (fresh, adam(RATE)),
        "features frozen": (models.freeze(copied, "features"), adam(RATE)),
        "features at a tenth": (copied, slower),
    }
    (x, y), (unseen, truth) = half(train, first=False), half(test, first=False)
    rows, found = few(y, seed), {}
    for name, (model, optimizer) in ways.items():
        algorithm = supervised(model, Categorical(CLASSES), optimizer)
        run = fit(algorithm, (x[rows], y[rows]), epochs=EPOCHS, batch=BATCH, seed=seed)
        found[name] = float(np.mean(run.predict(unseen) == truth))
    return found


def main() -> None:
    train, test = data.load("fashion-mnist"), data.load("fashion-mnist", "test")
    scores = [accuracies(train, test, seed) for seed in range(SEEDS)]
    for name in scores[0]:
        values = np.array([score[name] for score in scores])
        print(f"{name:20} {values.mean():.1%} ± {values.std(ddof=1):.1%}  {values.round(3)}")


if __name__ == "__main__":
    main()
