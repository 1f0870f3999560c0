"""Fashion-MNIST by convolutions: what a classifier sees in the samples. Needs GRADUS_DATA."""

from __future__ import annotations

import time

import jax
import numpy as np

from gradus import data, fit, models, nn, report, supervised
from gradus.evaluation import frechet_distance, nearest_training, two_sample
from gradus.learn import gan
from gradus.likelihoods import Categorical
from gradus.optim import adam

SAMPLES = 5000


def judge(train, test):
    """A small convolutional classifier, and its accuracy."""
    model = nn.Sequential(
        *(nn.Conv(16, 3, nn.relu, stride=2), nn.Conv(32, 3, nn.relu, stride=2)),
        *(nn.Flatten(), nn.Dense(64, nn.relu), nn.Dense(10)),
    )
    run = fit(supervised(model, Categorical(10), adam(2e-3)), train, epochs=4, batch=128)
    return run, np.mean(run.predict(test.x) == test.y)


def fashion(epochs: int = 4, page: str | None = None) -> None:
    """Train, draw, and judge."""
    train, test = data.load("fashion-mnist"), data.load("fashion-mnist", "test")
    classifier, accuracy = judge(train, test)
    print(f"\nFashion-MNIST: a classifier with {accuracy:.1%} accuracy on test images")
    players = models.dcgan(28, width=32, spectral=True)
    optimizers = adam(5e-4, beta1=0.5), adam(5e-4, beta1=0.5)
    learner = gan(*players, *optimizers, latent=64, ema=0.999)
    began = time.perf_counter()
    run = fit(learner, train.x, epochs=epochs, batch=64)
    print(f"{epochs} epochs in {(time.perf_counter() - began) / 60:.1f} minutes: {run.history}")
    draw = jax.jit(lambda key: run.model.sample(key, 500))
    keys = jax.random.split(jax.random.key(1), SAMPLES // 500)
    samples = np.concatenate([draw(key) for key in keys])
    shares = np.bincount(classifier.predict(samples), minlength=10) / SAMPLES
    print("share of each class, %:", (100 * shares).round(1), f"least {shares.min():.1%}")
    features = nn.Sequential(*classifier.model.layers[:-1])
    for name, x in (("samples", samples), ("training images", train.x[:SAMPLES])):
        print(f"Fréchet distance of {name}:", round(frechet_distance(test.x, x, features), 2))
    checks = [
        two_sample(test.x, samples, "mmd"),
        two_sample(test.x, samples, "classifier"),
        nearest_training(samples[:1000], train.x, test.x[:1000]),
    ]
    print(*checks, sep="\n")
    if page is not None:
        report.write(page, run, title="Fashion-MNIST", samples=samples, checks=checks)
