"""PyTorch's usual step, tensors in memory."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from benchmarks.convolution.nets import CLASSES, RATE, data


def model_of(net: str) -> nn.Module:
    """The same net."""
    mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    body = {
        "cnn": lambda: (
            *(conv(1, 32), nn.MaxPool2d(2), conv(32, 64), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, CLASSES)),
        ),
        "cifar_resnet": lambda: (
            *(normed(3, 32), nn.ReLU(), Block(32, 32), Block(32, 64, 2), Block(64, 128, 2)),
            *(mean, nn.Linear(128, CLASSES)),
        ),
        "vgg_block": lambda: (
            *(conv(64, 64), conv(64, 64), nn.MaxPool2d(2), mean, nn.Linear(64, CLASSES)),
        ),
        "strided": lambda: (
            *(conv(16, 32, 2), conv(32, 64, 2), conv(64, 64, 2), mean, nn.Linear(64, CLASSES)),
        ),
    }[net]()
    return nn.Sequential(*body)


def conv(inputs: int, filters: int, stride: int = 1) -> nn.Module:
    """3×3 with bias and rectifier."""
    return nn.Sequential(nn.Conv2d(inputs, filters, 3, stride, 1), nn.ReLU())


def normed(inputs: int, filters: int, size: int = 3, stride: int = 1) -> nn.Module:
    """A convolution, normalised."""
    bare = nn.Conv2d(inputs, filters, size, stride, size // 2, bias=False)
    return nn.Sequential(bare, nn.BatchNorm2d(filters))


class Block(nn.Module):
    """Two normalised convolutions around which the input goes."""

    def __init__(self, inputs: int, filters: int, stride: int = 1):
        super().__init__()
        first = normed(inputs, filters, stride=stride)
        self.inner = nn.Sequential(first, nn.ReLU(), normed(filters, filters))
        self.skip = normed(inputs, filters, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return nn.functional.relu(self.inner(x) + self.skip(x))


def trainer(net: str, threads: int, last: bool, compiled: bool = False) -> Callable[[], None]:
    """A run of all steps; `last`: images with channels last in memory."""
    torch.set_num_threads(threads)
    x, y = data(net)
    images, labels = torch.from_numpy(x).movedim(-1, 2), torch.from_numpy(y.astype(np.int64))
    model = model_of(net)
    if last:
        model.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    batches = [b if last else b.contiguous() for b in images]
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    loss_of = nn.CrossEntropyLoss()

    def step(x, y):
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    step = torch.compile(step) if compiled else step

    def run():
        for x, y in zip(batches, labels, strict=True):
            step(x, y)

    return run
