"""What seeing is worth on real images: `python -m benchmarks.seeing [proof …]`.

Each proof trains a few models on one set of images and prints their accuracies on its test part.
The images are read from the folder GRADUS_DATA.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from gradus import Patience, data, filters, fit, nn, supervised
from gradus.data import Dataset
from gradus.data.scaling import Standardize
from gradus.likelihoods import Categorical
from gradus.optim import adam
from gradus.penalties import l2

Accuracies = Iterator[tuple[str, float]]  # of models, from the worst to the best
ROWS = 50  # images at once, where features are found without training


def random_filters() -> Accuracies:
    """Fashion-MNIST: pixels, random filters below a trained layer, and the same net trained."""
    train, test = data.load("fashion-mnist"), data.load("fashion-mnist", "test")
    bank = filters.random(32, 5, key=jax.random.key(0))
    yield "pixels, softmax", trained(_linear(), train, test)
    yield "random filters, softmax", trained(_one_layer(bank, trainable=False), train, test)
    yield "the same net, trained", trained(_one_layer(bank, trainable=True), train, test)


def kmeans_filters() -> Accuracies:
    """A fifth of CIFAR-10: pixels, and 200 filters that are means of patches."""
    train, test = _cifar()
    codebook = filters.kmeans_patches(train.x, 200, 6, report=print)
    seen = eqx.filter_jit(nn.Sequential(codebook, nn.MeanPool(14, stride=13), nn.Flatten()))
    yield "pixels, softmax", trained(_linear(), *_scaled(train, test))
    yield "means of patches, softmax", trained(_linear(), *_scaled(*_features(seen, train, test)))


PROOFS: dict[str, Callable[[], Accuracies]] = {
    "random_filters": random_filters,
    "kmeans_filters": kmeans_filters,
}


def main() -> None:
    """Run the named proofs, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seeing", description=__doc__)
    parser.add_argument("proofs", nargs="*", default=list(PROOFS), help=", ".join(PROOFS))
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for name in given.proofs:
        began = time.perf_counter()
        print(f"\n{PROOFS[name].__doc__}")
        for model, accuracy in PROOFS[name]():
            print(f"{model:30}{100 * accuracy:7.2f} %", flush=True)
        print(f"{time.perf_counter() - began:.0f} s")


def trained(model: nn.Layer, train: Dataset, test: Dataset) -> float:
    """The accuracy on the test part of a model, with as many epochs as the validation part says."""
    algorithm = supervised(model, Categorical(10), adam(1e-3), penalty=l2(1e-4))
    run = fit(algorithm, train, epochs=10, batch=128, validation=0.1, stop=Patience(3))
    return float(np.mean(run.predict(test.x) == test.y))


def _linear() -> nn.Layer:
    return nn.Sequential(nn.Flatten(), nn.Dense(10))


def _one_layer(bank: jax.Array, trainable: bool) -> nn.Layer:
    """Filters, rectifiers and pooling, below a trained layer."""
    see = filters.conv(bank, trainable=trainable, activation=nn.relu)
    return nn.Sequential(see, nn.MaxPool(4), nn.Flatten(), nn.Dense(10))


def _cifar() -> tuple[Dataset, Dataset]:
    with np.load(Path(os.environ["GRADUS_DATA"], "cifar10_subset", "cifar10_subset.npz")) as file:
        parts = [(file[f"{part}_images"], file[f"{part}_labels"]) for part in ("train", "test")]
    train, test = (Dataset(x.astype("float32") / 255, y.astype("int32")) for x, y in parts)
    return train, test


def _features(see: Callable, *parts: Dataset) -> list[Dataset]:
    """What a fixed layer makes of images."""
    return [
        Dataset(
            np.concatenate([see(jnp.asarray(d.x[i : i + ROWS])) for i in range(0, len(d.x), ROWS)]),
            d.y,
        )
        for d in parts
    ]


def _scaled(train: Dataset, test: Dataset) -> list[Dataset]:
    """Every feature with mean 0 and variance 1 in the training part."""
    scale = Standardize.fit(train.x, per="feature")
    return [Dataset(scale(part.x), part.y) for part in (train, test)]


if __name__ == "__main__":
    main()
