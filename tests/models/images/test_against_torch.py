"""Values and gradients of the nets for images, with weights copied from PyTorch."""

from __future__ import annotations

from collections import OrderedDict

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradus import models
from gradus.base.tree import by_name, merge, split
from gradus.nn import Forward

torch = pytest.importorskip("torch")
t = torch.nn


# The nets of torchvision, rewritten in few lines with its names.


def conv(inputs, outputs, size, stride=1):
    return t.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)


class Block(t.Module):
    """Two convolutions 3×3, or a bottleneck."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        widened = 4 * width if bottleneck else width
        sizes = ((1, 1), (3, stride), (1, 1)) if bottleneck else ((3, stride), (3, 1))
        widths = [inputs, *[width] * (len(sizes) - 1), widened]
        self.count = len(sizes)
        for i, (size, step) in enumerate(sizes):
            setattr(self, f"conv{i + 1}", conv(widths[i], widths[i + 1], size, step))
            setattr(self, f"bn{i + 1}", t.BatchNorm2d(widths[i + 1]))
        self.downsample = None
        if stride > 1 or inputs != widened:
            self.downsample = t.Sequential(conv(inputs, widened, 1, stride), t.BatchNorm2d(widened))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = torch.relu(y) if i < self.count else y
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def torch_resnet(blocks, outputs, width, bottleneck=False):
    layers = OrderedDict(conv1=conv(3, width, 7, 2), bn1=t.BatchNorm2d(width), relu=t.ReLU())
    layers["maxpool"] = t.MaxPool2d(3, 2, 1)
    channels = width
    for i, count in enumerate(blocks):
        stage = []
        for j in range(count):
            stride = 2 if i and not j else 1
            stage.append(Block(channels, width * 2**i, stride, bottleneck))
            channels = width * 2**i * (4 if bottleneck else 1)
        layers[f"layer{i + 1}"] = t.Sequential(*stage)
    layers |= {"avgpool": Mean(), "fc": t.Linear(channels, outputs)}
    return t.Sequential(layers)


class Mean(t.Module):
    def forward(self, x):
        return x.mean((2, 3))


def torch_vgg(stages, outputs, width, hidden, pixels, batch_norm=False):
    layers, channels = [], 3
    for i, count in enumerate(stages):
        for _ in range(count):
            layers.append(t.Conv2d(channels, width * 2**i, 3, padding=1))
            channels = width * 2**i
            layers += [t.BatchNorm2d(channels), t.ReLU()] if batch_norm else [t.ReLU()]
        layers.append(t.MaxPool2d(2))
    classifier = t.Sequential(
        *(t.Linear(channels * pixels, hidden), t.ReLU(), t.Dropout()),
        *(t.Linear(hidden, hidden), t.ReLU(), t.Dropout(), t.Linear(hidden, outputs)),
    )
    parts = {"features": t.Sequential(*layers), "flatten": t.Flatten(), "classifier": classifier}
    return t.Sequential(OrderedDict(parts))


def torch_alexnet(outputs, hidden, pixels):
    features = t.Sequential(
        *(t.Conv2d(3, 64, 11, 4, 2), t.ReLU(), t.MaxPool2d(3, 2)),
        *(t.Conv2d(64, 192, 5, padding=2), t.ReLU(), t.MaxPool2d(3, 2)),
        *(t.Conv2d(192, 384, 3, padding=1), t.ReLU()),
        *(t.Conv2d(384, 256, 3, padding=1), t.ReLU()),
        *(t.Conv2d(256, 256, 3, padding=1), t.ReLU(), t.MaxPool2d(3, 2)),
    )
    classifier = t.Sequential(
        *(t.Dropout(), t.Linear(256 * pixels, hidden), t.ReLU()),
        *(t.Dropout(), t.Linear(hidden, hidden), t.ReLU(), t.Linear(hidden, outputs)),
    )
    parts = {"features": features, "flatten": t.Flatten(), "classifier": classifier}
    return t.Sequential(OrderedDict(parts))


class DenseLayer(t.Module):
    """A layer of a DenseNet."""

    def __init__(self, inputs, growth):
        super().__init__()
        self.norm1, self.conv1 = t.BatchNorm2d(inputs), conv(inputs, 4 * growth, 1)
        self.norm2, self.conv2 = t.BatchNorm2d(4 * growth), conv(4 * growth, growth, 3)

    def forward(self, x):
        y = self.conv1(torch.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(torch.relu(self.norm2(y)))], 1)


def torch_densenet(blocks, outputs, growth):
    channels = 2 * growth
    layers = OrderedDict(
        conv0=conv(3, channels, 7, 2), norm0=t.BatchNorm2d(channels), relu0=t.ReLU()
    )
    layers["pool0"] = t.MaxPool2d(3, 2, 1)
    for i, size in enumerate(blocks, 1):
        block = OrderedDict()
        for j in range(1, size + 1):
            block[f"denselayer{j}"] = DenseLayer(channels, growth)
            channels += growth
        layers[f"denseblock{i}"] = t.Sequential(block)
        if i < len(blocks):
            half = OrderedDict(norm=t.BatchNorm2d(channels), relu=t.ReLU())
            half |= {"conv": conv(channels, channels // 2, 1), "pool": t.AvgPool2d(2)}
            layers[f"transition{i}"] = t.Sequential(half)
            channels //= 2
    layers[f"norm{len(blocks) + 1}"] = t.BatchNorm2d(channels)
    parts = {"features": t.Sequential(layers), "relu": t.ReLU(), "pool": Mean()}
    return t.Sequential(OrderedDict(parts, classifier=t.Linear(channels, outputs)))


NETS = {  # ours, PyTorch's, the side of the images
    "resnet": (
        models.resnet([1, 2], 5, width=4),
        lambda: torch_resnet([1, 2], 5, 4),
        16,
    ),
    "resnet of bottlenecks": (
        models.resnet([1, 1], 5, width=2, bottleneck=True),
        lambda: torch_resnet([1, 1], 5, 2, bottleneck=True),
        16,
    ),
    "vgg": (
        models.vgg([1, 2], 5, width=3, hidden=(6, 6), dropout=0.0),
        lambda: torch_vgg([1, 2], 5, 3, 6, pixels=4),
        8,
    ),
    "vgg with batch norm": (
        models.vgg([1, 1], 5, width=3, hidden=(6, 6), dropout=0.0, batch_norm=True),
        lambda: torch_vgg([1, 1], 5, 3, 6, pixels=4, batch_norm=True),
        8,
    ),
    "alexnet": (
        models.alexnet(5, towers=1, hidden=4),
        lambda: torch_alexnet(5, 4, pixels=1),
        63,
    ),
    "densenet": (
        models.densenet([1, 2], 5, growth=2),
        lambda: torch_densenet([1, 2], 5, 2),
        16,
    ),
}


def twins(name):
    """Our net and PyTorch's in float64, the same random weights and running averages in both."""
    ours, make, side = NETS[name]
    torch.manual_seed(0)
    theirs = make().double()
    for array in theirs.state_dict().values():
        if array.dtype == torch.float64:
            array.copy_(torch.rand_like(array) * 0.5 + (0.1 if array.ndim == 1 else -0.25))
    ready = eqx.filter_eval_shape(ours.init, jax.random.key(0), (side, side, 3))
    x = np.random.default_rng(0).normal(size=(3, side, side, 3))
    return models.load_weights(ready, theirs.state_dict()).model, theirs, x


