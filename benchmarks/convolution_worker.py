"""One peer trains one net: `python -m benchmarks.convolution_worker PEER NET THREADS`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import numpy as np

from benchmarks.convolution import BATCH, REPEATS, SHAPES, STEPS, timed


def data(net: str) -> tuple[np.ndarray, np.ndarray]:
    """One batch for each step."""
    random = np.random.default_rng(0)
    x = random.normal(size=(STEPS, BATCH, *SHAPES[net])).astype("float32")
    return x, random.integers(0, 10, (STEPS, BATCH)).astype("int32")


def with_gradus(net: str) -> Callable[[], None]:
    """Many steps of `supervised` in one compiled loop, as `fit` runs them."""
    import jax

    from gradus import nn, supervised
    from gradus.data.batch import Batch
    from gradus.likelihoods import Categorical
    from gradus.optim import adam

    def conv(filters: int, stride: int = 1) -> nn.Layer:
        return nn.Conv(filters, 3, nn.relu, stride=stride, padding="same")

    body = {
        "cnn": (
            conv(32),
            nn.MaxPool(2),
            conv(64),
            nn.MaxPool(2),
            nn.Flatten(),
            nn.Dense(128, nn.relu),
        ),
        "vgg_block": (conv(64), conv(64), nn.MaxPool(2), nn.GlobalMeanPool()),
        "strided": (conv(32, 2), conv(64, 2), conv(64, 2), nn.GlobalMeanPool()),
    }[net]
    algorithm = supervised(nn.Sequential(*body, nn.Dense(10)), Categorical(10), adam(1e-3))
    x, y = map(jax.numpy.asarray, data(net))
    state = algorithm.init(jax.random.key(0), Batch(x[0], y[0]))

    @jax.jit
    def steps(state, x, y):
        def step(state, batch):
            state, info = algorithm.step(state, Batch(*batch), jax.random.key(1))
            return state, info["loss"]

        return jax.lax.scan(step, state, (x, y))

    def run():
        nonlocal state
        state, _ = jax.block_until_ready(steps(state, x, y))

    return run


def with_torch(net: str, last: bool, compiled: bool) -> Callable[[], None]:
    """PyTorch's usual step, tensors in memory."""
    import torch
    from torch import nn

    def conv(inputs: int, filters: int, stride: int = 1) -> nn.Module:
        return nn.Sequential(nn.Conv2d(inputs, filters, 3, stride, 1), nn.ReLU())

    mean = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    model = nn.Sequential(
        *{
            "cnn": (
                *(conv(1, 32), nn.MaxPool2d(2), conv(32, 64), nn.MaxPool2d(2), nn.Flatten()),
                *(nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10)),
            ),
            "vgg_block": (conv(64, 64), conv(64, 64), nn.MaxPool2d(2), mean, nn.Linear(64, 10)),
            "strided": (conv(16, 32, 2), conv(32, 64, 2), conv(64, 64, 2), mean, nn.Linear(64, 10)),
        }[net]
    )
    x, y = data(net)
    images, labels = torch.from_numpy(x).movedim(-1, 2), torch.from_numpy(y.astype(np.int64))
    model = model.to(memory_format=torch.channels_last) if last else model
    batches = [b if last else b.contiguous() for b in images]
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    loss_of = nn.CrossEntropyLoss()

    def step(x, y):
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    if compiled:
        step = torch.compile(step)

    def run():
        for x, y in zip(batches, labels, strict=True):
            step(x, y)

    return run


def main(peer: str, net: str, threads: str) -> None:
    """Several runs after a first that is not counted."""
    if peer == "gradus":
        run = with_gradus(net)
    else:
        import torch

        torch.set_num_threads(int(threads))
        run = with_torch(net, last="first" not in peer, compiled="compile" in peer)
    print(json.dumps([timed(run, STEPS) for _ in range(REPEATS)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
