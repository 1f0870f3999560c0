"""LeNet-5, the first net that read cheques."""

from __future__ import annotations

from collections.abc import Callable

from gradus import nn


def lenet(
    outputs: int, *, activation: Callable = nn.tanh, pool: nn.Layer = nn.MeanPool(2)
) -> nn.Sequential:
    """Two convolutions 5×5 with pooling, then 120, 84 and `outputs` units.

    Arguments:
        outputs: numbers the model gives, one for each class.
        activation: the function g of all hidden layers.
        pool: a layer that halves the size; `nn.MaxPool(2)` is usual today.

    Raises InputError, at `init`, for images below 12 × 12.

    >>> print(str(nn.summary(lenet(10), (28, 28, 1))).splitlines()[-1])
    61,706 parameters, 61,470 of them weights

    LeCun, Bottou, Bengio and Haffner (1998), for images of 28 × 28, to which the first layer adds
    the margin that the paper's images of 32 × 32 have. There every map of the second convolution
    sees some of the first six only, pooling has weights, and the output is made of radial basis
    functions.
    """
    return nn.Sequential(
        *(nn.Conv(6, 5, activation, padding=2), pool),
        *(nn.Conv(16, 5, activation), pool),
        nn.Flatten(),
        *(nn.Dense(120, activation), nn.Dense(84, activation)),
        nn.Dense(outputs),
    )
