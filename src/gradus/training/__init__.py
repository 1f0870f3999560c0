"""Floor 4: the compiled run."""

from gradus.training.fit import fit, fit_many
from gradus.training.history import History
from gradus.training.many import Plan, Runs, folds, resamples, seeds, vary
from gradus.training.run import Run
from gradus.training.saving import load, save
from gradus.training.stopping import Patience

__all__ = [
    "History", "Patience", "Plan", "Run", "Runs",
    "fit", "fit_many", "folds", "load", "resamples", "save", "seeds", "vary",
]
