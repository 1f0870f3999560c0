"""The same flow in PyTorch: masked linear layers, columns turned round between the layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from benchmarks.densities.flows import COLUMNS, HIDDEN, LAYERS, RATE, data

STEEPEST = 3.0


class Masked(nn.Linear):
    """A linear layer whose cut connections are masked in every pass."""

    def __init__(self, below: np.ndarray, above: np.ndarray, strict: bool = False):
        super().__init__(len(below), len(above))
        seen = below[None] < above[:, None] if strict else below[None] <= above[:, None]
        self.register_buffer("mask", torch.from_numpy(seen.astype("float32")))

    def forward(self, x):
        return nn.functional.linear(x, self.mask * self.weight, self.bias)


def conditioner() -> nn.Sequential:
    """μ and a of every column from the earlier ones; 0 at first."""
    below, layers = np.arange(1, COLUMNS + 1), []
    for units in HIDDEN:
        above = 1 + np.arange(units) * (COLUMNS - 1) // units
        layers += [Masked(below, above), nn.ReLU()]
        below = above
    head = Masked(below, np.tile(np.arange(1, COLUMNS + 1), 2), strict=True)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return nn.Sequential(*layers, head)


class Flow(nn.Module):
    """log p(x) of a masked autoregressive flow."""

    def __init__(self, x: torch.Tensor):
        super().__init__()
        self.shift = nn.Parameter(x.mean(0))
        self.log_scale = nn.Parameter(x.std(0).log())
        self.networks = nn.ModuleList(conditioner() for _ in range(LAYERS))

    def forward(self, x):
        x, log_det = (x - self.shift) * torch.exp(-self.log_scale), -self.log_scale.sum()
        for i, network in enumerate(self.networks):
            x = x.flip(1) if i else x
            mean, a = network(x).chunk(2, dim=1)
            log_scale = STEEPEST * torch.tanh(a / STEEPEST)
            x, log_det = (x - mean) * torch.exp(-log_scale), log_det - log_scale.sum(1)
        return -0.5 * (x**2 + np.log(2 * np.pi)).sum(1) + log_det


def trainer(threads: int, compiled: bool = False) -> Callable[[], float]:
    """A run of all steps, which gives their mean loss."""
    torch.set_num_threads(threads)
    x = torch.from_numpy(data())
    model = Flow(x.flatten(0, 1))
    optimizer = torch.optim.Adam(model.parameters(), RATE)

    def step(x):
        optimizer.zero_grad()
        loss = -model(x).mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    step = torch.compile(step) if compiled else step
    return lambda: float(torch.stack([step(batch) for batch in x]).mean())
