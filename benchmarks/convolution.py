"""Convolution in loops and beside PyTorch, on a CPU: `python -m benchmarks.convolution [part …]`.

First a list of layers: milliseconds of values and gradients, one call after the other and as many
inside one compiled loop. XLA may leave its fast path inside loops; no ratio should be above 2.

Then one training step of whole nets, in turn with PyTorch, its images with channels last and
first: forward, backward and a step of Adam. Ours runs as in `fit`, many steps in one compiled loop.
Wall time says how long it takes on this machine as it is; CPU time of one thread says how much
work it is, whatever else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

NETS = ("cnn", "vgg_block", "strided")
PEERS = ("gradus", "torch, channels last", "torch, channels first", "torch.compile")
SHAPES = {"cnn": (28, 28, 1), "vgg_block": (16, 16, 64), "strided": (32, 32, 16)}
BATCH, STEPS, REPEATS = 128, 10, 5


def main() -> None:
    """The list of layers, then everybody in turn, each time in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convolution", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["loop", *NETS], help="loop, or nets")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count()])
    given = parser.parse_args()
    for part in given.parts:
        if part == "loop":
            in_and_out_of_loops(given.rounds)
            continue
        for threads in given.threads:
            found: dict[str, list] = {peer: [] for peer in PEERS}
            for _ in range(given.rounds):
                for peer in PEERS:
                    found[peer] += ask(peer, part, threads)
            show(f"{part}, {threads} threads: ms per step", found)


def layers() -> dict[str, tuple]:
    """What the list holds: a layer and the shape of its inputs, batch axis included."""
    from gradus import nn

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
    """Values and gradients of every layer of the list, one by one and in a loop."""
    import jax

    print(f"\nms for values and gradients{'':14}{'one by one':>12}{'in a loop':>12}{'ratio':>9}")
    for name, (layer, (batch, *shape)) in layers().items():
        layer = layer.init(jax.random.key(0), tuple(shape))
        x = jax.random.normal(jax.random.key(1), (batch, *shape))
        alone, loop = apart(layer, x), together(layer, x)
        figures: tuple[list, list] = ([], [])
        for _ in range(rounds):
            for run, found in zip((alone, loop), figures, strict=True):
                found.append(timed(run, STEPS)[0])
        a, b = map(statistics.median, figures)
        print(f"{name:40}{a:12.2f}{b:12.2f}{b / a:8.2f}×", flush=True)


def gradients(layer, x):
    """The gradients of the mean square of a layer's outputs."""
    import equinox as eqx
    import jax.numpy as jnp

    return eqx.filter_grad(lambda both: jnp.square(both[0](both[1])).mean())((layer, x))


def apart(layer, x) -> Callable[[], None]:
    """Gradients, one call after the other."""
    import equinox as eqx
    import jax

    run = eqx.filter_jit(gradients)

    def calls():
        for _ in range(STEPS):
            jax.block_until_ready(run(layer, x))

    return calls


def together(layer, x) -> Callable[[], None]:
    """As many in one compiled loop, each a step of gradient descent on layer and inputs."""
    import equinox as eqx
    import jax

    arrays, rest = eqx.partition((layer, x), eqx.is_inexact_array)

    @jax.jit
    def loop(arrays):
        def step(arrays, _):
            slope = gradients(*eqx.combine(arrays, rest))
            return jax.tree.map(lambda a, g: a - 1e-3 * g, arrays, slope), None

        return jax.lax.scan(step, arrays, None, STEPS)[0]

    return lambda: jax.block_until_ready(loop(arrays))


def timed(run: Callable[[], None], steps: int) -> tuple[float, float]:
    """Wall and CPU milliseconds per step, the first run not counted."""
    if run not in WARM:
        run()
        WARM.append(run)
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1e3 * wall / steps, 1e3 * cpu / steps


WARM: list[Callable] = []


def ask(peer: str, net: str, threads: int) -> list[list[float]]:
    """Wall and CPU milliseconds per step of several runs, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.convolution_worker", peer, net, str(threads)]
    cores = f"{','.join(map(str, range(threads)))}"
    done = subprocess.run(
        ["taskset", "-c", cores, *command], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def show(title: str, found: dict[str, list]) -> None:
    """Medians, and how many times as long as Gradus the others take."""
    print(f"\n{title}\n{'':24}{'wall':>9}{'ratio':>9}{'CPU':>9}{'ratio':>9}")
    ours = [statistics.median(column) for column in zip(*found["gradus"], strict=True)]
    for peer, figures in found.items():
        wall, cpu = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{peer:24}{wall:9.2f}{wall / ours[0]:8.2f}×{cpu:9.2f}{cpu / ours[1]:8.2f}×")


if __name__ == "__main__":
    main()
