"""PyTorch's usual loop: tensors in memory, a shuffled permutation, slices of it."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.tasks import RATE, Task


def model_of(task: Task) -> torch.nn.Module:
    """The same net."""
    layers: list = []
    for inputs, units in zip(task.sizes, task.sizes[1:], strict=False):
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def trainer(task: Task, x, y, threads: int = 1, compiled: bool = False):
    """Train epoch after epoch."""
    torch.set_num_threads(threads)
    x, y = torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))
    model = model_of(task)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    loss_of = torch.nn.CrossEntropyLoss()

    def step(x, y):
        optimizer.zero_grad()
        loss_of(model(x), y).backward()
        optimizer.step()

    if compiled:
        step = torch.compile(step)

    def epochs(count: int) -> None:
        for _ in range(count):
            for rows in torch.randperm(len(x)).split(task.batch):
                step(x[rows], y[rows])

    epochs.model = model
    return epochs


def whole(task: Task, x, y, x_test, y_test) -> float:
    """Build, train and judge."""
    train = trainer(task, x, y)
    train(task.epochs)
    with torch.no_grad():
        guess = train.model(torch.from_numpy(x_test)).argmax(1).numpy()
    return float((guess == y_test).mean())
