"""Generators and discriminators that fit each other: of dense layers, and of convolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jax

from gradus import nn
from gradus.base.errors import InputError
from gradus.base.record import named
from gradus.models.mlp import mlp
from gradus.nn.layer import Layer


@named
def leaky(z: jax.Array) -> jax.Array:
    """g(z) = max(z, 0.2 z), the rectifier of discriminators: a slope everywhere."""
    return jax.nn.leaky_relu(z, 0.2)


def dense_gan(
    outputs: int,
    hidden: Sequence[int] = (128, 128),
    *,
    activation: Callable = nn.relu,
    spectral: bool = False,
    minibatch: bool = False,
) -> tuple[Layer, Layer]:
    """A generator and a discriminator for rows of a table, with the same hidden layers.

    Arguments:
        outputs: the length of one row.
        hidden: units of each hidden layer.
        activation: of the hidden units.
        spectral: whether the discriminator's layers are spectrally normalised.
        minibatch: whether the discriminator sees how near the examples of a batch are.

    >>> generator, discriminator = dense_gan(2, [32])
    >>> generator.output_shape((8,)), discriminator.output_shape((2,))
    ((2,), (1,))
    """
    bounded = nn.SpectralNorm if spectral else nn.as_layer
    together = [nn.MinibatchDiscrimination(16)] if minibatch else []
    layers = [bounded(nn.Dense(units, activation)) for units in hidden]
    judge = nn.Sequential(nn.Flatten(), *layers, *together, bounded(nn.Dense(1)))
    return mlp(hidden, outputs, activation=activation), judge


def dcgan(
    side: int = 28,
    channels: int = 1,
    *,
    width: int = 32,
    activation: Callable = nn.sigmoid,
    spectral: bool = False,
    minibatch: bool = False,
) -> tuple[Layer, Layer]:
    """A convolutional generator and discriminator for square pictures: strides, no pooling.

    The generator begins with pictures of a quarter of the side, and doubles it twice by transposed
    convolutions, with batch normalisation and rectifiers; the discriminator halves it twice.

    Arguments:
        side: of the pictures, in pixels: 28, 32, or another multiple of 4.
        channels: 1 for grey, 3 for colour.
        width: channels of the larger hidden pictures; the smaller ones have twice as many.
        activation: of the generator's outputs: sigmoid for pixels from 0 to 1, tanh for −1 to 1.
        spectral: whether the discriminator's layers are spectrally normalised.
        minibatch: whether the discriminator sees how much a batch varies.

    Raises InputError for a side that is no multiple of 4.

    >>> generator, discriminator = dcgan(28)
    >>> generator.output_shape((64,)), discriminator.output_shape((28, 28, 1))
    ((28, 28, 1), (1,))

    Radford, Metz and Chintala (2016), made smaller, and with pixels from 0 to 1.
    """
    if side < 4 or side % 4:
        raise InputError("dcgan: side", expected="a multiple of 4", got=side, fix="pad to 28 or 32")
    start = (side // 4, side // 4, 2 * width)
    generator = nn.Sequential(
        nn.Dense(start[0] * start[1] * start[2], use_bias=False),
        nn.Reshape(start),
        *(nn.BatchNorm(), nn.relu),
        nn.ConvTranspose(width, 4, stride=2, padding="same", use_bias=False),
        *(nn.BatchNorm(), nn.relu),
        nn.ConvTranspose(channels, 4, activation, stride=2, padding="same"),
    )
    bounded = nn.SpectralNorm if spectral else nn.as_layer
    discriminator = nn.Sequential(
        bounded(nn.Conv(width, 4, leaky, stride=2, padding="same")),
        bounded(nn.Conv(2 * width, 4, leaky, stride=2, padding="same")),
        *([nn.MinibatchDeviation()] if minibatch else []),
        nn.Flatten(),
        bounded(nn.Dense(1)),
    )
    return generator, discriminator
