"""The nets that everybody trains: one batch of random images for each step."""

from __future__ import annotations

import numpy as np

BATCH, STEPS = 128, 10
RATE, CLASSES = 1e-3, 10

# net -> shape of one image
SHAPES = {
    "cnn": (28, 28, 1),  # conv 32, pool, conv 64, pool, dense 128, dense 10
    "cifar_resnet": (32, 32, 3),  # ResNet-8: a stem of 32 filters, blocks of 32, 64 and 128
    "vgg_block": (16, 16, 64),  # conv 64, conv 64, pool, mean
    "strided": (32, 32, 16),  # conv 32, conv 64, conv 64, each with stride 2, mean
}

# name -> the file, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch, channels last": ("with_torch", {"last": True}),
    "torch, channels first": ("with_torch", {"last": False}),
    "torch.compile": ("with_torch", {"last": True, "compiled": True}),
    "keras": ("with_keras", {}),
}


def data(net: str) -> tuple[np.ndarray, np.ndarray]:
    """Images of shape (STEPS, BATCH, H, W, C), and their classes."""
    random = np.random.default_rng(0)
    x = random.normal(size=(STEPS, BATCH, *SHAPES[net])).astype("float32")
    return x, random.integers(0, CLASSES, (STEPS, BATCH)).astype("int32")
