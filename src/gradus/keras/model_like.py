"""What those who train a model need to know of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from gradus.keras.layers.base import Layer
from gradus.keras.wiring import Plan, Wired


class ModelLike(Protocol):
    """A model of layers that is, or will be, compiled."""

    name: str
    plan: Plan
    goal: Any
    optimizer: Any
    optimizer_state: Any
    measured: Any
    stop_training: bool
    history: Any
    core: Any

    def ready(self) -> Wired:
        """The gradus layer with its weights."""
        ...

    def wired(self, part: Callable[[Layer], Any]) -> Wired:
        """The plan with a gradus layer for every layer."""
        ...
