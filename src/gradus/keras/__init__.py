"""Floor 6: Keras' names on gradus: a thin translation, no second engine."""

from typing import Any

from gradus.keras import (
    activations,
    applications,
    backend,
    callbacks,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    missing,
    models,
    optimizers,
    preprocessing,
    regularizers,
    utils,
    wrappers,
)
from gradus.keras.layers.base import Layer
from gradus.keras.model import Model
from gradus.keras.sequential import Sequential
from gradus.keras.tensors import Input, KerasTensor

__all__ = [
    "Input",
    "KerasTensor",
    "Layer",
    "Model",
    "Sequential",
    "activations",
    "applications",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "missing",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
]


def __getattr__(name: str) -> Any:
    raise missing.refusal("keras", name)
