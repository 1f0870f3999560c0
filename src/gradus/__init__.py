"""Deep learning you can see through.

Write the formula as it stands on the board; it is differentiated, compiled as one program,
trained, checked, and saved.

    from gradus import fit, nn, supervised
    from gradus.likelihoods import Categorical
    from gradus.optim import adam

    run = fit(supervised(nn.mlp(64, 32, outputs=10), Categorical(10), adam(1e-3)), (x, y))

Names are loaded when they are first used: `import gradus` alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from gradus.base.platform import prepare

__version__ = "0.1.0"

prepare()

# public name -> the room it lives in
PUBLIC = {
    "Algorithm": "gradus.learn",
    "InputError": "gradus.base.errors",
    "Patience": "gradus.training",
    "fit": "gradus.training",
    "fit_many": "gradus.training",
    "folds": "gradus.training",
    "load": "gradus.training",
    "named": "gradus.base.record",
    "perceptron": "gradus.learn",
    "rate_range": "gradus.training",
    "resamples": "gradus.training",
    "save": "gradus.training",
    "seeds": "gradus.training",
    "supervised": "gradus.learn",
    "vary": "gradus.training",
}
ROOMS = ("data", "learn", "likelihoods", "metrics", "models", "nn", "optim", "penalties", "report")

__all__ = [*PUBLIC, *ROOMS]

if TYPE_CHECKING:
    from gradus import data, learn, likelihoods, metrics, models, nn, optim, penalties, report
    from gradus.base.errors import InputError
    from gradus.base.record import named
    from gradus.training import (
        Patience, fit, fit_many, folds, load, rate_range, resamples, save, seeds, vary,
    )
    from gradus.learn import Algorithm, perceptron, supervised


def __getattr__(name: str):
    if name in PUBLIC:
        return getattr(importlib.import_module(PUBLIC[name]), name)
    if name in ROOMS:
        return importlib.import_module(f"gradus.{name}")
    raise AttributeError(f"module 'gradus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
