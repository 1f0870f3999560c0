"""What attacks do to nets on MNIST, and what learning from them repairs.

`GRADUS_DATA=… python -m benchmarks.robust [dense | convolution | labels] [--seeds 3]`, with the
four idx files of MNIST in `$GRADUS_DATA/mnist`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradus import Patience, data, fit, models, nn, optim, supervised
from gradus.learn import adversarial, virtual_adversarial
from gradus.likelihoods import Categorical
from gradus.robust import fgsm, robustness_curve

DIGITS = Categorical(10)
EPSILON = 0.25  # of pixels from 0 to 1
SHARE = 0.75  # α of the clean loss beside that under attack
LABELS = 1000  # of the 60 000
REPEATS = 20  # how often labelled examples stand beside the others, so that all batches have some


class Net(NamedTuple):
    """What is attacked: how it is made, the shape of its images, and how it learns."""

    make: Callable[[], nn.Layer]
    shape: tuple[int, ...]
    epochs: int
    batch: int


NETS = {
    "dense": Net(lambda: models.mlp([512, 512], 10), (784,), 12, 256),
    "convolution": Net(lambda: models.cnn((16, 32), 10, hidden=(128,)), (28, 28, 1), 8, 128),
}


def main() -> None:
    """The parts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robust", description=__doc__)
    parser.add_argument("parts", nargs="*", default=[*NETS, "labels"])
    parser.add_argument("--seeds", type=int, default=3, help="how many nets of each kind")
    given = parser.parse_args()
    for part in given.parts:
        few_labels() if part == "labels" else under_attack(NETS[part], given.seeds)


def mnist() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels from 0 to 1 in rows of 784, and classes: 60 000 to learn from, 10 000 to test."""
    folder = Path(os.environ["GRADUS_DATA"]) / "mnist"
    arrays = []
    for part in ("train", "t10k"):
        images = data.read_idx(folder / f"{part}-images-idx3-ubyte.gz")
        arrays.append(images.reshape(-1, 784).astype(np.float32) / 255)
        arrays.append(data.read_idx(folder / f"{part}-labels-idx1-ubyte.gz").astype(np.int32))
    return tuple(arrays)


def under_attack(net: Net, seeds: int) -> None:
    """FGSM at ε = 0.25: plain nets, and such that learn from it (published: 89.4 % → 17.9 %)."""
    x, y, test_x, test_y = mnist()
    x, test_x = (images.reshape(-1, *net.shape) for images in (x, test_x))
    attack = fgsm(EPSILON, low=0.0, high=1.0)
    learners = {
        "plain": supervised,
        "adversarial": partial(adversarial, attack=attack, share=SHARE),
    }
    clean: dict[str, list[float]] = {name: [] for name in learners}
    for seed in range(seeds):
        for name, learner in learners.items():
            rate = optim.adam(optim.cosine_decay(2e-3, net.epochs * -(-len(x) // net.batch)))
            begun, learn = time.perf_counter(), learner(net.make(), DIGITS, rate)
            run = fit(learn, (x, y), epochs=net.epochs, batch=net.batch, seed=seed)
            print(f"\n{name}, seed {seed}: {run.status}, {time.perf_counter() - begun:.0f} s")
            strengths = [0, 0.1, EPSILON]
            curve = robustness_curve(run.model, DIGITS, test_x, test_y, strengths, low=0, high=1)
            clean[name].append(100 * (1 - curve.accuracy["FGSM"][0]))
            print(curve, flush=True)
    more = np.subtract(clean["adversarial"], clean["plain"])
    for name, errors in (*clean.items(), ("difference", more)):
        print(f"clean error, {name}: {np.mean(errors):.2f} %{spread(errors)}")


def spread(errors: Sequence[float] | np.ndarray) -> str:
    """The standard error of a mean over seeds; nothing for one seed."""
    if len(errors) < 2:
        return ""
    return f" ± {np.std(errors, ddof=1) / len(errors) ** 0.5:.2f}"


def few_labels() -> None:
    """1 000 labels, with and without the 59 000 other images."""
    x, y, test_x, test_y = mnist()
    known = np.random.default_rng(0).permutation(len(y))[:LABELS]
    hidden = np.full_like(y, -1)
    hidden[known] = y[known]
    rows = np.concatenate([np.arange(len(y)), np.tile(known, REPEATS - 1)])
    epochs, steps = 6, -(-len(rows) // 256)
    rate = optim.adam(optim.cosine_decay(1e-3, steps=epochs * steps))
    begun = time.perf_counter()
    alone = supervised(models.mlp([512, 512], 10, dropout=0.2), DIGITS, optim.adam(1e-3))
    run = fit(alone, (x[known], y[known]), epochs=200, validation=0.1, stop=Patience(30))
    print(f"\n1 000 labels alone: error {100 * np.mean(run.predict(test_x) != test_y):.2f} %, "
          f"{time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip
    begun = time.perf_counter()
    learner = virtual_adversarial(models.mlp([512, 512], 10), DIGITS, rate, epsilon=2.0)
    run = fit(learner, (x[rows], hidden[rows]), epochs=epochs, batch=256)
    print(f"and 59 000 images more: error {100 * np.mean(run.predict(test_x) != test_y):.2f} %, "
          f"{time.perf_counter() - begun:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
