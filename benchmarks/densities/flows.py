"""The flow that everybody trains: five masked autoregressive layers over six columns."""

from __future__ import annotations

import numpy as np

COLUMNS, LAYERS, HIDDEN = 6, 5, (64, 64)
BATCH, STEPS, RATE = 128, 100, 1e-3


def data() -> np.ndarray:
    """Six columns that depend on each other, bent, shape (STEPS, BATCH, COLUMNS)."""
    random = np.random.default_rng(0)
    x = random.normal(size=(STEPS, BATCH, COLUMNS)) @ random.normal(size=(COLUMNS, COLUMNS))
    return np.sinh(x / 3).astype("float32")
