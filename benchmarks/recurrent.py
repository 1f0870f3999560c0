"""Recurrent layers beside PyTorch's fused ones: `python -m benchmarks.recurrent [layer …]`.

Milliseconds of one training step, forward and backward and a step of gradient descent, of one
layer that returns every step: 32 features, 128 units, 50 steps, 64 sequences. Ours runs as in
`fit`, many steps in one compiled loop. Wall time says how long it takes on this machine as it is;
CPU time of one thread says how much work it is, whatever else the machine does.
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

B, T, D, H = 64, 50, 32, 128
LAYERS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
PEERS = ("gradus, 1 thread", "torch, 1 thread", "gradus, 2 threads", "torch, 2 threads")
STEPS, REPEATS = 20, 5


def main() -> None:
    """Everybody in turn, each time in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recurrent", description=__doc__)
    parser.add_argument("layers", nargs="*", default=list(LAYERS))
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for layer in given.layers:
        wall: dict[str, list[float]] = {peer: [] for peer in PEERS}
        work: dict[str, list[float]] = {peer: [] for peer in PEERS}
        for _ in range(given.rounds):
            for peer in PEERS:
                for one, other in ask(peer, layer):
                    wall[peer].append(one)
                    work[peer].append(other)
        show(f"{layer}: ms per step, wall", wall, PEERS)
        show(f"{layer}: ms per step, CPU of one thread", work, PEERS[:2])


def ask(peer: str, layer: str) -> list[list[float]]:
    """Wall and CPU milliseconds per step of several runs, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.recurrent", "--worker", peer, layer]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def show(title: str, figures: dict[str, list[float]], peers: tuple[str, ...]) -> None:
    """Medians, and how many times as long as Gradus with as many threads the others take."""
    print(f"\n{title}\n{'':20}{'median':>9}{'min':>9}{'max':>9}{'ratio':>9}")
    for peer in peers:
        ours = statistics.median(figures[peer.replace("torch", "gradus")])
        found, middle = figures[peer], statistics.median(figures[peer])
        print(f"{peer:20}{middle:9.2f}{min(found):9.2f}{max(found):9.2f}{middle / ours:8.2f}×")


def worker(peer: str, layer: str) -> list[tuple[float, float]]:
    """Wall and CPU milliseconds per step."""
    name, threads = peer.split(", ")
    train = {"gradus": with_gradus, "torch": with_torch}[name](layer, int(threads[0]))
    train()
    took = []
    for _ in range(REPEATS):
        wall, work = time.perf_counter(), time.process_time()
        train()
        passed = time.perf_counter() - wall, time.process_time() - work
        took.append(tuple(1e3 * seconds / STEPS for seconds in passed))
    return took


def with_gradus(layer: str, threads: int) -> Callable[[], None]:
    """Our layer, its steps in one compiled loop."""
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    import jax
    import jax.numpy as jnp

    import gradus  # noqa: F401 - sets JAX up before it starts
    from gradus import nn

    kind = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.SimpleRNN}[layer]
    net = kind(H, return_sequences=True).init(jax.random.key(0), (T, D))
    x = jax.random.normal(jax.random.key(1), (B, T, D))

    def step(net, _):
        slope = jax.grad(lambda net, x: jnp.sum(jnp.square(net(x))))(net, x)
        return jax.tree.map(lambda w, g: w - 1e-6 * g, net, slope), None

    run = jax.jit(lambda net: jax.lax.scan(step, net, None, length=STEPS)[0])
    return lambda: jax.block_until_ready(run(net))


def with_torch(layer: str, threads: int) -> Callable[[], None]:
    """PyTorch's layer, eager, as there is no other way to its fused kernels."""
    import torch

    torch.set_num_threads(threads)
    net = getattr(torch.nn, LAYERS[layer])(D, H, batch_first=True)
    x, optimizer = torch.randn(B, T, D), torch.optim.SGD(net.parameters(), 1e-6)

    def run() -> None:
        for _ in range(STEPS):
            optimizer.zero_grad()
            net(x)[0].square().sum().backward()
            optimizer.step()

    return run


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(json.dumps(worker(*sys.argv[2:])))
    else:
        main()
