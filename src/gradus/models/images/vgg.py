"""VGG: depth from small windows alone."""

from __future__ import annotations

from collections.abc import Sequence

from gradus import nn
from gradus.models.images.parts import conv, rectifier, stages_of
from gradus.models.network import Network

STAGES = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
GROWTH = 8  # the last stages are at most so many times as wide as the first


def vgg(
    depth: int | Sequence[int],
    outputs: int,
    *,
    width: int = 64,
    hidden: Sequence[int] = (4096, 4096),
    dropout: float = 0.5,
    batch_norm: bool = False,
) -> Network:
    """Stages of 3×3 convolutions, each ended by pooling and twice as wide as the one before.

    Arguments:
        depth: 11, 13, 16 or 19 layers with weights; or how many convolutions each stage has, such
            as [1, 1, 2] for small images.
        outputs: numbers the model gives, one for each class.
        width: filters of the first stage; they double up to eight times as many.
        hidden: units of the hidden dense layers.
        dropout: probability of dropping a hidden unit in training.
        batch_norm: normalise between convolution and rectifier.

    Raises InputError for another depth, and, at `init`, for images that n stages halve to
    nothing: they need a side of 2ⁿ.

    >>> nn.summary(vgg(16, 1000), (224, 224, 3)).parameters
    138357544

    Simonyan and Zisserman (2015). Weights are named and numbered as torchvision's, where images
    are of 224².
    """
    stages = stages_of("vgg", depth, STAGES)
    features: list[nn.Layer] = []
    for i, convolutions in enumerate(stages):
        filters = width * min(2**i, GROWTH)
        for _ in range(convolutions):
            features.append(conv(filters, 3, bias=True))
            features += [nn.BatchNorm(), rectifier()] if batch_norm else [rectifier()]
        features.append(nn.MaxPool(2))
    classifier: list[nn.Layer] = []
    for units in hidden:
        dense = nn.Dense(units, weight_init=nn.HeNormal())
        classifier += [dense, rectifier(), nn.Dropout(dropout)]
    return Network(
        features=nn.Sequential(*features),
        flatten=nn.Flatten(),
        classifier=nn.Sequential(*classifier, nn.Dense(outputs)),
    )
