"""Digits of a class that was never seen, told by how badly they are reconstructed."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

from benchmarks.imagining.digits import grey
from gradus.estimators import Autoencoder

SEEN, TEST = 5000, 3000


def anomalies() -> dict[str, float]:
    """Area under the ROC curve for each digit left out, and the mean of the ten."""
    (x, y), (test, test_y) = grey(), grey("test")
    test, test_y = test[:TEST], test_y[:TEST]
    found: dict[str, dict[int, float]] = {"autoencoder": {}, "isolation forest": {}}
    for digit in range(10):
        seen = x[y != digit][:SEEN]
        forms = {
            "autoencoder": Autoencoder(32, (128,), epochs=15, batch_size=128, random_state=0),
            "isolation forest": IsolationForest(random_state=0),
        }
        for name, form in forms.items():
            unlike = -form.fit(seen).score_samples(test)
            found[name][digit] = float(roc_auc_score(test_y == digit, unlike))
    means = {f"{name}, mean": float(np.mean([*each.values()])) for name, each in found.items()}
    single = {
        f"{name}, {digit} left out": area
        for name, each in found.items()
        for digit, area in each.items()
    }
    return means | single
