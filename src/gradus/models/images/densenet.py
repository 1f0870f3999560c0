"""DenseNet: every layer sees the outputs of all before it."""

from __future__ import annotations

from collections.abc import Sequence

from gradus import nn
from gradus.models.images.parts import choice, conv, rectifier, stages_of
from gradus.models.network import Network

BLOCKS = {
    121: (6, 12, 24, 16),
    169: (6, 12, 32, 32),
    201: (6, 12, 48, 32),
}
STEMS = ("large", "small")
BOTTLENECK = 4  # times the growth: channels between the two convolutions of a layer


def densenet(
    depth: int | Sequence[int], outputs: int, *, growth: int = 32, stem: str = "large"
) -> Network:
    """Blocks whose layers each add `growth` channels; between them channels and size are halved.

    Arguments:
        depth: 121, 169 or 201 layers with weights; or how many layers each block has, such as
            [6, 6, 6] for small images.
        outputs: numbers the model gives, one for each class.
        growth: channels that each layer adds; the first convolution has twice as many.
        stem: "large" begins with a 7×7 convolution and a pooling, each with stride 2; "small"
            with a 3×3 convolution, for images of about 32².

    Raises InputError for another depth or stem, and, at `init`, for images that are too small.

    >>> nn.summary(densenet(121, 1000), (224, 224, 3)).parameters
    7978856

    Huang, Liu, van der Maaten and Weinberger (2017), DenseNet-BC. Weights are named as
    torchvision's.
    """
    blocks = stages_of("densenet", depth, BLOCKS)
    channels, layers = 2 * growth, _stem(2 * growth, stem)
    for i, size in enumerate(blocks, 1):
        connections = {f"denselayer{j}": _connection(growth) for j in range(1, size + 1)}
        layers[f"denseblock{i}"] = Network(**connections)
        channels += size * growth
        if i < len(blocks):
            channels //= 2
            layers[f"transition{i}"] = _transition(channels)
    layers[f"norm{len(blocks) + 1}"] = nn.BatchNorm()
    return Network(
        features=Network(**layers),
        relu=rectifier(),
        pool=nn.GlobalMeanPool(),
        classifier=nn.Dense(outputs),
    )


def _stem(filters: int, kind: str) -> dict[str, nn.Layer]:
    if choice("densenet", "stem", kind, STEMS) == "small":
        return {"conv0": conv(filters, 3)}
    return {
        "conv0": conv(filters, 7, 2),
        "norm0": nn.BatchNorm(),
        "relu0": rectifier(),
        "pool0": nn.MaxPool(3, 2, 1),
    }


def _connection(growth: int) -> nn.Layer:
    return nn.DenseConnection(
        Network(
            norm1=nn.BatchNorm(),
            relu1=rectifier(),
            conv1=conv(BOTTLENECK * growth, 1),
            norm2=nn.BatchNorm(),
            relu2=rectifier(),
            conv2=conv(growth, 3),
        )
    )


def _transition(filters: int) -> Network:
    return Network(
        norm=nn.BatchNorm(),
        relu=rectifier(),
        conv=conv(filters, 1),
        pool=nn.MeanPool(2),
    )
