"""`evaluate` and `predict`: a model in use."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np

from gradus.base.errors import InputError
from gradus.data.batch import Batch
from gradus.keras.examples import examples_of, inputs_of
from gradus.keras.generators import drawn, is_generator
from gradus.keras.model_like import ModelLike
from gradus.keras.translation import Translation, bare, translated
from gradus.training.part import average
from gradus.training.run import outputs


def evaluate(model: ModelLike, x: Any, y: Any, weight: Any, steps: int | None) -> dict[str, float]:
    """The loss and the metrics of examples by name; see `Model.evaluate`."""
    if is_generator(x):
        x, y = drawn(x, steps)[:2]
    examples = examples_of(model, x, y, weight)
    translation = translated(model, examples.y.y)
    core = bare(model, translation.outputs)
    rows = np.arange(examples.size, dtype=np.int32)
    found = measured(core, examples, rows, translation=translation)
    return translation.outputs.logs({name: float(value) for name, value in found.items()})


@partial(jax.jit, static_argnames="translation")
def measured(core: Any, examples: Batch, rows: Any, translation: Translation):
    """The means over all rows."""
    return average(lambda batch: translation.evaluate(core, batch), examples, rows)


def predict(model: ModelLike, x: Any, steps: int | None) -> Any:
    """The outputs for inputs; see `Model.predict`."""
    if is_generator(x):
        x = drawn(x, steps)[0]
    elif steps is not None:
        raise InputError(
            "predict: steps", expected="a generator of batches", got="arrays", fix="leave it out"
        )
    given = inputs_of(model, x)
    found = outputs(model.ready(), given)
    return list(found) if isinstance(found, tuple) else found
