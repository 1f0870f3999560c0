"""How well nets for images do on real ones: `python -m benchmarks.accuracy [net …] [--seed 0]`.

The images are read from the folder GRADUS_DATA; they are learned from as `gradus fit` would, for
the number of epochs named here, and nothing is chosen by the test part.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from gradus import augment, data, fit, learn, models, nn, optim, supervised
from gradus.augment import Transform
from gradus.likelihoods import Categorical
from gradus.penalties import l2

BATCH = 128


class Trial(NamedTuple):
    """A net, the images it learns from, and how.

    Arguments:
        images: name of the set.
        model: the net.
        transforms: how images are altered.
        epochs: how often every image is seen.
        rate: of Nesterov's momentum at its highest; it rises for two epochs, then falls.
        reached: the accuracy that is asked for.
        views: what of the trained net is tested: itself, or several looks of it at each image.
    """

    images: str
    model: nn.Layer
    transforms: tuple[Transform, ...]
    epochs: int
    rate: float
    reached: float
    views: Callable[[nn.Layer], nn.Layer] = lambda model: model


def residual_net() -> nn.Layer:
    """Two residual blocks, each after a convolution and a pooling: most of it sees small images."""
    return nn.Sequential(
        *(*normed(64), nn.MaxPool(2), nn.Residual(*normed(64), *normed(64))),
        *(*normed(128), nn.MaxPool(2), nn.Residual(*normed(128), *normed(128))),
        *(nn.GlobalMaxPool(), nn.Dense(10)),
    )


def normed(filters: int) -> list[nn.Layer]:
    """A convolution, normalised and rectified."""
    bare = nn.Conv(filters, 3, padding="same", use_bias=False, weight_init=nn.HeNormal())
    return [bare, nn.BatchNorm(), nn.Lambda(nn.relu)]


TRIALS = {
    "fashion_cnn": Trial(
        "fashion-mnist",
        models.cnn([32, 64], 10, hidden=(32,), dropout=0.25),
        (augment.flip(), augment.crop(1)),
        epochs=20,
        rate=0.05,
        reached=0.92,
    ),
    "fashion_resnet": Trial(
        "fashion-mnist",
        residual_net(),
        (augment.flip(), augment.crop(2)),
        epochs=18,
        rate=0.1,
        reached=0.94,
        views=augment.views,
    ),
    "mnist_cnn": Trial(
        "mnist",
        models.cnn([32, 64], 10, hidden=(64,), dropout=0.25),
        (augment.crop(2, "zero"), augment.rotate(10)),
        epochs=12,
        rate=0.05,
        reached=0.993,
    ),
}


def main() -> None:
    """Try the named nets, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument("trials", nargs="*", default=list(TRIALS), help=", ".join(TRIALS))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for name in given.trials:
        trial, began = TRIALS[name], time.perf_counter()
        parameters = nn.summary(trial.model, (28, 28, 1)).parameters
        accuracy = accuracy_of(trial, given.seed)
        print(
            f"{name:16}{parameters:>9,} parameters, {trial.epochs} epochs:"
            f"{100 * accuracy:7.2f} % ({100 * trial.reached:.1f} asked), "
            f"{time.perf_counter() - began:.0f} s",
            flush=True,
        )


def accuracy_of(trial: Trial, seed: int) -> float:
    """The share of the test part that the trained net gets right."""
    train, test = (data.load(trial.images, part) for part in ("train", "test"))
    scale = data.Standardize.fit(train.x)
    train, test = train.map(scale), test.map(scale)
    per_epoch = -(-len(train) // BATCH)
    falling = optim.cosine_decay(trial.rate, steps=(trial.epochs - 2) * per_epoch)
    optimizer = optim.nesterov(optim.warm_up(falling, 2 * per_epoch))
    learner = supervised(trial.model, Categorical(10, smoothing=0.1), optimizer, penalty=l2(5e-4))
    algorithm = learn.augmented(learner, *trial.transforms)
    run = fit(algorithm, train, epochs=trial.epochs, batch=BATCH, seed=seed)
    seen = replace(run, model=trial.views(run.model))
    return float(np.mean(seen.predict(test.x) == test.y))


if __name__ == "__main__":
    main()
