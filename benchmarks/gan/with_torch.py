"""PyTorch's usual loop: a step of the discriminator, then one of the generator."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import softplus

from benchmarks.gan.tasks import BETA1, RATE, TASKS, data


def dense(*sizes: int) -> nn.Sequential:
    """Affine layers with rectifiers between."""
    layers: list = []
    for inputs, units in pairwise(sizes):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def convolutional(latent: int, width: int = 32) -> tuple[nn.Module, nn.Module]:
    """The same pair as models.dcgan."""
    generator = nn.Sequential(
        nn.Linear(latent, 49 * 2 * width, bias=False),
        nn.Unflatten(1, (2 * width, 7, 7)),
        *(nn.BatchNorm2d(2 * width), nn.ReLU()),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False),
        *(nn.BatchNorm2d(width), nn.ReLU()),
        *(nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Sigmoid()),
    )
    discriminator = nn.Sequential(
        *(nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(width, 2 * width, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(49 * 2 * width, 1)),
    )
    return generator, discriminator


def trainer(name: str, threads: int = 1, compiled: bool = False) -> Callable[[], None]:
    """A run of all steps."""
    torch.set_num_threads(threads)
    task, x = TASKS[name], torch.from_numpy(data(name))
    if name == "points":
        generator, discriminator = dense(task.latent, 128, 128, 2), dense(2, 128, 128, 1)
    else:
        generator, discriminator = convolutional(task.latent)
        x = x.permute(0, 3, 1, 2).contiguous()
    players = [
        torch.optim.Adam(net.parameters(), RATE, betas=(BETA1, 0.999))
        for net in (discriminator, generator)
    ]

    def step(real):
        for player in players:
            player.zero_grad(set_to_none=True)
        made = generator(torch.randn(task.batch, task.latent)).detach()
        loss = softplus(-discriminator(real)).mean() + softplus(discriminator(made)).mean()
        loss.backward()
        players[0].step()
        made = generator(torch.randn(task.batch, task.latent))
        softplus(-discriminator(made)).mean().backward()
        players[1].step()

    if compiled:
        step = torch.compile(step)

    def run() -> None:
        for real in x.split(task.batch):
            step(real)

    return run
