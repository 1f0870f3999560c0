"""Floor 2: optimisers, learning-rate schedules, and surfaces to try them on."""

from gradus.optim import surfaces
from gradus.optim.adam_family import adam, adamax, adamw, amsgrad, lion, nadam, radam
from gradus.optim.adaptive import adadelta, adagrad, delta_bar_delta, rmsprop
from gradus.optim.descent import momentum, nesterov, sgd
from gradus.optim.modifiers import clipped, noisy, per_layer
from gradus.optim.optimizer import Optimizer, OptimizerState
from gradus.optim.schedules import (
    Schedule,
    constant,
    cosine_decay,
    exponential_decay,
    inverse_time,
    linear_decay,
    one_cycle,
    piecewise,
    step_decay,
    warm_up,
)

__all__ = [
    "Optimizer",
    "OptimizerState",
    "Schedule",
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "adamw",
    "amsgrad",
    "clipped",
    "constant",
    "cosine_decay",
    "delta_bar_delta",
    "exponential_decay",
    "inverse_time",
    "linear_decay",
    "lion",
    "momentum",
    "nadam",
    "nesterov",
    "noisy",
    "one_cycle",
    "per_layer",
    "piecewise",
    "radam",
    "rmsprop",
    "sgd",
    "step_decay",
    "surfaces",
    "warm_up",
]
