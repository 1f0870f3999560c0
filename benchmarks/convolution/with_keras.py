"""Keras 3 on JAX, several steps per execution."""

from __future__ import annotations

import os
from collections.abc import Callable

os.environ["KERAS_BACKEND"] = "jax"

import keras
from keras import layers

from benchmarks.convolution.nets import BATCH, CLASSES, RATE, SHAPES, STEPS, data


def model_of(net: str) -> keras.Model:
    """The same net."""
    image = keras.Input(SHAPES[net])
    pool, mean = layers.MaxPooling2D, layers.GlobalAveragePooling2D
    if net == "cnn":
        x = pool()(conv(64)(pool()(conv(32)(image))))
        x = layers.Dense(128, "relu")(layers.Flatten()(x))
    elif net == "cifar_resnet":
        x = layers.ReLU()(normed(image, 32))
        x = mean()(block(block(block(x, 32), 64, 2), 128, 2))
    elif net == "vgg_block":
        x = mean()(pool()(conv(64)(conv(64)(image))))
    else:
        x = mean()(conv(64, 2)(conv(64, 2)(conv(32, 2)(image))))
    return keras.Model(image, layers.Dense(CLASSES)(x))


def conv(filters: int, stride: int = 1) -> layers.Layer:
    """3×3 with bias and rectifier."""
    return layers.Conv2D(filters, 3, stride, "same", activation="relu")


def normed(x, filters: int, size: int = 3, stride: int = 1):
    """A convolution, normalised."""
    bare = layers.Conv2D(filters, size, stride, "same", use_bias=False)
    return layers.BatchNormalization()(bare(x))


def block(x, filters: int, stride: int = 1):
    """Two normalised convolutions around which the input goes."""
    inner = normed(layers.ReLU()(normed(x, filters, 3, stride)), filters)
    skip = normed(x, filters, 1, stride) if stride > 1 else x
    return layers.ReLU()(inner + skip)


def trainer(net: str) -> Callable[[], None]:
    """A run of all steps."""
    x, y = data(net)
    x, y = x.reshape(-1, *SHAPES[net]), y.reshape(-1)
    model = model_of(net)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE), loss, steps_per_execution=STEPS)
    return lambda: model.fit(x, y, batch_size=BATCH, verbose=0)
