"""How long a step takes, in turn with PyTorch.

Everybody has a process of its own that is bound to one core, and CPU time is counted: it says how
much work a step is, whatever else the machine does. One turn: `python -m benchmarks.gan.speed PEER
TASK`.
"""

from __future__ import annotations

import importlib
import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.gan.tasks import TASKS

REPEATS = 5
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch": ("with_torch", {}),
    "torch.compile": ("with_torch", {"compiled": True}),
}


def one_turn(peer: str, task: str) -> None:
    """Print the milliseconds of CPU time per step of several runs after the first."""
    file, given = PEERS[peer]
    run = importlib.import_module(f"benchmarks.gan.{file}").trainer(task, **given)
    run()
    took = []
    for _ in range(REPEATS):
        began = time.process_time()
        run()
        took.append(1e3 * (time.process_time() - began) / TASKS[task].steps)
    print(json.dumps(took))


def speed(task: str, rounds: int = 3, peers: tuple[str, ...] = tuple(PEERS)) -> None:
    """Everybody in turn, and how many times as long as Gradus they take."""
    found: dict[str, list[float]] = {peer: [] for peer in peers}
    for _ in range(rounds):
        for peer, figures in found.items():
            command = [sys.executable, "-m", "benchmarks.gan.speed", peer, task]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            figures += json.loads(told.stdout.splitlines()[-1])
    ours = statistics.median(found["gradus"])
    print(f"\n{task}, batch {TASKS[task].batch}: ms of CPU time per step, one core")
    for peer, figures in found.items():
        middle = statistics.median(figures)
        print(f"{peer:16}{middle:9.3f}{min(figures):9.3f}{max(figures):9.3f}{middle / ours:7.1f}×")


if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    one_turn(*sys.argv[1:])
