"""One peer trains one net: `python -m benchmarks.recurrent.worker PEER NET THREADS`."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable

from benchmarks.recurrent.nets import STEPS

REPEATS = 5
# name -> the file, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch": ("with_torch", {}),
    "torch.compile": ("with_torch", {"compiled": True}),
    "keras": ("with_keras", {}),
}


def main(peer: str, net: str, threads: str) -> None:
    """Wall and CPU ms per step, seconds to the end of the first run and of all, MiB at most."""
    file, given = PEERS[peer]
    if file == "with_torch":
        given = {**given, "threads": int(threads)}
    began = time.perf_counter()
    run = importlib.import_module(f"benchmarks.recurrent.{file}").trainer(net, **given)
    run()
    first = time.perf_counter() - began
    steps = [timed(run) for _ in range(REPEATS)]
    whole = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([[*step, first, whole, memory] for step in steps]))


def timed(run: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU milliseconds per step of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1e3 * wall / STEPS, 1e3 * cpu / STEPS


if __name__ == "__main__":
    main(*sys.argv[1:])
