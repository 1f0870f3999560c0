"""What attacks do to nets on MNIST, and what learning from them repairs.

`GRADUS_DATA=… python -m benchmarks.robust [adversarial | labels]`, with the four idx files of MNIST
in `$GRADUS_DATA/mnist`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

from gradus import Patience, data, fit, models, optim, supervised
from gradus.learn import adversarial, virtual_adversarial
from gradus.likelihoods import Categorical
from gradus.robust import fgsm, robustness_curve

DIGITS = Categorical(10)
LABELS = 1000  # of the 60 000
REPEATS = 20  # how often labelled examples stand beside the others, so that all batches have some


def main() -> None:
    """One part, or both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robust", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["adversarial", "labels"])
    for part in parser.parse_args().parts:
        {"adversarial": under_attack, "labels": few_labels}[part]()


def mnist() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pixels from 0 to 1 in rows of 784, and classes: 60 000 to learn from, 10 000 to test."""
    folder = Path(os.environ["GRADUS_DATA"]) / "mnist"
    arrays = []
    for part in ("train", "t10k"):
        images = data.read_idx(folder / f"{part}-images-idx3-ubyte.gz")
        arrays.append(images.reshape(-1, 784).astype(np.float32) / 255)
        arrays.append(data.read_idx(folder / f"{part}-labels-idx1-ubyte.gz").astype(np.int32))
    return tuple(arrays)


def under_attack() -> None:
    """FGSM at ε = 0.25: a plain net, and one that learns from it (published: 89.4 % → 17.9 %)."""
    x, y, test_x, test_y = mnist()
    attack = fgsm(0.25, low=0.0, high=1.0)
    learners = {
        "plain": lambda net, rate: supervised(net, DIGITS, rate),
        "adversarial": lambda net, rate: adversarial(net, DIGITS, rate, attack=attack),
    }
    for name, learner in learners.items():
        rate = optim.adam(optim.cosine_decay(1e-3, steps=20 * 469))
        begun = time.perf_counter()
        run = fit(learner(models.mlp([512, 512], 10), rate), (x, y), epochs=20, batch=128)
        print(f"\n{name}: {run.status}, {time.perf_counter() - begun:.0f} s")
        strengths = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
        print(robustness_curve(run.model, DIGITS, test_x, test_y, strengths, low=0, high=1))
        sys.stdout.flush()


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
