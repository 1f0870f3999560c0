"""Keras' trained networks: none is here, and each is named when asked for."""

from typing import Any

from gradus.keras import missing


def __getattr__(name: str) -> Any:
    raise missing.refusal("applications", name)
