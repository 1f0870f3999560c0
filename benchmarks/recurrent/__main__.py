"""Recurrent layers and nets of sequences: `python -m benchmarks.recurrent [NET …] [--rounds 3]`.

One training step, forward and backward and a step of the optimiser, in turn with PyTorch, eager
and compiled, and Keras on JAX. `lstm`, `gru` and `rnn` are one layer, `char_lm` and `transformer`
models of text. Ours runs as in `fit`, many steps in one compiled loop. Wall time says how long a
step takes on this machine as it is; CPU time how much work it is, whatever else the machine does.
`first` is the time from import to the end of the first ten steps, nothing kept from runs before;
`whole` that to the end of sixty. Peers with one thread are bound to one core: with more, XLA and
PyTorch spread even small steps.
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

from benchmarks.recurrent.nets import NETS
from benchmarks.recurrent.worker import PEERS

NEEDS = {"with_torch": "torch", "with_keras": "keras"}
COLUMNS = ("wall ms", "CPU ms", "first s", "whole s", "MiB")


def main() -> None:
    """Everybody in turn, each time in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recurrent", description=__doc__)
    parser.add_argument("nets", nargs="*", default=list(NETS))
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count()])
    parser.add_argument("--peers", nargs="*", default=list(PEERS))
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for net in given.nets:
        for threads in given.threads:
            show(f"{net}, threads: {threads}", in_turn(given.peers, net, threads, given.rounds))


def in_turn(peers: list[str], net: str, threads: int, rounds: int) -> dict[str, list]:
    """Everybody's figures, everybody having a turn in every round."""
    there = [p for p in peers if PEERS[p][0] not in NEEDS or find_spec(NEEDS[PEERS[p][0]])]
    found: dict[str, list] = {peer: [] for peer in there}
    for _ in range(rounds):
        for peer in there:
            found[peer] += ask(peer, net, threads)
    return found


def ask(peer: str, net: str, threads: int) -> list[list[float]]:
    """What a worker bound to so many cores measures."""
    command = [sys.executable, "-m", "benchmarks.recurrent.worker", peer, net, str(threads)]
    cores = ",".join(map(str, range(threads)))
    done = subprocess.run(
        ["taskset", "-c", cores, *command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GRADUS_CACHE": "off"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def show(title: str, found: dict[str, list]) -> None:
    """Medians, and how many times as much as Gradus the others take."""
    print(f"\n{title}\n{'':16}" + "".join(f"{name:>9}{'ratio':>8}" for name in COLUMNS))
    ours = medians(next(iter(found.values())))
    for peer, figures in found.items():
        pairs = zip(medians(figures), ours, strict=True)
        print(f"{peer:16}" + "".join(f"{a:9.2f}{a / b:7.2f}×" for a, b in pairs), flush=True)


def medians(rows: list[list[float]]) -> list[float]:
    """The median of every column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


if __name__ == "__main__":
    main()
