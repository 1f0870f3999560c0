"""What densities reach, measured: each proof prints nats on examples that were held out."""

from __future__ import annotations

import time

import numpy as np
from sklearn.datasets import make_moons
from sklearn.mixture import GaussianMixture

from gradus import data, fit, models, nn
from gradus.base.tree import count
from gradus.learn import density
from gradus.likelihoods import Bernoulli, Mixture
from gradus.models import DensityModel
from gradus.optim import adam, cosine_decay


def moons(n: int, seed: int) -> np.ndarray:
    """Two half circles that reach into each other, with noise of standard deviation 0.05."""
    return make_moons(n, noise=0.05, random_state=seed)[0].astype("float32")


def eight_gaussians(n: int, seed: int) -> np.ndarray:
    """Eight bells of standard deviation 0.1 on a circle of radius 2."""
    random = np.random.default_rng(seed)
    angle = 2 * np.pi * random.integers(0, 8, n) / 8
    centre = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (centre + 0.1 * random.normal(size=(n, 2))).astype("float32")


def points() -> None:
    """Flow and MADE beside a mixture of full Gaussians with as many parameters, and with fewer."""
    for name, draw in (("two moons", moons), ("eight Gaussians", eight_gaussians)):
        train, test = draw(5000, 0), draw(5000, 1)

        def mixture(bells: int, train=train, test=test) -> float:
            return GaussianMixture(bells, random_state=0).fit(train).score(test)

        nets = {
            "MADE": models.made(2, [32, 32], Mixture(8), activation=nn.tanh),
            "flow (MAF)": models.flow(2, 6, hidden=[16, 16], activation=nn.silu),
            "flow (RealNVP)": models.flow(
                2, 8, kind="realnvp", hidden=[16, 16], activation=nn.silu
            ),
            "flow (NICE)": models.flow(2, 8, kind="nice", hidden=[16, 16], activation=nn.silu),
            "flow (planar)": models.flow(2, 32, kind="planar"),
        }
        print(f"\n{name}: nats per point, 5000 to learn from, 5000 held out")
        for title, net in nets.items():
            nats, size = learned(net, train, test, epochs=200, batch=128, rate=1e-2)
            bells = round((size + 1) / 6)  # each has a weight, two means and three covariances
            print(f"{title:16}{nats:8.3f}   mixture of {bells} {mixture(bells):8.3f}")
        print("mixtures of", *(f"{bells}: {mixture(bells):.3f}" for bells in (8, 16, 32, 64)))


def digits() -> None:
    """MNIST, every pixel drawn once as 0 or 1 with its grey value as probability, seed 0."""
    began = time.perf_counter()
    random = np.random.default_rng(0)
    parts = [data.load("mnist", part).x for part in ("train", "test")]
    train, test = ((random.random(x.shape) < x).reshape(len(x), -1) for x in parts)
    train, test = train.astype("float32"), test.astype("float32")
    net = models.made(784, [1024], Bernoulli())
    nats, size = learned(net, train[:50_000], test, epochs=12, batch=128, rate=2e-3)
    print(f"\nMNIST, binarised: MADE of 1024 units, {size} numbers: {-nats:.2f} nats, "
          f"{time.perf_counter() - began:.0f} s")  # fmt: skip


def learned(
    net: DensityModel, train: np.ndarray, test: np.ndarray, *, epochs: int, batch: int, rate: float
) -> tuple[float, int]:
    """Mean log-density of what was held out, and how many numbers the net holds."""
    steps = epochs * -(-len(train) // batch)
    run = fit(density(net, adam(cosine_decay(rate, steps))), train, epochs=epochs, batch=batch)
    return float(np.mean(run.outputs(test))), count(run.model, trainable=True)


PROOFS = {"points": points, "digits": digits}
