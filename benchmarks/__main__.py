"""Run all in turn and print tables of ratios: `python -m benchmarks [task …] [--rounds 3]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec

from benchmarks.tasks import TASKS
from benchmarks.worker import CODES, PEERS, WHOLE

NEEDS = {"with_torch": "torch", "with_keras": "keras", "with_sklearn": "sklearn"}


def main() -> None:
    """Measure steady speed for each task, then the whole job on digits, cold and warm."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("tasks", nargs="*", default=list(TASKS), help="which tasks")
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody has a turn")
    given = parser.parse_args()
    print(f"{platform.platform()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}")
    for name in given.tasks:
        able = CODES if TASKS[name].code else tuple(PEERS)
        show(f"{name}: ms per step", in_turn(lambda p, n=name: ask(p, n), given.rounds, able))
    with tempfile.TemporaryDirectory() as cache:
        for title, cold in (("cold", True), ("warm", False)):
            took = in_turn(lambda p, c=cold: [seconds(p, cache, c)], given.rounds, WHOLE)
            show(f"digits, whole process, {title}: s", took)


def present() -> list[str]:
    """The peers that are installed."""
    return [p for p, (file, _) in PEERS.items() if file not in NEEDS or find_spec(NEEDS[file])]


def in_turn(measure, rounds: int, peers=tuple(PEERS)) -> dict[str, list[float]]:
    """Everybody's figures, everybody having a turn in every round."""
    figures: dict[str, list[float]] = {peer: [] for peer in present() if peer in peers}
    for _ in range(rounds):
        for peer, found in figures.items():
            found += measure(peer)
    return figures


def ask(peer: str, *arguments: str, environment: dict | None = None):
    """What a worker in a process of its own answers."""
    command = [sys.executable, "-m", "benchmarks.worker", peer, *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **(environment or {})},
    )
    return json.loads(done.stdout.splitlines()[-1])


def seconds(peer: str, cache: str, cold: bool = False) -> float:
    """Seconds from the start of a process to its end: import, build, 30 epochs, evaluate."""
    if cold:
        shutil.rmtree(cache, ignore_errors=True)
    began = time.perf_counter()
    ask(peer, "digits", "whole", environment={"GRADUS_CACHE": cache})
    return time.perf_counter() - began


def show(title: str, figures: dict[str, list[float]]) -> None:
    """A table of medians, and how many times as long as Gradus everybody takes."""
    ours = statistics.median(figures["gradus"])
    print(f"\n{title}\n{'':20}{'median':>9}{'min':>9}{'max':>9}{'ratio':>9}")
    for peer, found in figures.items():
        middle = statistics.median(found)
        print(f"{peer:20}{middle:9.3f}{min(found):9.3f}{max(found):9.3f}{middle / ours:8.1f}×")


if __name__ == "__main__":
    main()