def channels_first(x):
    return torch.tensor(x.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("name", NETS)
def test_values(name, float64):
    """At inference: running averages, and the first dense layer sees the pixels in its order."""
    ours, theirs, x = twins(name)
    expected = theirs.eval()(channels_first(x)).detach().numpy()
    np.testing.assert_allclose(eqx.filter_jit(ours)(x), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["resnet", "vgg with batch norm", "densenet"])
def test_gradients_and_averages_in_training(name, float64):
    ours, theirs, x = twins(name)
    if name.startswith("vgg"):
        theirs[2][2].p = theirs[2][5].p = 0.0
    theirs.train()(channels_first(x)).square().sum().backward()

    @eqx.filter_jit
    def slope(ours):
        params, rest = split(ours)

        def loss(params):
            whole, forward = merge(params, rest), Forward(training=True)
            value = jnp.sum(jnp.square(whole(jnp.asarray(x), forward)))
            return value, forward.updated(whole)

        return jax.grad(loss, has_aux=True)(params)

    found, moved = slope(ours)
    slopes = {k: p.grad for k, p in theirs.named_parameters()}
    expected = by_name(models.load_weights(ours, slopes, strict=False).model)
    for key, array in by_name(found).items():
        np.testing.assert_allclose(array, expected[key], rtol=1e-7, atol=1e-9, err_msg=key)
    averages = by_name(models.load_weights(ours, theirs.state_dict()).model)
    for key, array in by_name(moved).items():
        np.testing.assert_allclose(array, averages[key], rtol=1e-9, err_msg=key)
