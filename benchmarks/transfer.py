"""What five kinds of clothes teach about five others, of which there are 20 pictures each.

    GRADUS_DATA=folder python -m benchmarks.transfer

A small net is trained on five classes of Fashion-MNIST, drawn anew with each seed, its pictures
mirrored and shifted. For the other five it is trained from scratch, and with copied features at a
tenth of the rate of what is new: all features under a new last layer, or the convolutions alone
under new dense layers, which are also tried with the convolutions frozen.
"""

from __future__ import annotations

import numpy as np

from gradus import augment, data, fit, models, nn, supervised
from gradus.learn import augmented
from gradus.likelihoods import Categorical
from gradus.optim import Optimizer, adam, per_layer

CLASSES, EXAMPLES, SEEDS = 5, 20, 5
RATE, EPOCHS, BATCH = 1e-3, 100, 20
HIDDEN, DROPOUT = [64], 0.5
CONVOLUTIONS = 8  # the place of the layer that flattens what they give


def part(dataset: data.Dataset, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of some classes, and which of them they show."""
    kept = np.isin(dataset.y, classes)
    return dataset.x[kept], np.searchsorted(classes, dataset.y[kept])


def few(y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Rows with equally many examples of each class."""
    rows = [random.permutation(np.flatnonzero(y == c))[:EXAMPLES] for c in range(CLASSES)]
    return np.concatenate(rows)


def ways_from(learned: nn.Layer, fresh: nn.Layer) -> dict[str, tuple[nn.Layer, Optimizer]]:
    """What is trained on the few examples, and how."""
    slower = per_layer(adam(RATE), {"features": 0.1})
    head = models.mlp(HIDDEN, CLASSES, dropout=DROPOUT)
    convolutions = models.with_head(learned, head, upto=CONVOLUTIONS)
    return {
        "from scratch": (fresh, adam(RATE)),
        "all features": (models.with_head(learned, CLASSES), slower),
        "convolutions": (convolutions, slower),
        "convolutions, frozen": (models.freeze(convolutions, "features"), adam(RATE)),
    }


def accuracies(train: data.Dataset, test: data.Dataset, seed: int) -> dict[str, float]:
    """The share of right answers on five classes, by what the other five have taught."""
    random = np.random.default_rng(seed)
    drawn = random.permutation(2 * CLASSES)
    old, new = np.sort(drawn[:CLASSES]), np.sort(drawn[CLASSES:])
    fresh = models.cnn([32, 64], CLASSES, hidden=HIDDEN, dropout=DROPOUT, batch_norm=True)
    source = supervised(fresh, Categorical(CLASSES), adam(RATE))
    source = augmented(source, augment.flip(), augment.crop(2))
    learned = fit(source, part(train, old), epochs=6, batch=128, seed=seed).model
    (x, y), (unseen, truth) = part(train, new), part(test, new)
    rows, found = few(y, random), {}
    for name, (model, optimizer) in ways_from(learned, fresh).items():
        algorithm = supervised(model, Categorical(CLASSES), optimizer)
        run = fit(algorithm, (x[rows], y[rows]), epochs=EPOCHS, batch=BATCH, seed=seed)
        found[name] = float(np.mean(run.predict(unseen) == truth))
    print(seed, old, {name: round(share, 3) for name, share in found.items()}, flush=True)
    return found


def main() -> None:
    train, test = data.load("fashion-mnist"), data.load("fashion-mnist", "test")
    scores = [accuracies(train, test, seed) for seed in range(SEEDS)]
    for name in scores[0]:
        gains = np.array([score[name] - score["from scratch"] for score in scores])
        mean = np.mean([score[name] for score in scores])
        print(f"{name:20} {mean:.1%}, gain {gains.mean():+.1%} ± {gains.std(ddof=1):.1%}")


if __name__ == "__main__":
    main()
