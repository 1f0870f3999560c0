"""ResNet: blocks that learn what to add to their input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp

from gradus import nn
from gradus.base.record import static
from gradus.models.images.parts import choice, conv, rectifier, stages_of
from gradus.models.network import Network


class Plan(NamedTuple):
    """A net as published.

    Arguments:
        blocks: how many there are in each stage.
        bottleneck: whether a block is 1×1, 3×3, 1×1 and widens fourfold, or twice 3×3.
        width: filters of the first stage.
        stem: how it begins.
    """

    blocks: tuple[int, ...]
    bottleneck: bool = False
    width: int = 64
    stem: str = "large"


PLANS = {
    18: Plan((2, 2, 2, 2)),
    34: Plan((3, 4, 6, 3)),
    50: Plan((3, 4, 6, 3), bottleneck=True),
    101: Plan((3, 4, 23, 3), bottleneck=True),
    152: Plan((3, 8, 36, 3), bottleneck=True),
    **{6 * n + 2: Plan((n, n, n), width=16, stem="small") for n in (1, 3, 5, 7, 9, 18)},
}
STEMS = ("large", "small")
SHORTCUTS = ("projection", "identity")
EXPANSION = 4  # how many times wider a bottleneck's output is


def resnet(
    depth: int | Sequence[int],
    outputs: int,
    *,
    width: int | None = None,
    bottleneck: bool | None = None,
    stem: str | None = None,
    shortcut: str = "projection",
    zero_init: bool = False,
) -> Network:
    """Stages of residual blocks y = max(0, s(x) + f(x)), each stage half as large, twice as wide.

    Arguments:
        depth: layers with weights: 18, 34, 50, 101 or 152 for images of about 224², 8, 20, 32,
            44, 56 or 110 for images of about 32²; or how many blocks each stage has.
        outputs: numbers the model gives, one for each class.
        width: filters of the first stage.
        bottleneck: whether f is 1×1, 3×3, 1×1 convolutions and widens fourfold; else 3×3 twice.
        stem: "large" begins with a 7×7 convolution and a pooling, each with stride 2; "small"
            with a 3×3 convolution, which leaves small images as large as they are.
        shortcut: s where the shape changes: "projection" is a 1×1 convolution, "identity" takes
            every second pixel and adds channels of zeros. Elsewhere s(x) = x.
        zero_init: start each f at 0, by the gain of its last normalisation: the net then begins
            as a shallow one.

    Width, bottleneck and stem are those of the paper unless they are given: for 8 to 110 layers
    16, no, small; for the others, and for blocks of your own, 64, from 50 layers on, large.

    Raises InputError for another depth, stem or shortcut, and, at `init`, for images that are too
    small.

    >>> nn.summary(resnet(18, 1000), (224, 224, 3)).parameters
    11689512
    >>> nn.summary(resnet(8, 10, width=32), (32, 32, 3)).parameters
    308650

    He, Zhang, Ren and Sun (2016); a bottleneck has its stride in the 3×3 convolution, as in
    torchvision, whose names the weights bear. `zero_init` is from Goyal et al. (2017).
    """
    given = {"width": width, "bottleneck": bottleneck, "stem": stem}
    plan = stages_of("resnet", depth, PLANS, Plan)
    plan = plan._replace(**{name: value for name, value in given.items() if value is not None})
    choice("resnet", "shortcut", shortcut, SHORTCUTS)
    last_norm = ZeroGain if zero_init else nn.BatchNorm
    inner = _bottleneck if plan.bottleneck else _basic
    channels, layers = plan.width, _stem(plan.width, plan.stem)
    for i, blocks in enumerate(plan.blocks):
        filters, stage = plan.width * 2**i, []
        widened = filters * EXPANSION if plan.bottleneck else filters
        for j in range(blocks):
            stride = 2 if i > 0 and j == 0 else 1
            change = inner(filters, stride, last_norm)
            stage.append(Block(change, shortcut=_shortcut(shortcut, channels, widened, stride)))
            channels = widened
        layers[f"layer{i + 1}"] = nn.Sequential(*stage)
    return Network(**layers, avgpool=nn.GlobalMeanPool(), fc=nn.Dense(outputs))


class Block(nn.Residual):
    """A residual that ends in a rectifier: y = max(0, s(x) + f(x))."""

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        return nn.relu(super().__call__(x, forward))


class ZeroGain(nn.BatchNorm):
    """A batch normalisation whose gain starts at 0."""

    def init(self, key, shape):
        ready = super().init(key, shape)
        return ready if ready is self else ready.replace(gain=jnp.zeros(shape[-1]))


class ZeroChannels(nn.Layer):
    """Channels of zeros after those there are, until there are `channels`."""

    channels: int = static()

    def __call__(self, x, forward: nn.Forward = nn.INFERENCE):
        more = self.channels - x.shape[-1]
        return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, more)])

    def output_shape(self, shape):
        return (*shape[:-1], self.channels)


def _stem(filters: int, kind: str) -> dict[str, nn.Layer]:
    normed = {"bn1": nn.BatchNorm(), "relu": rectifier()}
    if choice("resnet", "stem", kind, STEMS) == "small":
        return {"conv1": conv(filters, 3), **normed}
    return {"conv1": conv(filters, 7, 2), **normed, "maxpool": nn.MaxPool(3, 2, 1)}


def _basic(filters: int, stride: int, last_norm: type[nn.BatchNorm]) -> Network:
    return Network(
        conv1=conv(filters, 3, stride),
        bn1=nn.BatchNorm(),
        relu=rectifier(),
        conv2=conv(filters, 3),
        bn2=last_norm(),
    )


def _bottleneck(filters: int, stride: int, last_norm: type[nn.BatchNorm]) -> Network:
    return Network(
        conv1=conv(filters, 1),
        bn1=nn.BatchNorm(),
        relu1=rectifier(),
        conv2=conv(filters, 3, stride),
        bn2=nn.BatchNorm(),
        relu2=rectifier(),
        conv3=conv(EXPANSION * filters, 1),
        bn3=last_norm(),
    )


def _shortcut(kind: str, channels: int, widened: int, stride: int) -> nn.Layer:
    if stride == 1 and channels == widened:
        return nn.as_layer(nn.identity)
    if kind == "identity":
        return nn.Sequential(nn.MeanPool(1, stride), ZeroChannels(widened))
    return nn.Sequential(conv(widened, 1, stride), nn.BatchNorm())
