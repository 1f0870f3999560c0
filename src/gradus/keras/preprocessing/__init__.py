"""Keras' preprocessing of text, sequences and images."""

from typing import Any

from gradus.keras import missing
from gradus.keras.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]


def __getattr__(name: str) -> Any:
    raise missing.refusal("preprocessing", name)
