"""The few things that programs take from `keras.backend`."""

from __future__ import annotations

from typing import Any

from gradus.keras import missing
from gradus.keras.utils import clear_session


def epsilon() -> float:
    """The small number that keeps logarithms of probabilities finite."""
    return 1e-7


def floatx() -> str:
    """The type of all numbers."""
    return "float32"


def image_data_format() -> str:
    """Where channels stand in images."""
    return "channels_last"


__all__ = ["clear_session", "epsilon", "floatx", "image_data_format"]


def __getattr__(name: str) -> Any:
    raise missing.refusal("backend", name)
