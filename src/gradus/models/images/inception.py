"""The inception block: windows of several sizes side by side."""

from __future__ import annotations

from typing import Any

from gradus import nn
from gradus.models.checks import check_numbers
from gradus.models.images.parts import conv, rectifier
from gradus.models.network import Network


def inception(
    one: int, three: tuple[int, int], five: tuple[int, int], pool: int, *, batch_norm: bool = False
) -> Network:
    """Convolutions 1×1, 3×3 and 5×5 and a pooling of one input, their channels side by side.

    Before the wide windows, and after the pooling, convolutions 1×1 reduce the channels.

    Arguments:
        one: filters of the 1×1 convolution.
        three: filters of the reduction, and of the 3×3 convolution after it.
        five: filters of the reduction, and of the 5×5 convolution after it.
        pool: filters after the 3×3 max pooling.
        batch_norm: normalise between each convolution and its rectifier.

    Raises InputError where `three` or `five` is no pair of numbers.

    >>> block = inception(64, (96, 128), (16, 32), 32)
    >>> block.output_shape((28, 28, 192)), nn.summary(block, (28, 28, 192)).parameters
    ((28, 28, 256), 163696)

    Szegedy et al. (2015), whose block "3a" this is.
    """

    check_numbers("inception", "three", three, (96, 128))
    check_numbers("inception", "five", five, (16, 32))

    def unit(filters: int, size: int) -> tuple[nn.Layer, ...]:
        normed = (nn.BatchNorm(),) if batch_norm else ()
        return conv(filters, size, bias=not batch_norm), *normed, rectifier()

    branches: tuple[Any, ...] = (
        nn.Sequential(*unit(one, 1)),
        nn.Sequential(*unit(three[0], 1), *unit(three[1], 3)),
        nn.Sequential(*unit(five[0], 1), *unit(five[1], 5)),
        nn.Sequential(nn.MaxPool(3, 1, "same"), *unit(pool, 1)),
    )
    return Network(branches=nn.Branches(*branches), join=nn.Concat())
