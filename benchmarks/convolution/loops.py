"""Layers one by one and in compiled loops."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp

from gradus import nn

STEPS = 10


def layers() -> dict[str, tuple]:
    """What the list holds: a layer and the shape of its inputs, batch axis included."""
    return {
        "3×3, 1→32": (nn.Conv(32, 3, padding="same"), (64, 28, 28, 1)),
        "3×3, 32→64": (nn.Conv(64, 3, padding="same"), (64, 14, 14, 32)),
        "3×3, full": (nn.Conv(32, 3, padding="full"), (64, 14, 14, 32)),
        "1×1, 64→64": (nn.Conv(64, 1), (64, 14, 14, 64)),
        "5×5, 3→32": (nn.Conv(32, 5, padding="same"), (64, 32, 32, 3)),
        "3×3, stride 2": (nn.Conv(64, 3, stride=2, padding="same"), (64, 16, 16, 32)),
        "1×1, stride 2": (nn.Conv(64, 1, stride=2), (64, 16, 16, 32)),
        "7×7, stride 2": (nn.Conv(32, 7, stride=2, padding="same"), (16, 64, 64, 3)),
        "3×3, dilation 2": (nn.Conv(32, 3, dilation=2, padding="same"), (64, 16, 16, 32)),
        "3×3, 4 groups": (nn.Conv(32, 3, groups=4, padding="same"), (64, 16, 16, 32)),
        "3×3, depthwise": (nn.Conv(32, 3, groups=32, padding="same"), (64, 16, 16, 32)),
        "separable 3×3": (nn.SeparableConv(64, 3, padding="same"), (64, 16, 16, 32)),
        "transposed 3×3, stride 2": (
            nn.ConvTranspose(16, 3, stride=2, padding="same"),
            (64, 8, 8, 32),
        ),
        "transposed 4×4 of 2×2": (nn.ConvTranspose(64, 4, stride=2), (64, 2, 2, 64)),
        "series, 5": (nn.Conv(64, 5, padding="same"), (64, 128, 32)),
        "series, 5, dilation 4": (nn.Conv(64, 5, dilation=4, padding="same"), (64, 128, 32)),
        "volume, 3×3×3": (nn.Conv(16, 3, padding="same"), (8, 16, 16, 16, 8)),
        "volume, stride 2": (nn.Conv(16, 3, stride=2, padding="same"), (8, 16, 16, 16, 8)),
        "volume, transposed": (
            nn.ConvTranspose(8, 3, stride=2, padding="same"),
            (8, 8, 8, 8, 16),
        ),
        "locally connected 3×3": (nn.LocallyConnected(16, 3), (64, 14, 14, 8)),
        "tiled 3×3": (nn.TiledConv(32, 3), (64, 14, 14, 16)),
        "p4 3×3": (nn.P4Conv(8, 3), (64, 14, 14, 16)),
        "max pool 2": (nn.MaxPool(2), (64, 28, 28, 32)),
        "max pool 3, stride 2": (nn.MaxPool(3, stride=2), (64, 28, 28, 32)),
        "mean pool 2": (nn.MeanPool(2), (64, 28, 28, 32)),
        "global max pool": (nn.GlobalMaxPool(), (64, 14, 14, 64)),
    }


def in_and_out_of_loops(rounds: int) -> None:
    """Values and gradients of every layer of the list, one by one and in a loop, in turn."""
    head = "".join(f"{word:>12}" for word in ("one by one", "in a loop", "ratio"))
    print(f"\n{'CPU ms for values and gradients':<41}{head}")
    for name, (layer, (batch, *shape)) in layers().items():
        layer = layer.init(jax.random.key(0), tuple(shape))
        x = jax.random.normal(jax.random.key(1), (batch, *shape))
        alone, loop = apart(layer, x), together(layer, x)
        alone(), loop()  # compiled here
        figures: tuple[list, list] = ([], [])
        for _ in range(rounds):
            for run, found in zip((alone, loop), figures, strict=True):
                found.append(timed(run))
        a, b = map(statistics.median, figures)
        print(f"{name:40}{a:12.2f}{b:12.2f}{b / a:8.2f}×", flush=True)


def gradients(layer, x):
    """The gradients of the mean square of a layer's outputs."""
    return eqx.filter_grad(lambda both: jnp.square(both[0](both[1])).mean())((layer, x))


def apart(layer, x) -> Callable[[], None]:
    """Gradients, one call after the other."""
    run = eqx.filter_jit(gradients)

    def calls():
        for _ in range(STEPS):
            jax.block_until_ready(run(layer, x))

    return calls


def together(layer, x) -> Callable[[], None]:
    """As many in one compiled loop, each a step of gradient descent on layer and inputs."""
    arrays, rest = eqx.partition((layer, x), eqx.is_inexact_array)

    @jax.jit
    def loop(arrays):
        def step(arrays, _):
            slope = gradients(*eqx.combine(arrays, rest))
            return jax.tree.map(lambda a, g: a - 1e-3 * g, arrays, slope), None

        return jax.lax.scan(step, arrays, None, STEPS)[0]

    return lambda: jax.block_until_ready(loop(arrays))


def timed(run: Callable[[], None]) -> float:
    """Milliseconds of the processor per step of a run, whatever else the machine does."""
    began = time.process_time()
    run()
    return 1e3 * (time.process_time() - began) / STEPS
