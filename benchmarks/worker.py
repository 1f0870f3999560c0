"""One peer at one task in a process of its own: `python -m benchmarks.worker PEER TASK [whole]`."""

from __future__ import annotations

import importlib
import json
import sys
import time

from benchmarks.tasks import TASKS, data, digits

# name -> file under peers/, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch, 1 thread": ("with_torch", {"threads": 1}),
    "torch, 2 threads": ("with_torch", {"threads": 2}),
    "torch.compile": ("with_torch", {"threads": 1, "compiled": True}),
    "keras": ("with_keras", {}),
    "scikit-learn": ("with_sklearn", {}),
}
CODES = ("gradus", "torch, 1 thread", "torch, 2 threads", "torch.compile")  # who can learn codes
WHOLE = ("gradus", "torch, 1 thread", "keras", "scikit-learn")  # who does the whole job
REPEATS = 3


def steady(peer: str, name: str) -> list[float]:
    """Milliseconds per step, of several runs after a first that is not counted."""
    file, given = PEERS[peer]
    task = TASKS[name]
    train = importlib.import_module(f"benchmarks.peers.{file}").trainer(task, *data(name), **given)
    train(1)
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        train(task.epochs)
        took.append(1e3 * (time.perf_counter() - began) / task.steps)
    return took


def whole(peer: str, name: str) -> float:
    """Accuracy after the whole job; its time is that of this process."""
    file, _ = PEERS[peer]
    return importlib.import_module(f"benchmarks.peers.{file}").whole(TASKS[name], *digits())


if __name__ == "__main__":
    measure = whole if sys.argv[3:] == ["whole"] else steady
    print(json.dumps(measure(*sys.argv[1:3])))
