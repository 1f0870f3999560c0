"""Many steps of `supervised` in one compiled loop, as `fit` runs them."""

from __future__ import annotations

from collections.abc import Callable

import jax

from benchmarks.convolution.nets import CLASSES, RATE, data
from gradus import nn, supervised
from gradus.data.batch import Batch
from gradus.likelihoods import Categorical
from gradus.optim import adam


def model_of(net: str) -> nn.Layer:
    """The net, whose last layer gives one number for each class."""
    body = {
        "cnn": lambda: (
            *(conv(32), nn.MaxPool(2), conv(64), nn.MaxPool(2)),
            *(nn.Flatten(), nn.Dense(128, nn.relu)),
        ),
        "cifar_resnet": lambda: (
            *normed(32),
            *(block(32), block(64, stride=2), block(128, stride=2)),
            nn.GlobalMeanPool(),
        ),
        "vgg_block": lambda: (conv(64), conv(64), nn.MaxPool(2), nn.GlobalMeanPool()),
        "strided": lambda: (conv(32, 2), conv(64, 2), conv(64, 2), nn.GlobalMeanPool()),
    }[net]()
    return nn.Sequential(*body, nn.Dense(CLASSES))


def conv(filters: int, stride: int = 1) -> nn.Layer:
    """3×3 with bias and rectifier."""
    return nn.Conv(filters, 3, nn.relu, stride=stride, padding="same")


def normed(filters: int, size: int = 3, stride: int = 1, rectified: bool = True) -> list[nn.Layer]:
    """A convolution, normalised."""
    padding = "same" if size > 1 else "valid"
    layers = [nn.Conv(filters, size, stride=stride, padding=padding, use_bias=False)]
    return [*layers, nn.BatchNorm(), *([nn.Lambda(nn.relu)] if rectified else [])]


def block(filters: int, stride: int = 1) -> nn.Layer:
    """Two normalised convolutions around which the input goes."""
    inner = (*normed(filters, stride=stride), *normed(filters, rectified=False))
    shortcut = normed(filters, 1, stride, rectified=False) if stride > 1 else [nn.identity]
    return nn.Sequential(nn.Residual(*inner, shortcut=nn.Sequential(*shortcut)), nn.Lambda(nn.relu))


def trainer(net: str) -> Callable[[], None]:
    """A run of all steps."""
    algorithm = supervised(model_of(net), Categorical(CLASSES), adam(RATE))
    x, y = map(jax.numpy.asarray, data(net))
    state = algorithm.init(jax.random.key(0), Batch(x[0], y[0]))

    @jax.jit
    def steps(state, x, y):
        def step(state, batch):
            state, info = algorithm.step(state, Batch(*batch), jax.random.key(1))
            return state, info["loss"]

        return jax.lax.scan(step, state, (x, y))

    def run():
        nonlocal state
        state, _ = jax.block_until_ready(steps(state, x, y))

    return run
