"""Models, and how they come from files."""

from typing import Any

from gradus.keras import missing
from gradus.keras.model import Model
from gradus.keras.saving import load_model, save_model
from gradus.keras.sequential import Sequential

__all__ = ["Model", "Sequential", "load_model", "save_model"]


def __getattr__(name: str) -> Any:
    raise missing.refusal("models", name)
