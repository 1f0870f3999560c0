"""The all-convolutional net: strides in the place of pooling."""

from __future__ import annotations

from gradus import nn


def all_conv(
    outputs: int, *, width: int = 96, dropout: float = 0.5, input_dropout: float = 0.2
) -> nn.Sequential:
    """Convolutions alone, two of them with stride 2, and a mean over the image.

    Arguments:
        outputs: numbers the model gives, one for each class.
        width: filters of the first three convolutions; the others have twice as many.
        dropout: probability of dropping a number after each stride in training.
        input_dropout: probability of dropping a pixel.

    Raises InputError, at `init`, for images below 9 × 9.

    >>> nn.summary(all_conv(10), (32, 32, 3)).parameters
    1369738

    Springenberg, Dosovitskiy, Brox and Riedmiller (2015), All-CNN-C for CIFAR-10. The last
    convolution, of 1×1, comes here after the mean: the mean of its outputs is its output for the
    mean, so that it is a `Dense`; the rectifier that the paper puts on it is left out.
    """

    def conv(filters: int, size: int = 3, stride: int = 1, padding: int = 1) -> nn.Layer:
        return nn.Conv(filters, size, nn.relu, stride=stride, padding=padding)

    return nn.Sequential(
        nn.Dropout(input_dropout),
        *(conv(width), conv(width), conv(width, stride=2), nn.Dropout(dropout)),
        *(conv(2 * width), conv(2 * width), conv(2 * width, stride=2), nn.Dropout(dropout)),
        *(conv(2 * width, padding=0), conv(2 * width, 1, padding=0)),
        nn.GlobalMeanPool(),
        nn.Dense(outputs),
    )
