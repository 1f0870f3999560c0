"""A deep net of sigmoids, from random weights and from weights learned layer by layer."""

from __future__ import annotations

import numpy as np

from benchmarks.imagining.digits import grey
from gradus import fit, learn, models, nn, optim, supervised
from gradus.likelihoods import Bernoulli, Categorical
from gradus.training import pretrain

DEPTH, UNITS, ROWS, EPOCHS = 5, 200, 10_000, 20


def stacked() -> dict[str, float]:
    """Accuracy on 10 000 test digits after the same steps of plain gradient descent."""
    (x, y), (test, test_y) = grey(), grey("test")
    x, y = x[:ROWS], y[:ROWS]

    def denoising(layer: nn.Layer, shape: tuple[int, ...]) -> learn.Algorithm:
        model = models.Autoencoder(layer, nn.Dense(shape[0]), Bernoulli())
        return learn.autoencoder(model, optim.adam(2e-3), corrupt=nn.MaskingNoise(0.2))

    def tuned(layers) -> float:
        model = nn.Sequential(*layers, nn.Dense(10))
        algorithm = supervised(model, Categorical(10), optim.sgd(0.1))
        run = fit(algorithm, (x, y), epochs=EPOCHS, batch=64)
        return float(np.mean(run.predict(test) == test_y))

    fresh = [nn.Dense(UNITS, nn.sigmoid) for _ in range(DEPTH)]
    below = pretrain(fresh, x, denoising, epochs=10, batch=64)
    return {"from random weights": tuned(fresh), "pretrained by layers": tuned(below.layers)}
