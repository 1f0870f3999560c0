"""Keras 3 on JAX, several steps per execution."""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "jax"

import keras

from benchmarks.tasks import RATE, Task


def build(task: Task, steps_per_execution: int = 32):
    """The same net, compiled."""
    *hidden, classes = task.sizes[1:]
    layers = [keras.layers.Dense(units, "relu") for units in hidden]
    model = keras.Sequential([keras.Input((task.sizes[0],)), *layers, keras.layers.Dense(classes)])
    model.compile(
        keras.optimizers.Adam(RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=steps_per_execution,
    )
    return model


def trainer(task: Task, x, y, steps_per_execution: int = 32):
    """Train epoch after epoch."""
    model = build(task, steps_per_execution)

    def epochs(count: int) -> None:
        model.fit(x, y, batch_size=task.batch, epochs=count, verbose=0)

    return epochs


def whole(task: Task, x, y, x_test, y_test) -> float:
    """Build, train and judge."""
    model = build(task)
    model.fit(x, y, batch_size=task.batch, epochs=task.epochs, verbose=0)
    return float((model.predict(x_test, verbose=0).argmax(1) == y_test).mean())
