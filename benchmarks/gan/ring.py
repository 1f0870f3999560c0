"""Eight Gaussians on a ring: which modes a GAN reaches, over several seeds side by side."""

from __future__ import annotations

import jax
import numpy as np

from gradus import fit_many, models, seeds
from gradus.evaluation import mode_coverage
from gradus.learn import gan
from gradus.optim import adam

RADIUS, SPREAD, EXAMPLES, SAMPLES = 2.0, 0.1, 8000, 4000
ANGLES = np.arange(8) * np.pi / 4
CENTRES = RADIUS * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
REMEDIES = {"plain": {}, "r1 = 0.02, averaged": {"r1": 0.02, "ema": 0.999}}


def ring(epochs: int = 150, count: int = 5) -> None:
    """Print the coverage of every seed, with and without remedies."""
    random = np.random.default_rng(0)
    x = CENTRES[random.integers(0, 8, EXAMPLES)] + SPREAD * random.normal(size=(EXAMPLES, 2))
    for name, remedy in REMEDIES.items():
        print(f"\nring of 8 Gaussians, {name}: {epochs} epochs of {EXAMPLES // 128} steps")
        players = models.dense_gan(2, [128, 128])
        optimizers = adam(1e-3, beta1=0.5), adam(1e-3, beta1=0.5)
        learner = gan(*players, *optimizers, latent=2, shown=0, **remedy)
        runs = fit_many(learner, x, seeds(count), epochs=epochs, batch=128)
        for run, called in zip(runs, runs.names, strict=True):
            samples = run.model.sample(jax.random.key(1), SAMPLES)
            print(f"{called}: {mode_coverage(samples, CENTRES, 3 * SPREAD)}")
