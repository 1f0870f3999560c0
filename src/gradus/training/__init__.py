"""Floor 4: the compiled run."""

from gradus.training.fit import fit, fit_many
from gradus.training.history import History
from gradus.training.many import Plan, Runs, divided, folds, leave_one_out, resamples, seeds, vary
from gradus.training.pretraining import pretrain
from gradus.training.rate_range import RateRange, rate_range
from gradus.training.run import Run
from gradus.training.saving import load, save
from gradus.training.shared import Shared
from gradus.training.stopping import Patience, Reach

__all__ = [
    "History",
    "Patience",
    "Plan",
    "RateRange",
    "Reach",
    "Run",
    "Runs",
    "Shared",
    "divided",
    "fit",
    "fit_many",
    "folds",
    "leave_one_out",
    "load",
    "pretrain",
    "rate_range",
    "resamples",
    "save",
    "seeds",
    "vary",
]
