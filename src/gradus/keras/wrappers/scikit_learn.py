"""The names that older versions of Keras had for estimators of scikit-learn."""

from typing import Any

from gradus.keras import missing


def __getattr__(name: str) -> Any:
    raise missing.refusal("wrappers.scikit_learn", name)
