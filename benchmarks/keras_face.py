"""One program under two imports: `python -m benchmarks.keras_face [task …] [--rounds 3]`.

The same lines build, compile and fit a small net, once with `gradus.keras` and once with Keras 3 on
JAX, as it comes and with 32 steps per execution. Measured are a whole process without any cache of
compiled programs, the same with one, and one more `fit` of the model in the same process. Everybody
has a turn in every round; the tables show medians, and ratios to ours.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec

import numpy as np

PEERS = {
    "gradus.keras": ("gradus.keras", 1),
    "keras on jax": ("keras", 1),
    "keras on jax, 32 steps at once": ("keras", 32),
}
EPOCHS = 20


def dense(keras):
    """Three layers for 20 numbers; 3 200 rows."""
    x, y = rows(3200, 20), classes(3200, 10)
    layers = keras.layers
    hidden = [layers.Dense(64, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((20,)), *hidden, layers.Dense(10, activation="softmax")])
    return model, "adam", "sparse_categorical_crossentropy", x, y


def reviews(keras):
    """Bags of 2 000 words; 2 000 rows."""
    x, y = (rows(2000, 2000) > 2).astype("float32"), classes(2000, 2)
    layers = keras.layers
    hidden = [layers.Dense(16, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((2000,)), *hidden, layers.Dense(1, activation="sigmoid")])
    return model, "rmsprop", "binary_crossentropy", x, y


def prices(keras):
    """Thirteen numbers, one real target; 404 rows."""
    x = rows(404, 13)
    layers = keras.layers
    hidden = [layers.Dense(64, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((13,)), *hidden, layers.Dense(1)])
    return model, "rmsprop", "mse", x, x.sum(axis=1)


def digits(keras):
    """A small convolutional net for images of 8 × 8 pixels; 1 437 rows."""
    x, y = rows(1437, 8, 8, 1), classes(1437, 10)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return model, "adam", "sparse_categorical_crossentropy", x, y


def sequences(keras):
    """An embedding and a recurrent layer over 30 tokens; 1 600 rows."""
    x = np.random.default_rng(0).integers(0, 1000, (1600, 30)).astype("int32")
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((30,), dtype="int32"),
            layers.Embedding(1000, 32),
            layers.SimpleRNN(32),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return model, "rmsprop", "binary_crossentropy", x, classes(1600, 2)


TASKS = {f.__name__: f for f in (dense, reviews, prices, digits, sequences)}


def rows(*shape: int) -> np.ndarray:
    """Normal numbers."""
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def classes(n: int, k: int) -> np.ndarray:
    """Class numbers."""
    return np.random.default_rng(1).integers(0, k, n).astype("int32")


def work(peer: str, task: str) -> dict[str, float]:
    """Build, compile and fit; then fit once more, and take that time."""
    os.environ["KERAS_BACKEND"] = "jax"
    room, steps = PEERS[peer]
    model, optimizer, loss, x, y = TASKS[task](importlib.import_module(room))
    model.compile(optimizer=optimizer, loss=loss, steps_per_execution=steps)
    plan = {"batch_size": 32, "epochs": EPOCHS, "verbose": 0}
    model.fit(x, y, validation_split=0.1, **plan)
    began = time.perf_counter()
    model.fit(x, y, validation_split=0.1, **plan)
    return {"again": time.perf_counter() - began}


def measured(peer: str, task: str, cache: str) -> dict[str, float]:
    """Seconds of a whole process, less those of the second fit, and of the second fit."""
    command = [sys.executable, "-m", "benchmarks.keras_face", "--work", peer, task]
    began = time.perf_counter()
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GRADUS_CACHE": cache},
    )
    took = time.perf_counter() - began
    found = json.loads(done.stdout.splitlines()[-1])
    return {"process": took - found["again"], **found}


def show(title: str, figures: dict[str, list[float]]) -> None:
    """A table of medians, and how many times as long as ours everybody takes."""
    ours = statistics.median(figures["gradus.keras"])
    print(f"\n{title}\n{'':32}{'median':>9}{'min':>9}{'max':>9}{'ratio':>9}")
    for peer, found in figures.items():
        middle = statistics.median(found)
        print(f"{peer:32}{middle:9.3f}{min(found):9.3f}{max(found):9.3f}{middle / ours:8.1f}×")


def main() -> None:
    """Measure all tasks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keras_face", description=__doc__)
    parser.add_argument("tasks", nargs="*", default=list(TASKS), help="which tasks")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        print(json.dumps(work(*given.work)))
        return
    peers = [peer for peer, (room, _) in PEERS.items() if find_spec(room.split(".")[0])]
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for task in given.tasks:
        kinds = ("process, cold", "process, warm", f"fit again, {EPOCHS} epochs")
        figures: dict[str, dict[str, list[float]]] = {k: {p: [] for p in peers} for k in kinds}
        for _ in range(given.rounds):
            for peer in peers:
                with tempfile.TemporaryDirectory() as cache:
                    cold, warm = (measured(peer, task, cache) for _ in range(2))
                for kind, seconds in zip(
                    kinds, (cold["process"], warm["process"], warm["again"]), strict=True
                ):
                    figures[kind][peer].append(seconds)
        for kind in kinds:
            show(f"{task}, {kind}: s", figures[kind])


if __name__ == "__main__":
    main()
