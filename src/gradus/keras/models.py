"""Models, and how they come from files."""

from gradus.keras.model import Model
from gradus.keras.saving import load_model, save_model
from gradus.keras.sequential import Sequential

__all__ = ["Model", "Sequential", "load_model", "save_model"]
