"""`python -m benchmarks.densities [points] [digits] [maf] [--rounds 3]`.

`points` and `digits` are proofs, in nats on examples that were held out. `maf` is one training
step of a masked autoregressive flow, everybody in turn, each time in a process of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

from benchmarks.densities.flows import STEPS
from benchmarks.densities.proofs import PROOFS

REPEATS = 5
# name -> the file, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch, 1 thread": ("with_torch", {"threads": 1}),
    "torch, 2 threads": ("with_torch", {"threads": 2}),
    "torch.compile": ("with_torch", {"threads": 1, "compiled": True}),
}


def main() -> None:
    """The proofs and races that are asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.densities", description=__doc__)
    parser.add_argument("parts", nargs="*", default=[*PROOFS, "maf"], help="points, digits or maf")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--peer", help=argparse.SUPPRESS)  # for the processes of their own
    given = parser.parse_args()
    if given.peer:
        print(json.dumps(steady(given.peer)))
        return
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for part in given.parts:
        race(given.rounds) if part == "maf" else PROOFS[part]()


def race(rounds: int) -> None:
    """Milliseconds per step, everybody having a turn in every round."""
    peers = [p for p in PEERS if "torch" not in p or find_spec("torch")]
    found: dict[str, list] = {peer: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            command = [sys.executable, "-m", "benchmarks.densities", "--peer", peer]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[peer] += json.loads(done.stdout.splitlines()[-1])
    ours = [statistics.median(column) for column in zip(*found["gradus"], strict=True)]
    print(f"\nmaf{'':17}{'wall ms':>9}{'ratio':>8}{'CPU ms':>9}{'ratio':>8}{'loss':>9}")
    for peer, rows in found.items():
        wall, cpu, loss = (statistics.median(column) for column in zip(*rows, strict=True))
        ratios = wall / ours[0], cpu / ours[1]
        print(f"{peer:20}{wall:9.3f}{ratios[0]:7.1f}×{cpu:9.3f}{ratios[1]:7.1f}×{loss:9.3f}")


def steady(peer: str) -> list[tuple[float, float, float]]:
    """Wall and CPU milliseconds per step, and the loss, of runs after a first."""
    file, given = PEERS[peer]
    run = importlib.import_module(f"benchmarks.densities.{file}").trainer(**given)
    run()
    return [timed(run) for _ in range(REPEATS)]


def timed(run) -> tuple[float, float, float]:
    """One run."""
    wall, cpu = time.perf_counter(), time.process_time()
    loss = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1e3 * wall / STEPS, 1e3 * cpu / STEPS, loss


if __name__ == "__main__":
    main()
