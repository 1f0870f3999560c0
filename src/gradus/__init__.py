"""Deep learning you can see through.

Write the formula as it stands on the board; it is differentiated, compiled as one program,
trained, checked, and saved.

    from gradus import fit, models, supervised
    from gradus.likelihoods import Categorical
    from gradus.optim import adam

    run = fit(supervised(models.mlp([64, 32], 10), Categorical(10), adam(1e-3)), (x, y))

Names are loaded when they are first used: `import gradus` alone costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from gradus.base.platform import prepare
from gradus.base.version import __version__ as __version__

prepare()

# public name -> the room it lives in
PUBLIC = {
    "Algorithm": "gradus.learn",
    "InputError": "gradus.base.errors",
    "Patience": "gradus.training",
    "assess": "gradus.evaluation",
    "capacity_curve": "gradus.evaluation",
    "check_gradient": "gradus.calculus",
    "compare": "gradus.evaluation",
    "critical_point": "gradus.calculus",
    "curvature": "gradus.calculus",
    "derivative": "gradus.calculus",
    "evaluate": "gradus.evaluation",
    "fit": "gradus.training",
    "fit_many": "gradus.training",
    "folds": "gradus.training",
    "hazards": "gradus.calculus",
    "learning_curve": "gradus.evaluation",
    "load": "gradus.training",
    "named": "gradus.base.record",
    "perceptron": "gradus.learn",
    "random_labels": "gradus.evaluation",
    "rate_range": "gradus.training",
    "resamples": "gradus.training",
    "save": "gradus.training",
    "search": "gradus.tuning",
    "seeds": "gradus.training",
    "stable": "gradus.calculus",
    "supervised": "gradus.learn",
    "trace": "gradus.calculus",
    "vary": "gradus.training",
}
ROOMS = (
    *("augment", "calculus", "data", "estimators", "evaluation", "filters", "insight", "keras"),
    *("learn", "likelihoods", "metrics", "models", "nn", "optim", "penalties", "report", "robust"),
    "tuning",
)

__all__ = [*PUBLIC, *ROOMS]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:  # what `__getattr__` finds, for editors and type checkers
    from gradus import augment as augment
    from gradus import calculus as calculus
    from gradus import data as data
    from gradus import estimators as estimators
    from gradus import evaluation as evaluation
    from gradus import filters as filters
    from gradus import insight as insight
    from gradus import keras as keras
    from gradus import learn as learn
    from gradus import likelihoods as likelihoods
    from gradus import metrics as metrics
    from gradus import models as models
    from gradus import nn as nn
    from gradus import optim as optim
    from gradus import penalties as penalties
    from gradus import report as report
    from gradus import robust as robust
    from gradus import tuning as tuning
    from gradus.base.errors import InputError as InputError
    from gradus.base.record import named as named
    from gradus.calculus import check_gradient as check_gradient
    from gradus.calculus import critical_point as critical_point
    from gradus.calculus import curvature as curvature
    from gradus.calculus import derivative as derivative
    from gradus.calculus import hazards as hazards
    from gradus.calculus import stable as stable
    from gradus.calculus import trace as trace
    from gradus.evaluation import assess as assess
    from gradus.evaluation import capacity_curve as capacity_curve
    from gradus.evaluation import compare as compare
    from gradus.evaluation import evaluate as evaluate
    from gradus.evaluation import learning_curve as learning_curve
    from gradus.evaluation import random_labels as random_labels
    from gradus.learn import Algorithm as Algorithm
    from gradus.learn import perceptron as perceptron
    from gradus.learn import supervised as supervised
    from gradus.training import Patience as Patience
    from gradus.training import fit as fit
    from gradus.training import fit_many as fit_many
    from gradus.training import folds as folds
    from gradus.training import load as load
    from gradus.training import rate_range as rate_range
    from gradus.training import resamples as resamples
    from gradus.training import save as save
    from gradus.training import seeds as seeds
    from gradus.training import vary as vary
    from gradus.tuning import search as search


def __getattr__(name: str):
    if name in PUBLIC:
        return getattr(importlib.import_module(PUBLIC[name]), name)
    if name in ROOMS:
        return importlib.import_module(f"gradus.{name}")
    raise AttributeError(f"module 'gradus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
