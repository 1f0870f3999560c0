"""Keras' trained networks: none is here, and each is named when asked for."""

import sys
from typing import Any

from gradus.keras import missing


def __getattr__(name: str) -> Any:
    raise missing.refusal("applications", name)


# `from gradus.keras.applications.vgg16 import VGG16` asks here, too
for family in filter(str.islower, missing.NAMES["applications"].split()):
    sys.modules[f"{__name__}.{family}"] = sys.modules[__name__]
