"""Models whose reasons are known."""

import jax
import jax.numpy as jnp
import numpy as np

from gradus import nn

PATCH = np.zeros((6, 6), bool)
PATCH[2:4, 3:5] = True  # the pixels that alone decide


def linear_model(weights):
    """f(x) = x·w, with w of shape (*inputs, outputs), for inputs of one axis or more."""
    w = np.asarray(weights, float)
    dense = nn.Dense(w.shape[-1]).init(jax.random.key(0), (w[..., 0].size,))
    flat = jnp.asarray(w.reshape(-1, w.shape[-1]), dense.weight.dtype)
    return nn.Sequential(nn.Flatten(), dense.replace(weight=flat))


def patch_detector():
    """Output 1 is the brightness of the patch, output 0 is what is left to none: 0."""
    return linear_model(np.stack([np.zeros((6, 6, 1)), PATCH[..., None]], axis=-1))


def curved_net(shape=(6, 6, 1), units=8, outputs=3):
    """A small convolutional net without kinks, float64 where that is on."""
    layers = nn.Conv(4, 3, nn.tanh), nn.MeanPool(2), nn.Flatten(), nn.Dense(units, nn.tanh)
    return nn.Sequential(*layers, nn.Dense(outputs)).init(jax.random.key(1), shape)
