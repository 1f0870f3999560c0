"""A small convolutional net."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradus import nn
from gradus.models.checks import check_numbers
from gradus.models.mlp import mlp


def cnn(
    filters: Sequence[int],
    outputs: int,
    *,
    hidden: Sequence[int] = (128,),
    kernel_size: int = 3,
    pool: int = 2,
    activation: Callable = nn.relu,
    dropout: float = 0.0,
    batch_norm: bool = False,
) -> nn.Sequential:
    """Convolution and pooling, again and again, then a multilayer perceptron on what is left.

    Arguments:
        filters: of each convolution; the size of the image is halved after each.
        outputs: numbers the model gives, `likelihood.size` for one target.
        hidden: units of each hidden layer of the perceptron.
        kernel_size: side of the windows of the convolutions, which keep the size of the image.
        pool: side of the windows of the pooling, and how many times smaller it makes an image.
        activation: the function g after each convolution and hidden layer.
        dropout: probability of dropping a hidden unit of the perceptron in training.
        batch_norm: normalise before each activation.

    Raises InputError for filters that are no list of numbers, and, at `init`, for images without a
    channel axis and for images too small to be pooled so often.

    >>> print(str(nn.summary(cnn([32, 64], 10), (28, 28, 1))).splitlines()[-1])
    421,642 parameters, 421,408 of them weights

    Goodfellow, Bengio and Courville (2016), section 9.3.
    """
    check_numbers("cnn", "filters", filters, [32, 64])
    layers: list[nn.Layer] = []
    window = (kernel_size, kernel_size)  # two axes: images without channels are no series
    for n in filters:
        if batch_norm:
            layers.append(nn.Conv(n, window, padding="same", use_bias=False))
            layers += [nn.BatchNorm(), nn.Lambda(activation)]
        else:
            layers.append(nn.Conv(n, window, activation, padding="same"))
        layers.append(nn.MaxPool(pool))
    perceptron = mlp(hidden, outputs, activation=activation, dropout=dropout, batch_norm=batch_norm)
    return nn.Sequential(*layers, *perceptron.layers)
