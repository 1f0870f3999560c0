"""One peer trains one net: `python -m benchmarks.convolution.worker PEER NET THREADS`."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable

from benchmarks.convolution.nets import STEPS

REPEATS = 5
# name -> the file, and what to pass on
PEERS = {
    "gradus": ("with_gradus", {}),
    "torch, channels last": ("with_torch", {"last": True}),
    "torch, channels first": ("with_torch", {"last": False}),
    "torch.compile": ("with_torch", {"last": True, "compiled": True}),
    "keras": ("with_keras", {}),
}


def main(peer: str, net: str, threads: str) -> None:
    """Seconds to the first run's end, MiB at most, and wall and CPU ms per step of later runs."""
    file, given = PEERS[peer]
    if file == "with_torch":
        given = {**given, "threads": int(threads)}
    began = time.perf_counter()
    run = importlib.import_module(f"benchmarks.convolution.{file}").trainer(net, **given)
    run()
    first = time.perf_counter() - began
    steps = [timed(run) for _ in range(REPEATS)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([[*step, first, memory] for step in steps]))


def timed(run: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU milliseconds per step of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return 1e3 * wall / STEPS, 1e3 * cpu / STEPS


if __name__ == "__main__":
    main(*sys.argv[1:])
