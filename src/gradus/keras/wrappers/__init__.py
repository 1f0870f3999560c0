"""Keras' models as estimators of scikit-learn: none is here, and each is named when asked for."""

from typing import Any

from gradus.keras import missing
from gradus.keras.wrappers import scikit_learn

__all__ = ["scikit_learn"]


def __getattr__(name: str) -> Any:
    raise missing.refusal("wrappers", name)
