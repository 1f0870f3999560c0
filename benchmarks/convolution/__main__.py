"""Convolution on a CPU: `python -m benchmarks.convolution [loop|NET …] [--rounds 3]`.

First a list of layers: milliseconds of CPU time for values and gradients, one call after the other
and as many inside one compiled loop. XLA may leave its fast path inside loops; no ratio should be
above 2. `taskset -c 0` before the command gives the figures of one thread.

Then one training step of whole nets, in turn with PyTorch and Keras: forward, backward and a step
of Adam. Ours runs as in `fit`, many steps in one compiled loop. Wall time says how long it takes
on this machine as it is; CPU time of one thread says how much work it is, whatever else the
machine does. `first` is the time from import to the end of the first ten steps.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

from benchmarks.convolution.loops import in_and_out_of_loops
from benchmarks.convolution.nets import SHAPES
from benchmarks.convolution.worker import PEERS

NEEDS = {"with_torch": "torch", "with_keras": "keras"}
COLUMNS = ("wall ms", "CPU ms", "first s", "MiB")


def main() -> None:
    """The list of layers, then everybody in turn, each time in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.convolution", description=__doc__)
    parser.add_argument("parts", nargs="*", default=["loop", *SHAPES], help="loop, or nets")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count()])
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for part in given.parts:
        if part == "loop":
            in_and_out_of_loops(given.rounds)
            continue
        for threads in given.threads:
            show(f"{part}, threads: {threads}", in_turn(part, threads, given.rounds))


def in_turn(net: str, threads: int, rounds: int) -> dict[str, list]:
    """Everybody's figures, everybody having a turn in every round."""
    peers = [p for p, (file, _) in PEERS.items() if file not in NEEDS or find_spec(NEEDS[file])]
    found: dict[str, list] = {peer: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            found[peer] += ask(peer, net, threads)
    return found


def ask(peer: str, net: str, threads: int) -> list[list[float]]:
    """What a worker bound to so many cores measures."""
    command = [sys.executable, "-m", "benchmarks.convolution.worker", peer, net, str(threads)]
    cores = ",".join(map(str, range(threads)))
    done = subprocess.run(
        ["taskset", "-c", cores, *command], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def show(title: str, found: dict[str, list]) -> None:
    """Medians, and how many times as much as Gradus the others take."""
    print(f"\n{title}\n{'':24}" + "".join(f"{name:>9}{'ratio':>8}" for name in COLUMNS))
    ours = medians(found["gradus"])
    for peer, figures in found.items():
        pairs = zip(medians(figures), ours, strict=True)
        print(f"{peer:24}" + "".join(f"{a:9.2f}{a / b:7.2f}×" for a, b in pairs), flush=True)


def medians(rows: list[list[float]]) -> list[float]:
    """The median of every column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


if __name__ == "__main__":
    main()
