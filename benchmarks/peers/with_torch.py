"""PyTorch's usual loop: tensors in memory, a shuffled permutation, slices of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch

from benchmarks.tasks import RATE, Task


def model_of(task: Task) -> torch.nn.Module:
    """The same net."""
    return VAE(task) if task.code else chain(*task.sizes)


def chain(*sizes: int) -> torch.nn.Module:
    """Linear layers with rectifiers between."""
    layers: list = []
    for inputs, units in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, units), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class VAE(torch.nn.Module):
    """The same variational autoencoder: a forward pass is minus its evidence lower bound."""

    def __init__(self, task: Task):
        super().__init__()
        columns, *hidden = task.sizes
        self.encoder = chain(columns, *hidden, 2 * task.code)
        self.decoder = chain(task.code, *hidden[::-1], columns)

    def forward(self, x):
        mean, log_std = self.encoder(x).chunk(2, dim=1)
        z = mean + log_std.exp() * torch.randn_like(mean)
        bce = torch.nn.functional.binary_cross_entropy_with_logits
        cost = bce(self.decoder(z), x, reduction="sum")
        kl = 0.5 * (mean.square() + (2 * log_std).expm1()) - log_std
        return (cost + kl.sum()) / len(x)


def trainer(task: Task, x, y, threads: int = 1, compiled: bool = False):
    """Train epoch after epoch."""
    torch.set_num_threads(threads)
    x, y = torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))
    model = model_of(task)
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    loss_of = torch.nn.CrossEntropyLoss()

    def step(x, y):
        optimizer.zero_grad()
        loss = model(x) if task.code else loss_of(model(x), y)
        loss.backward()
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
