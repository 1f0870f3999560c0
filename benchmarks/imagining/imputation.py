"""Missing values of a table, filled in by a denoising autoencoder and by what is usual."""

from __future__ import annotations

import jax
import numpy as np
from sklearn import datasets
from sklearn.impute import KNNImputer
from sklearn.preprocessing import StandardScaler

from gradus import fit, learn, models, nn, optim

MISSING = 0.3


def imputation() -> dict[str, float]:
    """Root mean squared error over missing numbers of test rows, in standard deviations; means
    over five draws of the test rows and of what is missing in them.
    """
    return {
        f"{name}: {way}": error
        for name in ("breast_cancer", "wine")
        for way, error in over_draws(getattr(datasets, f"load_{name}")().data).items()
    }


def over_draws(table: np.ndarray) -> dict[str, float]:
    """The means of five draws."""
    draws = [errors(table, seed) for seed in range(5)]
    return {way: float(np.mean([draw[way] for draw in draws])) for way in draws[0]}


def errors(table: np.ndarray, seed: int) -> dict[str, float]:
    """One draw."""
    random = np.random.default_rng(seed)
    rows = random.permutation(len(table))
    cut = len(table) * 7 // 10
    scaler = StandardScaler().fit(table[rows[:cut]])
    x, test = (scaler.transform(table[part]).astype("float32") for part in np.split(rows, [cut]))
    missing = random.random(test.shape) < MISSING
    holed = np.where(missing, np.nan, test)
    filled = {
        "column means": np.zeros_like(test),
        "k nearest neighbours": KNNImputer(n_neighbors=5).fit(x).transform(holed),
        "denoising autoencoder": denoised(x, holed, missing, seed),
    }
    return {way: rmse(test - guess, missing) for way, guess in filled.items()}


def denoised(x, holed, missing, seed: int) -> np.ndarray:
    """Filled in by the reconstruction of rows whose missing numbers are 0, as in training."""
    model = models.autoencoder(x.shape[1], [128], 64)
    algorithm = learn.autoencoder(model, optim.adam(1e-3), corrupt=nn.MaskingNoise(MISSING))
    run = fit(algorithm, x, epochs=300, batch=32, seed=seed)
    return np.asarray(run.model.impute(jax.random.key(0), holed, missing))


def rmse(error: np.ndarray, missing: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(error[missing]))))
