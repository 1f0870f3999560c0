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

NOTHING = ("", "()", "[]", "None", "Penalty()")  # settings that were not used


def told(value: object) -> str:
    """A setting as people write it; empty for one that was not used.

    >>> told((64, 32)), told(True), told(()), told(0.1)
    ('64, 32', 'yes', '', '0.1')
    """
    if isinstance(value, tuple | list):
        return ", ".join(map(told, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return "" if text in NOTHING else text


def readable(name: str) -> str:
    """The name of a measure in a heading or a sentence.

    >>> readable("log_loss"), readable("r2")
    ('log loss', 'R²')
    """
    return WRITTEN.get(name, name.replace("_", " "))


def heading(name: str) -> str:
    """The same with a capital at its beginning."""
    return readable(name)[:1].upper() + readable(name)[1:]
