"""Names of measures as people write them."""

from __future__ import annotations

WRITTEN = {
    "auc": "AUC",
    "f1": "F1",
    "mae": "MAE",
    "mse": "MSE",
    "psnr": "PSNR",
    "r2": "R²",
    "rmse": "RMSE",
}


def readable(name: str) -> str:
    """The name of a measure in a heading or a sentence.

    >>> readable("log_loss"), readable("r2")
    ('log loss', 'R²')
    """
    return WRITTEN.get(name, name.replace("_", " "))


def heading(name: str) -> str:
    """The same with a capital at its beginning."""
    return readable(name)[:1].upper() + readable(name)[1:]
