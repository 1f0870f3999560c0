"""AlexNet, which began the rise of deep nets in 2012."""

from __future__ import annotations

from gradus import nn
from gradus.models.images.parts import choice, rectifier
from gradus.models.network import Network

FILTERS = {1: (64, 192, 384, 256, 256), 2: (96, 256, 384, 384, 256)}
STEMS = {"large": (11, 4, 2), "small": (5, 1, 2)}  # size, stride and margin


def alexnet(
    outputs: int, *, towers: int = 2, stem: str = "large", hidden: int = 4096, dropout: float = 0.5
) -> Network:
    """Five convolutions, three of them with pooling, then three dense layers.

    Arguments:
        outputs: numbers the model gives, one for each class.
        towers: 2 for the net of 2012: two halves (groups) in the second, fourth and fifth
            convolution, and normalisation over neighbouring channels (LRN); 1 for the net of 2014
            without either, as torchvision has it, whose names the weights bear.
        stem: the first convolution: "large" is 11×11 with stride 4, for images of about 224²;
            "small" is 5×5 with stride 1, for images from 15² up.
        hidden: units of the two hidden dense layers.
        dropout: probability of dropping an input of these layers in training.

    Raises InputError for other towers and stems, and, at `init`, for images that are too small.

    >>> nn.summary(alexnet(1000), (224, 224, 3)).parameters
    60965224
    >>> nn.summary(alexnet(1000, towers=1), (224, 224, 3)).parameters
    61100840

    Krizhevsky, Sutskever and Hinton (2012); Krizhevsky (2014). At 224² a margin of 2 stands for
    the images of 227² that the paper's numbers need.
    """
    paper = choice("alexnet", "towers", towers, tuple(FILTERS)) == 2
    first, second, *others = FILTERS[towers]
    size, stride, margin = STEMS[choice("alexnet", "stem", stem, tuple(STEMS))]
    normed = (rectifier(), nn.LocalResponseNorm()) if paper else (rectifier(),)

    def conv(filters: int, size: int, groups: int = 1) -> nn.Layer:
        init = nn.HeNormal()
        return nn.Conv(filters, size, padding=size // 2, groups=groups, weight_init=init)

    third, fourth, fifth = others
    features = nn.Sequential(
        nn.Conv(first, size, stride=stride, padding=margin, weight_init=nn.HeNormal()),
        *(*normed, nn.MaxPool(3, 2)),
        *(conv(second, 5, towers), *normed, nn.MaxPool(3, 2)),
        *(conv(third, 3), rectifier()),
        *(conv(fourth, 3, towers), rectifier()),
        *(conv(fifth, 3, towers), rectifier(), nn.MaxPool(3, 2)),
    )
    classifier = nn.Sequential(
        *(nn.Dropout(dropout), nn.Dense(hidden, weight_init=nn.HeNormal()), rectifier()),
        *(nn.Dropout(dropout), nn.Dense(hidden, weight_init=nn.HeNormal()), rectifier()),
        nn.Dense(outputs),
    )
    return Network(features=features, flatten=nn.Flatten(), classifier=classifier)
