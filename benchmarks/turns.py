"""Peers that train the same nets in turn, each time in a process of its own, and their figures.

A room of benchmarks, such as `recurrent`, names its peers and the steps of one run in `nets.py`.
`python -m benchmarks.turns ROOM PEER NET THREADS` is one turn.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

NEEDS = {"with_torch": "torch", "with_keras": "keras"}
COLUMNS = ("wall ms", "CPU ms", "first s", "whole s", "MiB")
REPEATS = 5  # runs after the first, in one turn


def options(room: str, about: str | None) -> argparse.ArgumentParser:
    """A command line with what all rooms can be asked: how often, how many threads, and who."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{room}", description=about)
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, os.cpu_count()])
    parser.add_argument("--peers", nargs="*", default=list(peers_of(room)))
    return parser


def machine() -> str:
    """Where and when."""
    return f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"


def in_turn(room: str, net: str, given: argparse.Namespace) -> None:
    """Print everybody's figures, everybody having a turn in every round."""
    files = {peer: file for peer, (file, _) in peers_of(room).items()}
    there = [p for p in given.peers if files[p] not in NEEDS or find_spec(NEEDS[files[p]])]
    for threads in given.threads:
        found: dict[str, list] = {peer: [] for peer in there}
        for _ in range(given.rounds):
            for peer in there:
                found[peer] += ask(room, peer, net, threads)
        show(f"{net}, threads: {threads}", found)


def peers_of(room: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name -> the file, and what to pass on."""
    return importlib.import_module(f"benchmarks.{room}.nets").PEERS


def ask(room: str, peer: str, net: str, threads: int) -> list[list[float]]:
    """What a process bound to so many cores measures, with nothing kept from earlier ones."""
    command = [sys.executable, "-m", "benchmarks.turns", room, peer, net, str(threads)]
    done = subprocess.run(
        ["taskset", "-c", ",".join(map(str, range(threads))), *command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GRADUS_CACHE": "off"},
    )
    return json.loads(done.stdout.splitlines()[-1])


def show(title: str, found: dict[str, list]) -> None:
    """Medians, and how many times as much as the first the others take."""
    print(f"\n{title}\n{'':24}" + "".join(f"{name:>9}{'ratio':>8}" for name in COLUMNS))
    first = medians(next(iter(found.values())))
    for peer, figures in found.items():
        pairs = zip(medians(figures), first, strict=True)
        print(f"{peer:24}" + "".join(f"{a:9.2f}{a / b:7.2f}×" for a, b in pairs), flush=True)


def medians(rows: list[list[float]]) -> list[float]:
    """The median of every column."""
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def turn(room: str, peer: str, net: str, threads: int) -> list[list[float]]:
    """Wall and CPU ms per step of every run after the first; with each, seconds to the end of the
    first run and of all, and MiB at most.
    """
    file, given = peers_of(room)[peer]
    if file == "with_torch":
        given = {**given, "threads": threads}
    began = time.perf_counter()
    run = importlib.import_module(f"benchmarks.{room}.{file}").trainer(net, **given)
    run()
    first = time.perf_counter() - began
    count = importlib.import_module(f"benchmarks.{room}.nets").STEPS
    steps = [timed(run, count) for _ in range(REPEATS)]
    whole = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [[*step, first, whole, memory] for step in steps]


def timed(run: Callable[[], None], steps: int) -> tuple[float, float]:
    """Wall and CPU milliseconds per step of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1e3 * wall / steps, 1e3 * cpu / steps


if __name__ == "__main__":
    print(json.dumps(turn(*sys.argv[1:4], threads=int(sys.argv[4]))))
